//! Tests of the rules of emergency accesses, one for each.

use chrono::TimeDelta;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{account_id, admin, clinic_id, doctor_id, now, patient_id};
use crate::values::{Actor, BreakGlassId, Reason, Role};

fn given(events: &[BreakGlassEvent]) -> AggregateTestExecutor<BreakGlass> {
    TestFramework::with(()).given(events.to_vec())
}

fn id() -> BreakGlassId {
    BreakGlassId::from_uuid(Uuid::from_u128(0x61))
}

fn reason() -> Reason {
    Reason::parse("Unconscious at the front desk").unwrap()
}

fn doctor() -> Actor {
    Actor::account(account_id(2), Role::Doctor)
}

fn open(minutes: i64) -> BreakGlassCommand {
    BreakGlassCommand::Open(OpenBreakGlass {
        break_glass: id(),
        patient: patient_id(),
        account: account_id(2),
        doctor: Some(doctor_id()),
        clinic: clinic_id(1),
        reason: reason(),
        until: now() + TimeDelta::minutes(minutes),
        by: doctor(),
        at: now(),
    })
}

fn opened(minutes: i64) -> BreakGlassEvent {
    BreakGlassEvent::Opened(BreakGlassOpened {
        break_glass: id(),
        patient: patient_id(),
        account: account_id(2),
        doctor: Some(doctor_id()),
        clinic: clinic_id(1),
        until: now() + TimeDelta::minutes(minutes),
        by: doctor(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(BreakGlassOpenedPhi { reason: reason() }),
    })
}

fn review(verdict: Verdict, by: Actor) -> BreakGlassCommand {
    BreakGlassCommand::Review(ReviewBreakGlass {
        verdict,
        note: None,
        by,
        at: now(),
    })
}

fn reviewed(verdict: Verdict) -> BreakGlassEvent {
    BreakGlassEvent::Reviewed(BreakGlassReviewed {
        break_glass: id(),
        patient: patient_id(),
        verdict,
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(BreakGlassReviewedPhi { note: None }),
    })
}

#[test]
fn a_record_can_be_opened_for_up_to_a_day() {
    for minutes in [1, 1_440] {
        given(&[])
            .when(open(minutes))
            .then_expect_events(vec![opened(minutes)]);
    }
    for minutes in [-1, 0, 1_441] {
        given(&[])
            .when(open(minutes))
            .then_expect_error(BreakGlassRefusal::WrongLength { max_minutes: 1_440 });
    }
}

#[test]
fn an_access_is_opened_once() {
    given(&[opened(60)])
        .when(open(60))
        .then_expect_error(BreakGlassRefusal::AlreadyExists);
}

#[test]
fn an_access_is_reviewed_once() {
    for verdict in Verdict::ALL {
        given(&[opened(60)])
            .when(review(verdict, admin()))
            .then_expect_events(vec![reviewed(verdict)]);
        given(&[opened(60), reviewed(verdict)])
            .when(review(verdict, admin()))
            .then_expect_events(vec![]);
    }
    given(&[opened(60), reviewed(Verdict::Justified)])
        .when(review(Verdict::Unjustified, admin()))
        .then_expect_error(BreakGlassRefusal::AlreadyReviewed);
}

#[test]
fn an_account_does_not_review_its_own_access() {
    let same = Actor::account(account_id(2), Role::Admin);
    given(&[opened(60)])
        .when(review(Verdict::Justified, same))
        .then_expect_error(BreakGlassRefusal::ReviewedByItself);
}

#[test]
fn an_access_that_was_not_opened_is_not_reviewed() {
    given(&[])
        .when(review(Verdict::Justified, admin()))
        .then_expect_error(BreakGlassRefusal::NotFound);
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    let unopened = evolve(BreakGlass::Unopened, &reviewed(Verdict::Justified));
    assert_eq!(unopened, BreakGlass::Unopened);
    let open = evolve(BreakGlass::Unopened, &opened(60));
    assert_eq!(evolve(open.clone(), &opened(5)), open);
}

#[test]
fn a_verdict_is_stored_under_its_name() {
    for verdict in Verdict::ALL {
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.as_str());
    }
}
