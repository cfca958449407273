//! Access to charts, by cases at each boundary.

mod random;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::appointment::AppointmentStatus;
use domain::consent::{ConsentGiver, ConsentPurpose};
use domain::{
    AccountId, BreakGlassId, ClinicId, ClinicScope, DoctorId, PatientId, Role, SensitiveCategory,
    Slot,
};
use uuid::Uuid;

use super::*;

const POLICY: ClinicalPolicy = ClinicalPolicy {
    consent_age: 16,
    sensitive_age: 12,
    window: CareWindow {
        days_before: 7,
        days_after: 30,
    },
    break_glass_minutes: 60,
};

fn id(number: u8) -> Uuid {
    Uuid::from_u128(number.into())
}

fn clinic(number: u8) -> ClinicId {
    ClinicId::from_uuid(id(number))
}

fn now() -> DateTime<Utc> {
    "2026-12-01T09:00:00Z".parse().unwrap()
}

/// A caller, account 1: the patient is 1, the doctor who may call is 1.
fn caller(roles: &[Role], own: bool) -> Caller {
    let patient = PatientId::from_uuid(id(if own { 1 } else { 2 }));
    Caller {
        account: AccountId::from_uuid(id(1)),
        roles: roles.iter().copied().collect(),
        clinics: ClinicScope::All,
        patient: roles.contains(&Role::Patient).then_some(patient),
        doctor: roles.contains(&Role::Doctor).then_some(doctor(1)),
    }
}

fn doctor(number: u8) -> DoctorId {
    DoctorId::from_uuid(id(number))
}

/// A patient of 40 of whom nothing is known.
fn facts() -> ClinicalFacts {
    ClinicalFacts {
        now: now(),
        patient: PatientId::from_uuid(id(1)),
        age: Some(40),
        is_proxy: false,
        visits: Vec::new(),
        consents: Vec::new(),
        emergencies: Vec::new(),
    }
}

/// A visit of half an hour at a clinic that starts so many minutes from now.
fn visit(number: u8, minutes: i64, status: AppointmentStatus) -> TreatmentVisit {
    let start = now() + TimeDelta::minutes(minutes);
    TreatmentVisit {
        clinic: clinic(number),
        slot: Slot::new(start, start + TimeDelta::minutes(30)).unwrap(),
        status,
    }
}

fn consent(purpose: ConsentPurpose) -> PatientConsent {
    PatientConsent {
        purpose,
        given_by: ConsentGiver::Patient,
        until: None,
        withdrawn: false,
    }
}

fn sensitive(category: SensitiveCategory) -> ConsentPurpose {
    ConsentPurpose::Sensitive { category }
}

fn to_this_proxy() -> ConsentPurpose {
    let account = AccountId::from_uuid(id(1));
    ConsentPurpose::Proxy { account }
}

fn emergency(minutes: i64) -> EmergencyAccess {
    EmergencyAccess {
        break_glass: BreakGlassId::from_uuid(id(7)),
        until: now() + TimeDelta::minutes(minutes),
    }
}

fn relation(facts: &ClinicalFacts, roles: &[Role], action: Action) -> Option<Relation> {
    let access = facts.access(&caller(roles, false), action, POLICY);
    access.ok().map(|access| access.authorized.relation)
}

fn reads(facts: &ClinicalFacts, roles: &[Role]) -> Option<Relation> {
    relation(facts, roles, Action::ReadChart)
}

#[test]
fn a_doctor_treats_a_patient_in_the_window_of_a_visit_that_takes_place() {
    const DAY: i64 = 24 * 60;
    for (minutes, status, treats) in [
        (0, AppointmentStatus::Confirmed, true),
        (0, AppointmentStatus::Arrived, true),
        (0, AppointmentStatus::InProgress, true),
        (0, AppointmentStatus::Completed, true),
        (0, AppointmentStatus::Booked, false),
        (0, AppointmentStatus::NoShow, false),
        (0, AppointmentStatus::Cancelled, false),
        (0, AppointmentStatus::Expired, false),
        (7 * DAY, AppointmentStatus::Confirmed, true),
        (7 * DAY + 1, AppointmentStatus::Confirmed, false),
        // It ends half an hour after it starts.
        (-30 * DAY - 29, AppointmentStatus::Completed, true),
        (-30 * DAY - 30, AppointmentStatus::Completed, false),
    ] {
        let facts = ClinicalFacts {
            visits: vec![visit(1, minutes, status)],
            ..facts()
        };
        let expected = treats.then_some(Relation::Treatment);
        for action in [Action::ReadChart, Action::RecordVitals] {
            let found = relation(&facts, &[Role::Doctor], action);
            assert_eq!(found, expected, "{minutes} {status:?}");
        }
        for role in [
            Role::Patient,
            Role::Receptionist,
            Role::Admin,
            Role::Auditor,
        ] {
            assert_eq!(reads(&facts, &[role]), None, "{role}");
        }
    }
}

