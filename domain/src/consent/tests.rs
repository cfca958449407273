//! Tests of the rules of consents, one for each.

use chrono::TimeDelta;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{admin, now, patient_id};
use crate::values::{ConsentId, SensitiveCategory};

fn given(events: &[ConsentEvent]) -> AggregateTestExecutor<Consents> {
    TestFramework::with(()).given(events.to_vec())
}

fn consent(number: u128) -> ConsentId {
    ConsentId::from_uuid(Uuid::from_u128(number))
}

fn purpose() -> ConsentPurpose {
    let category = SensitiveCategory::Hiv;
    ConsentPurpose::Sensitive { category }
}

fn grant(number: u128, hours: Option<i64>) -> ConsentCommand {
    ConsentCommand::Grant(GrantConsent {
        consent: consent(number),
        patient: patient_id(),
        purpose: purpose(),
        until: hours.map(|hours| now() + TimeDelta::hours(hours)),
        given_by: ConsentGiver::Patient,
        by: admin(),
        at: now(),
    })
}

fn granted(number: u128, hours: Option<i64>) -> ConsentEvent {
    ConsentEvent::Granted(ConsentGranted {
        consent: consent(number),
        patient: patient_id(),
        until: hours.map(|hours| now() + TimeDelta::hours(hours)),
        given_by: ConsentGiver::Patient,
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(ConsentGrantedPhi { purpose: purpose() }),
    })
}

fn withdraw(number: u128) -> ConsentCommand {
    ConsentCommand::Withdraw(WithdrawConsent {
        consent: consent(number),
        by: admin(),
        at: now(),
    })
}

fn withdrawn(number: u128) -> ConsentEvent {
    ConsentEvent::Withdrawn(ConsentWithdrawn {
        consent: consent(number),
        patient: patient_id(),
        by: admin(),
        at: now(),
    })
}

#[test]
fn a_consent_can_be_granted_with_and_without_an_end() {
    for hours in [None, Some(1)] {
        given(&[])
            .when(grant(1, hours))
            .then_expect_events(vec![granted(1, hours)]);
    }
}

#[test]
fn a_consent_does_not_end_before_it_begins() {
    for hours in [0, -1] {
        given(&[])
            .when(grant(1, Some(hours)))
            .then_expect_error(ConsentRefusal::EndsInPast);
    }
}

#[test]
fn a_consent_is_granted_once() {
    given(&[granted(1, None), withdrawn(1)])
        .when(grant(1, None))
        .then_expect_error(ConsentRefusal::AlreadyExists);
}

#[test]
fn a_patient_has_at_most_a_hundred_consents_in_force() {
    let mut history: Vec<_> = (0..100).map(|number| granted(number, None)).collect();
    let max = MAX_CONSENTS;
    given(&history)
        .when(grant(100, None))
        .then_expect_error(ConsentRefusal::TooMany { max });
    history.push(withdrawn(7));
    given(&history)
        .when(grant(100, None))
        .then_expect_events(vec![granted(100, None)]);
}

#[test]
fn a_consent_can_be_withdrawn_once() {
    given(&[granted(1, None)])
        .when(withdraw(1))
        .then_expect_events(vec![withdrawn(1)]);
    given(&[granted(1, None), withdrawn(1)])
        .when(withdraw(1))
        .then_expect_events(vec![]);
    given(&[granted(1, None)])
        .when(withdraw(2))
        .then_expect_error(ConsentRefusal::NotFound);
}

#[test]
fn a_consent_counts_until_its_end_or_its_withdrawal() {
    let consents = [granted(1, Some(2)), granted(2, None), withdrawn(2)]
        .iter()
        .fold(Consents::default(), evolve);
    let at = |hours| now() + TimeDelta::hours(hours);
    assert!(consents.is_in_force(consent(1), at(0)));
    assert!(consents.is_in_force(consent(1), at(1)));
    assert!(!consents.is_in_force(consent(1), at(2)));
    assert!(!consents.is_in_force(consent(2), at(0)));
    assert!(!consents.is_in_force(consent(3), at(0)));
}

#[test]
fn a_purpose_keeps_its_stored_form() {
    let stored = serde_json::to_value(purpose()).unwrap();
    assert_eq!(
        stored,
        serde_json::json!({"kind": "SENSITIVE", "category": "HIV"})
    );
    for giver in [
        ConsentGiver::Patient,
        ConsentGiver::Proxy,
        ConsentGiver::SignedForm,
    ] {
        assert_eq!(serde_json::to_value(giver).unwrap(), giver.as_str());
    }
}
