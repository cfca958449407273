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
    sensitive_age: u8,
    is_proxy: bool,
    before: u16,
    after: u16,
    /// Clinic, start, status.
    visits: Vec<(u8, i64, AppointmentStatus)>,
    /// Purpose, giver, end, withdrawn.
    consents: Vec<(ConsentPurpose, ConsentGiver, Option<i64>, bool)>,
    /// Ends.
    emergencies: Vec<i64>,
    entry: Entry,
}

/// An entry in plain numbers; the caller is account 1 and doctor 1.
#[derive(Debug, Clone)]
struct Entry {
    clinic: Option<u8>,
    doctor: Option<u8>,
    account: Option<u8>,
    categories: Vec<SensitiveCategory>,
}

impl Entry {
    fn attributes(&self) -> EntryAttributes {
        EntryAttributes {
            clinic: self.clinic.map(clinic),
            doctor: self.doctor.map(doctor),
            account: self.account.map(|number| AccountId::from_uuid(id(number))),
            shared: false,
            categories: self.categories.iter().copied().collect(),
        }
    }
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
            sensitive_age: self.sensitive_age,
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

    /// A child for whom proxies also decide about what is sensitive.
    fn is_small_child(&self) -> bool {
        let sensitive_age = u32::from(self.sensitive_age);
        self.is_child() && self.age.is_some_and(|age| age < sensitive_age)
    }

    fn consented(&self, wanted: ConsentPurpose) -> bool {
        for (purpose, giver, end, withdrawn) in &self.consents {
            if *purpose != wanted || *withdrawn {
                continue;
            }
            if end.is_some_and(|end| end <= 0) {
                continue;
            }
            let is_sensitive = matches!(wanted, ConsentPurpose::Sensitive { .. });
            let proxy_decides = if is_sensitive {
                self.is_small_child()
            } else {
                self.is_child()
            };
            if *giver == ConsentGiver::Proxy && !proxy_decides {
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
        if self.is_active_proxy() {
            return Some(Relation::Proxy);
        }
        None
    }

    fn is_patient(&self) -> bool {
        self.roles.contains(&Role::Patient) && self.own
    }

    fn is_active_proxy(&self) -> bool {
        self.roles.contains(&Role::Patient)
            && self.is_proxy
            && (self.is_child() || self.consented(to_this_proxy()))
    }

    fn shows(&self, relation: Relation) -> bool {
        let Entry {
            clinic,
            doctor,
            account,
            categories,
        } = &self.entry;
        // The patient, the author, and an emergency.
        if self.is_patient() || *account == Some(1) || relation == Relation::BreakGlass {
            return true;
        }
        let consented = categories
            .iter()
            .all(|category| self.consented(sensitive(*category)));
        if self.is_active_proxy() {
            let shown = consented || self.is_small_child();
            // A proxy who is the doctor, too, sees what either sees.
            let own = relation == Relation::Treatment && *doctor == Some(1);
            return shown || own;
        }
        assert_eq!(relation, Relation::Treatment, "no other leads to a chart");
        let here = match clinic {
            Some(clinic) => self.treating().contains(clinic),
            None => doctor.is_none(),
        };
        let shared = self.consented(ConsentPurpose::SharingAcrossClinics);
        *doctor == Some(1) || ((here || shared) && consented)
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
        (consent_age, sensitive_age) in (10_u8..=21, 0_u8..=21),
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
        doctor in proptest::option::of(1_u8..3),
        account in proptest::option::of(1_u8..4),
        categories in subsequence(SensitiveCategory::ALL.to_vec(), 0..=2),
    ) -> Case {
        let entry = Entry { clinic, doctor, account, categories };
        Case {
            roles, own, age, consent_age, sensitive_age, is_proxy, before, after, visits, consents,
            emergencies, entry,
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
            let shown = access.shows(&case.entry.attributes());
            prop_assert_eq!(shown, case.shows(access.authorized.relation));
        }
    }
}
