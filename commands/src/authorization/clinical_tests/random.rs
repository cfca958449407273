//! Random cases against rules that are written a second time, in plain numbers.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

const STATUSES: [AppointmentStatus; 8] = [
    AppointmentStatus::Booked,
    AppointmentStatus::Confirmed,
    AppointmentStatus::Arrived,
    AppointmentStatus::InProgress,
    AppointmentStatus::Completed,
    AppointmentStatus::NoShow,
    AppointmentStatus::Cancelled,
    AppointmentStatus::Expired,
];

/// A case in plain numbers: minutes from now, numbers of clinics and doctors.
#[derive(Debug, Clone)]
struct Case {
    roles: Vec<Role>,
    own: bool,
    age: Option<u32>,
    consent_age: u8,
    is_proxy: bool,
    before: u16,
    after: u16,
    /// Clinic, start, status.
    visits: Vec<(u8, i64, AppointmentStatus)>,
    /// Purpose, giver, end, withdrawn.
    consents: Vec<(ConsentPurpose, ConsentGiver, Option<i64>, bool)>,
    /// Ends.
    emergencies: Vec<i64>,
    /// Clinic, author, categories.
    entry: (Option<u8>, Option<u8>, BTreeSet<SensitiveCategory>),
}

impl Case {
    fn facts(&self) -> ClinicalFacts {
        let visits = self.visits.iter();
        let consents = self.consents.iter();
        let emergencies = self.emergencies.iter();
        ClinicalFacts {
            age: self.age,
            is_proxy: self.is_proxy,
            visits: visits
                .map(|(clinic, start, status)| visit(*clinic, *start, *status))
                .collect(),
            consents: consents
                .map(|(purpose, given_by, end, withdrawn)| PatientConsent {
                    purpose: *purpose,
                    given_by: *given_by,
                    until: end.map(|end| now() + TimeDelta::minutes(end)),
                    withdrawn: *withdrawn,
                })
                .collect(),
            emergencies: emergencies.map(|end| emergency(*end)).collect(),
            ..facts()
        }
    }

    fn policy(&self) -> ClinicalPolicy {
        ClinicalPolicy {
            consent_age: self.consent_age,
            window: CareWindow {
                days_before: self.before,
                days_after: self.after,
            },
            ..POLICY
        }
    }

    fn is_child(&self) -> bool {
        match self.age {
            Some(age) => age < u32::from(self.consent_age),
            None => false,
        }
    }

    fn consented(&self, wanted: ConsentPurpose) -> bool {
        for (purpose, giver, end, withdrawn) in &self.consents {
            if *purpose != wanted || *withdrawn {
                continue;
            }
            if end.is_some_and(|end| end <= 0) {
                continue;
            }
            if *giver == ConsentGiver::Proxy && !self.is_child() {
                continue;
            }
            return true;
        }
        false
    }

    /// The clinics at which the doctor treats the patient.
    fn treating(&self) -> BTreeSet<u8> {
        let (before, after) = (
            i64::from(self.before) * 1_440,
            i64::from(self.after) * 1_440,
        );
        let mut clinics = BTreeSet::new();
        for (clinic, start, status) in &self.visits {
            let counts = match status {
                AppointmentStatus::Confirmed
                | AppointmentStatus::Arrived
                | AppointmentStatus::InProgress
                | AppointmentStatus::Completed => true,
                AppointmentStatus::Booked
                | AppointmentStatus::NoShow
                | AppointmentStatus::Cancelled
                | AppointmentStatus::Expired => false,
            };
            if counts && *start <= before && *start + 30 > -after {
                clinics.insert(*clinic);
            }
        }
        clinics
    }

