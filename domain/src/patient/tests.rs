//! Tests of the patient's rules, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{account_id, admin, date, email, name, now, patient_id};
use crate::values::{Actor, Role};

pub(super) fn given(events: &[PatientEvent]) -> AggregateTestExecutor<Patient> {
    TestFramework::with(()).given(events.to_vec())
}

fn after(events: &[PatientEvent]) -> Patient {
    events.iter().fold(Patient::default(), evolve)
}

fn who() -> PatientRegisteredPhi {
    PatientRegisteredPhi {
        name: name("Asha Rao"),
        birth_date: date("1984-05-06").try_into().unwrap(),
        phone: Some("+918040001234".parse().unwrap()),
        email: None,
    }
}

fn register() -> PatientCommand {
    let PatientRegisteredPhi {
        name,
        birth_date,
        phone,
        email,
    } = who();
    let (patient, by, at) = (patient_id(), admin(), now());
    PatientCommand::Register(RegisterPatient {
        patient,
        name,
        birth_date,
        phone,
        email,
        by,
        at,
    })
}

pub(super) fn registered() -> PatientEvent {
    PatientEvent::Registered(PatientRegistered {
        patient: patient_id(),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(who()),
    })
}

fn change_contact() -> PatientCommand {
    PatientCommand::ChangeContact(ChangeContact {
        phone: None,
        email: Some(email("asha@example.org")),
        by: admin(),
        at: now(),
    })
}

fn contact_changed() -> PatientEvent {
    PatientEvent::ContactChanged(PatientContactChanged {
        patient: patient_id(),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(PatientContactChangedPhi {
            phone: None,
            email: Some(email("asha@example.org")),
        }),
    })
}

fn add_proxy(number: u128) -> PatientCommand {
    PatientCommand::AddProxy(AddProxy {
        account: account_id(number),
        is_patient: true,
        evidence: Some(ProxyEvidence::BirthCertificate),
        by: admin(),
        at: now(),
    })
}

fn proxy_added(number: u128) -> PatientEvent {
    PatientEvent::ProxyAdded(PatientProxyAdded {
        patient: patient_id(),
        account: account_id(number),
        evidence: Some(ProxyEvidence::BirthCertificate),
        by: admin(),
        at: now(),
    })
}

fn remove_proxy(number: u128) -> PatientCommand {
    PatientCommand::RemoveProxy(RemoveProxy {
        account: account_id(number),
        by: admin(),
        at: now(),
    })
}

fn proxy_removed(number: u128) -> PatientEvent {
    PatientEvent::ProxyRemoved(PatientProxyRemoved {
        patient: patient_id(),
        account: account_id(number),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_patient_can_be_registered() {
    given(&[])
        .when(register())
        .then_expect_events(vec![registered()]);
}

#[test]
fn a_patient_cannot_be_registered_twice() {
    given(&[registered()])
        .when(register())
        .then_expect_error(PatientRefusal::AlreadyRegistered);
}

#[test]
fn a_patient_can_be_reached_elsewhere() {
    given(&[registered()])
        .when(change_contact())
        .then_expect_events(vec![contact_changed()]);
}

#[test]
fn a_proxy_can_be_added() {
    given(&[registered()])
        .when(add_proxy(1))
        .then_expect_events(vec![proxy_added(1)]);
}

#[test]
fn a_proxy_is_a_patients_account_and_not_the_staffs_own_and_the_staff_has_seen_evidence() {
    let given = |change: fn(&mut AddProxy)| {
        let mut command = AddProxy {
            account: account_id(1),
            is_patient: true,
            evidence: Some(ProxyEvidence::SignedConsent),
            by: admin(),
            at: now(),
        };
        change(&mut command);
        given(&[registered()]).when(PatientCommand::AddProxy(command))
    };
    given(|command| command.is_patient = false)
        .then_expect_error(PatientRefusal::ProxyWithoutPatientRole);
    given(|command| command.account = command.by.account_id().unwrap())
        .then_expect_error(PatientRefusal::ProxyIsOwnAccount);
    given(|command| command.evidence = None).then_expect_error(PatientRefusal::ProxyNeedsEvidence);
}

#[test]
fn a_patient_adds_a_proxy_without_evidence() {
    let by = Actor::account(account_id(7), Role::Patient);
    given(&[registered()])
        .when(PatientCommand::AddProxy(AddProxy {
            account: account_id(1),
            is_patient: true,
            evidence: None,
            by,
            at: now(),
        }))
        .then_expect_events(vec![PatientEvent::ProxyAdded(PatientProxyAdded {
            patient: patient_id(),
            account: account_id(1),
            evidence: None,
            by,
            at: now(),
        })]);
}

#[test]
fn a_proxy_is_not_added_twice() {
    given(&[registered(), proxy_added(1)])
        .when(add_proxy(1))
        .then_expect_events(vec![]);
}

#[test]
fn a_patient_has_at_most_ten_proxies() {
    let mut history = vec![registered()];
    history.extend((0..10).map(proxy_added));
    given(&history)
        .when(add_proxy(3))
        .then_expect_events(vec![]);
    given(&history)
        .when(add_proxy(10))
        .then_expect_error(PatientRefusal::TooManyProxies { max: 10 });
}

#[test]
fn a_proxy_can_be_removed() {
    given(&[registered(), proxy_added(1)])
        .when(remove_proxy(1))
        .then_expect_events(vec![proxy_removed(1)]);
}

#[test]
fn removing_an_account_that_is_no_proxy_changes_nothing() {
    given(&[registered()])
        .when(remove_proxy(1))
        .then_expect_events(vec![]);
}

#[test]
fn nothing_can_be_asked_of_a_patient_who_is_not_there() {
    for command in [change_contact(), add_proxy(1), remove_proxy(1)] {
        given(&[])
            .when(command)
            .then_expect_error(PatientRefusal::NotFound);
    }
}

#[test]
fn only_a_present_proxy_may_act_for_the_patient() {
    let patient = after(&[
        registered(),
        proxy_added(1),
        proxy_added(2),
        proxy_removed(2),
    ]);
    assert!(patient.is_registered());
    assert!(patient.is_proxy(account_id(1)));
    assert!(!patient.is_proxy(account_id(2)));
    assert!(!Patient::default().is_proxy(account_id(1)));
}

#[test]
fn the_state_holds_nothing_personal() {
    let state = serde_json::to_string(&after(&[registered(), contact_changed()])).unwrap();
    for personal in ["Asha", "1984", "+91", "example.org"] {
        assert!(!state.contains(personal), "{personal}");
    }
}

#[test]
fn an_event_in_a_log_shows_nothing_personal() {
    let shown = format!("{:?}", [registered(), contact_changed()]);
    for personal in ["Asha", "1984-", "+91", "example.org"] {
        assert!(!shown.contains(personal), "{personal}");
    }
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    for event in [contact_changed(), proxy_added(1), proxy_removed(1)] {
        assert_eq!(evolve(Patient::Unregistered, &event), Patient::Unregistered);
    }
    let patient = after(&[registered(), proxy_added(1)]);
    for event in [registered(), proxy_added(1), proxy_removed(2)] {
        assert_eq!(evolve(patient.clone(), &event), patient);
    }
}