#[test]
fn a_proxy_reads_the_chart_of_a_child_and_later_with_consent_only() {
    for (age, consents, reading) in [
        (Some(0), vec![], true),
        (Some(15), vec![], true),
        (Some(16), vec![], false),
        (None, vec![], false),
        (Some(16), vec![consent(to_this_proxy())], true),
        (None, vec![consent(to_this_proxy())], true),
        (Some(16), vec![consent(ConsentPurpose::Research)], false),
        (
            Some(16),
            vec![PatientConsent {
                withdrawn: true,
                ..consent(to_this_proxy())
            }],
            false,
        ),
        // What a proxy allows counts as long as the patient is a child.
        (
            Some(16),
            vec![PatientConsent {
                given_by: ConsentGiver::Proxy,
                ..consent(to_this_proxy())
            }],
            false,
        ),
        (
            Some(16),
            vec![PatientConsent {
                given_by: ConsentGiver::SignedForm,
                ..consent(to_this_proxy())
            }],
            true,
        ),
    ] {
        let facts = ClinicalFacts {
            age,
            is_proxy: true,
            consents,
            ..facts()
        };
        let expected = reading.then_some(Relation::Proxy);
        assert_eq!(reads(&facts, &[Role::Patient]), expected, "{facts:?}");
        let stranger = ClinicalFacts {
            is_proxy: false,
            ..facts
        };
        assert_eq!(reads(&stranger, &[Role::Patient]), None);
    }
}

#[test]
fn an_emergency_opens_a_chart_until_its_end() {
    for (minutes, open) in [(1, true), (0, false), (-1, false)] {
        let facts = ClinicalFacts {
            emergencies: vec![emergency(minutes)],
            ..facts()
        };
        let expected = open.then_some(Relation::BreakGlass);
        assert_eq!(reads(&facts, &[Role::Doctor]), expected);
        assert_eq!(reads(&facts, &[Role::Auditor]), expected);
        let write = |role| relation(&facts, &[role], Action::RecordVitals);
        assert_eq!(write(Role::Doctor), expected);
        assert_eq!(write(Role::Auditor), None);
        assert_eq!(reads(&facts, &[Role::Receptionist, Role::Admin]), None);
    }
}

#[test]
fn a_consent_is_over_at_its_end() {
    for (minutes, counts) in [(1, true), (0, false)] {
        let facts = ClinicalFacts {
            consents: vec![PatientConsent {
                until: Some(now() + TimeDelta::minutes(minutes)),
                ..consent(ConsentPurpose::Assistant)
            }],
            ..facts()
        };
        assert_eq!(facts.allows(ConsentPurpose::Assistant, POLICY), counts);
        assert!(!facts.allows(ConsentPurpose::Research, POLICY));
    }
}