    /// The relation by which the caller reads or writes.
    fn relation(&self, writes: bool) -> Option<Relation> {
        let is = |role| self.roles.contains(&role);
        let open = self.emergencies.iter().any(|end| *end > 0);
        if is(Role::Doctor) && open {
            return Some(Relation::BreakGlass);
        }
        if is(Role::Doctor) && !self.treating().is_empty() {
            return Some(Relation::Treatment);
        }
        if is(Role::Auditor) && open && !writes {
            return Some(Relation::BreakGlass);
        }
        if is(Role::Patient) && self.own {
            return Some(Relation::OwnPatient);
        }
        if is(Role::Patient)
            && self.is_proxy
            && (self.is_child() || self.consented(to_this_proxy()))
        {
            return Some(Relation::Proxy);
        }
        None
    }

    fn shows(&self, relation: Relation) -> bool {
        let (clinic, author, categories) = &self.entry;
        let categories_allowed = categories
            .iter()
            .all(|category| self.consented(sensitive(*category)));
        match relation {
            Relation::OwnPatient | Relation::BreakGlass => true,
            Relation::Proxy => categories_allowed,
            Relation::Treatment if *author == Some(1) => true,
            Relation::Treatment => {
                let here = clinic.is_none_or(|clinic| self.treating().contains(&clinic));
                let shared = self.consented(ConsentPurpose::SharingAcrossClinics);
                (here || shared) && categories_allowed
            }
            other => panic!("{other:?} leads to no chart"),
        }
    }
}

fn purpose() -> impl Strategy<Value = ConsentPurpose> {
    let other = ConsentPurpose::Proxy {
        account: AccountId::from_uuid(id(2)),
    };
    let mut purposes = vec![
        ConsentPurpose::SharingAcrossClinics,
        ConsentPurpose::Assistant,
        ConsentPurpose::Research,
        to_this_proxy(),
        other,
    ];
    purposes.extend(SensitiveCategory::ALL.map(sensitive));
    select(purposes)
}

fn giver() -> impl Strategy<Value = ConsentGiver> {
    select(vec![
        ConsentGiver::Patient,
        ConsentGiver::Proxy,
        ConsentGiver::SignedForm,
    ])
}

prop_compose! {
    fn case()(
        roles in subsequence(Role::ALL.to_vec(), 1..=3),
        own: bool,
        age in proptest::option::weighted(0.9, 8_u32..24),
        consent_age in 10_u8..=21,
        is_proxy: bool,
        (before, after) in (0_u16..10, 0_u16..40),
        visits in prop::collection::vec(
            (1_u8..4, -45 * 1_440_i64..12 * 1_440, select(STATUSES.to_vec())),
            0..4,
        ),
        consents in prop::collection::vec(
            (purpose(), giver(), proptest::option::of(-2_i64..3), prop::bool::weighted(0.2)),
            0..6,
        ),
        emergencies in prop::collection::vec(-1_i64..3, 0..2),
        clinic in proptest::option::of(1_u8..4),
        author in proptest::option::of(1_u8..3),
        categories in subsequence(SensitiveCategory::ALL.to_vec(), 0..=2),
    ) -> Case {
        let entry = (clinic, author, categories.into_iter().collect());
        Case {
            roles, own, age, consent_age, is_proxy, before, after, visits, consents, emergencies, entry,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The decision is what the rules say, for random relationships, consents, windows, ages and roles.
    #[test]
    fn access_is_what_the_rules_say(case in case()) {
        let (facts, policy) = (case.facts(), case.policy());
        let caller = caller(&case.roles, case.own);
        for action in [Action::ReadChart, Action::RecordVitals] {
            let access = facts.access(&caller, action, policy);
            let relation = access.as_ref().ok().map(|access| access.authorized.relation);
            prop_assert_eq!(relation, case.relation(action == Action::RecordVitals));
            let Ok(access) = access else { continue };
            prop_assert!(case.roles.contains(&access.authorized.role));
            let opened = access.authorized.relation == Relation::BreakGlass;
            prop_assert_eq!(access.break_glass.is_some(), opened);
            let (clinic_number, author, categories) = &case.entry;
            let entry = ChartEntry {
                clinic: clinic_number.map(clinic),
                author: author.map(doctor),
                categories,
            };
            prop_assert_eq!(access.shows(&entry), case.shows(access.authorized.relation));
        }
    }
}