#[test]
fn an_emergency_shows_what_treatment_hides() {
    let facts = ClinicalFacts {
        visits: vec![visit(1, 0, AppointmentStatus::Confirmed)],
        ..facts()
    };
    let hiv = [SensitiveCategory::Hiv];
    let entry = |clinic_number: Option<u8>, author: u8, categories: &[_]| EntryAttributes {
        clinic: clinic_number.map(clinic),
        // Patients write without a clinic.
        doctor: clinic_number.map(|_| doctor(author)),
        account: Some(AccountId::from_uuid(id(9))),
        shared: false,
        categories: categories.iter().copied().collect(),
    };
    let shown = |facts: &ClinicalFacts| {
        let access = facts.access(&caller(&[Role::Doctor], false), Action::ReadChart, POLICY);
        let access = access.unwrap();
        [
            entry(Some(1), 2, &[]),
            entry(Some(2), 2, &[]),
            entry(None, 2, &[]),
            entry(Some(1), 2, &hiv),
            entry(Some(2), 1, &hiv),
            // A doctor's in an emergency, and an allergy.
            EntryAttributes {
                clinic: None,
                ..entry(Some(1), 2, &[])
            },
            EntryAttributes {
                shared: true,
                ..entry(Some(2), 2, &[])
            },
        ]
        .map(|entry| access.shows(&entry))
    };
    // Of other clinics and sensitive categories, only what the doctor wrote.
    assert_eq!(shown(&facts), [true, false, true, false, true, false, true]);
    let sharing = ClinicalFacts {
        consents: vec![consent(ConsentPurpose::SharingAcrossClinics)],
        ..facts.clone()
    };
    assert_eq!(shown(&sharing), [true, true, true, false, true, true, true]);
    let other = ClinicalFacts {
        consents: vec![consent(sensitive(SensitiveCategory::MentalHealth))],
        ..facts.clone()
    };
    assert_eq!(shown(&other), shown(&facts));
    let allowed = ClinicalFacts {
        consents: vec![consent(sensitive(SensitiveCategory::Hiv))],
        ..facts.clone()
    };
    assert_eq!(
        shown(&allowed),
        [true, false, true, true, true, false, true]
    );
    let emergency = ClinicalFacts {
        emergencies: vec![emergency(5)],
        ..facts
    };
    assert_eq!(shown(&emergency), [true; 7]);
}

/// Of a mental illness, written by another account.
fn mental_illness() -> EntryAttributes {
    EntryAttributes {
        clinic: Some(clinic(1)),
        doctor: Some(doctor(2)),
        account: Some(AccountId::from_uuid(id(9))),
        shared: false,
        categories: [SensitiveCategory::MentalHealth].into(),
    }
}

#[test]
fn a_proxy_sees_what_is_sensitive_of_a_small_child_and_later_with_the_patients_consent_only() {
    let category = sensitive(SensitiveCategory::MentalHealth);
    let by = |given_by| PatientConsent {
        given_by,
        ..consent(category)
    };
    let other = consent(sensitive(SensitiveCategory::Hiv));
    for (age, consents, sees) in [
        (11, vec![], true),
        (12, vec![], false),
        (12, vec![other], false),
        (12, vec![by(ConsentGiver::Proxy)], false),
        (12, vec![by(ConsentGiver::Patient)], true),
        (12, vec![by(ConsentGiver::SignedForm)], true),
        (16, vec![consent(to_this_proxy())], false),
        (16, vec![consent(to_this_proxy()), consent(category)], true),
    ] {
        let facts = ClinicalFacts {
            age: Some(age),
            is_proxy: true,
            consents,
            ..facts()
        };
        let caller = caller(&[Role::Patient], false);
        let access = facts.access(&caller, Action::ReadChart, POLICY).unwrap();
        assert_eq!(access.shows(&mental_illness()), sees, "{facts:?}");
        let own = EntryAttributes {
            account: Some(caller.account),
            ..mental_illness()
        };
        assert!(access.shows(&own));
    }
}

/// What a proxy allowed for a small child ends when the patient decides about such things.
#[test]
fn a_proxys_consent_for_what_is_sensitive_counts_for_a_small_child() {
    for (age, sees) in [(Some(11), true), (Some(12), false), (None, false)] {
        let facts = ClinicalFacts {
            age,
            visits: vec![visit(1, 0, AppointmentStatus::Confirmed)],
            consents: vec![PatientConsent {
                given_by: ConsentGiver::Proxy,
                ..consent(sensitive(SensitiveCategory::MentalHealth))
            }],
            ..facts()
        };
        let caller = caller(&[Role::Doctor], false);
        let access = facts.access(&caller, Action::ReadChart, POLICY).unwrap();
        assert_eq!(access.shows(&mental_illness()), sees, "{age:?}");
    }
}

/// The age for what is sensitive does not exceed that for the chart, whatever is configured.
#[test]
fn from_the_age_of_consent_on_proxies_decide_nothing() {
    let policy = ClinicalPolicy {
        sensitive_age: 21,
        ..POLICY
    };
    let facts = ClinicalFacts {
        age: Some(16),
        ..facts()
    };
    let category = sensitive(SensitiveCategory::Hiv);
    assert!(!facts.proxy_decides(category, policy));
    let younger = ClinicalFacts {
        age: Some(15),
        ..facts
    };
    assert!(younger.proxy_decides(category, policy));
}
