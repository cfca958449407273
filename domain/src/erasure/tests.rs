//! Tests of the rules of erasures, one for each.

use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{account_id, admin, date, now, patient_id};
use crate::values::{Actor, Reason, Role};

fn given(events: &[ErasureEvent]) -> AggregateTestExecutor<Erasure> {
    TestFramework::with(()).given(events.to_vec())
}

fn reason() -> Reason {
    Reason::parse("Asked for it in writing").unwrap()
}

/// The patient, signed in as account 1.
fn own() -> Actor {
    Actor::account(account_id(1), Role::Patient)
}

fn counts(notes: u32, drafts: u32) -> Counts {
    Counts {
        erased: ErasedCounts {
            notes,
            drafts,
            ..ErasedCounts::default()
        },
        kept: KeptCounts::default(),
    }
}

fn key() -> KeyFingerprint {
    KeyFingerprint::parse(&"0a".repeat(16)).unwrap()
}

macro_rules! reasoned {
    ($by:expr) => {
        (
            $by,
            now(),
            patient_id().subject(),
            Phi::Clear(ErasureReasonPhi { reason: reason() }),
        )
    };
}

macro_rules! reasoned_events {
    ($($function:ident $variant:ident $event:ident;)+) => {$(
        fn $function(by: Actor) -> ErasureEvent {
            let (by, at, subject, phi) = reasoned!(by);
            let person = subject;
            ErasureEvent::$variant($event { person, by, at, subject, phi })
        }
    )+};
}

reasoned_events! {
    requested Requested ErasureRequested;
    withdrawn Withdrawn ErasureWithdrawn;
    refused Refused ErasureRefused;
    held HoldPlaced LegalHoldPlaced;
    lifted HoldLifted LegalHoldLifted;
}

fn request(by: Actor) -> ErasureCommand {
    ErasureCommand::Request(RequestErasure {
        person: patient_id().subject(),
        reason: reason(),
        by,
        at: now(),
    })
}

fn withdraw(by: Actor) -> ErasureCommand {
    ErasureCommand::Withdraw(WithdrawErasure {
        reason: reason(),
        by,
        at: now(),
    })
}

fn refuse(by: Actor) -> ErasureCommand {
    ErasureCommand::Refuse(RefuseErasure {
        reason: reason(),
        by,
        at: now(),
    })
}

fn hold() -> ErasureCommand {
    ErasureCommand::PlaceHold(PlaceLegalHold {
        person: patient_id().subject(),
        reason: reason(),
        by: admin(),
        at: now(),
    })
}

fn lift() -> ErasureCommand {
    ErasureCommand::LiftHold(LiftLegalHold {
        reason: reason(),
        by: admin(),
        at: now(),
    })
}

fn approve(by: Actor, is_person: bool) -> ErasureCommand {
    ErasureCommand::Approve(ApproveErasure {
        is_person,
        counts: counts(3, 1),
        key: Some(key()),
        by,
        at: now(),
    })
}

fn approved() -> ErasureEvent {
    ErasureEvent::Approved(ErasureApproved {
        person: patient_id().subject(),
        counts: counts(3, 1),
        key: Some(key()),
        by: admin(),
        at: now(),
    })
}

fn order() -> ErasureCommand {
    ErasureCommand::Order(OrderErasure {
        person: patient_id().subject(),
        counts: counts(3, 1),
        key: Some(key()),
        by: Actor::System,
        at: now(),
    })
}

fn ordered() -> ErasureEvent {
    ErasureEvent::Ordered(ErasureOrdered {
        person: patient_id().subject(),
        counts: counts(3, 1),
        key: Some(key()),
        by: Actor::System,
        at: now(),
    })
}

fn certify(counts: Counts) -> ErasureCommand {
    ErasureCommand::Certify(CertifyErasure {
        counts,
        backups_unreadable_from: date("2026-03-08"),
        at: now(),
    })
}

fn carried_out(counts: Counts) -> ErasureEvent {
    ErasureEvent::CarriedOut(ErasureCarriedOut {
        person: patient_id().subject(),
        counts,
        key: Some(key()),
        backups_unreadable_from: date("2026-03-08"),
        at: now(),
    })
}

#[test]
fn one_person_requests_and_another_approves() {
    given(&[])
        .when(request(own()))
        .then_expect_events(vec![requested(own())]);
    given(&[requested(own())])
        .when(approve(admin(), false))
        .then_expect_events(vec![approved()]);
}

#[test]
fn the_account_that_requested_it_does_not_approve_it_in_any_role() {
    given(&[requested(admin())])
        .when(approve(admin(), false))
        .then_expect_error(ErasureRefusal::ApprovedByRequester);
    let same = Actor::account(account_id(1), Role::Admin);
    given(&[requested(own())])
        .when(approve(same, false))
        .then_expect_error(ErasureRefusal::ApprovedByRequester);
}

#[test]
fn the_person_does_not_approve_it_with_another_account() {
    given(&[requested(own())])
        .when(approve(admin(), true))
        .then_expect_error(ErasureRefusal::ApprovedByRequester);
}

#[test]
fn it_is_requested_once() {
    for by in [own(), admin()] {
        given(&[requested(own())])
            .when(request(by))
            .then_expect_error(ErasureRefusal::AlreadyRequested);
    }
}

#[test]
fn a_request_is_withdrawn_by_its_account_only() {
    given(&[requested(own())])
        .when(withdraw(own()))
        .then_expect_events(vec![withdrawn(own())]);
    given(&[requested(own())])
        .when(withdraw(admin()))
        .then_expect_error(ErasureRefusal::RequestedByAnother);
}

#[test]
fn what_was_withdrawn_or_refused_is_not_approved_and_can_be_requested_again() {
    for end in [withdrawn(own()), refused(admin())] {
        let history = [requested(own()), end];
        for command in [
            approve(admin(), false),
            withdraw(own()),
            refuse(admin()),
            certify(counts(0, 0)),
        ] {
            given(&history)
                .when(command)
                .then_expect_error(ErasureRefusal::NotRequested);
        }
        given(&history)
            .when(request(own()))
            .then_expect_events(vec![requested(own())]);
    }
    given(&[requested(own())])
        .when(refuse(admin()))
        .then_expect_events(vec![refused(admin())]);
}

#[test]
fn a_legal_hold_forbids_requests_approvals_and_orders() {
    for command in [request(own()), order(), hold()] {
        given(&[held(admin())])
            .when(command)
            .then_expect_error(ErasureRefusal::OnLegalHold);
    }
    given(&[requested(own()), held(admin())])
        .when(approve(admin(), false))
        .then_expect_error(ErasureRefusal::OnLegalHold);
}

#[test]
fn a_request_can_be_ended_during_a_hold() {
    let history = [requested(own()), held(admin())];
    given(&history)
        .when(withdraw(own()))
        .then_expect_events(vec![withdrawn(own())]);
    given(&history)
        .when(refuse(admin()))
        .then_expect_events(vec![refused(admin())]);
}

#[test]
fn once_the_hold_is_lifted_the_request_is_approved() {
    given(&[requested(own()), held(admin())])
        .when(lift())
        .then_expect_events(vec![lifted(admin())]);
    given(&[requested(own()), held(admin()), lifted(admin())])
        .when(approve(admin(), false))
        .then_expect_events(vec![approved()]);
}

#[test]
fn a_hold_that_is_not_in_force_is_not_lifted() {
    for history in [vec![], vec![held(admin()), lifted(admin())]] {
        given(&history)
            .when(lift())
            .then_expect_error(ErasureRefusal::NotOnLegalHold);
    }
}

#[test]
fn from_the_approval_on_nothing_stops_it() {
    for beginning in [vec![requested(own()), approved()], vec![ordered()]] {
        for command in [
            request(own()),
            withdraw(own()),
            refuse(admin()),
            approve(admin(), false),
            hold(),
        ] {
            given(&beginning)
                .when(command)
                .then_expect_error(ErasureRefusal::AlreadyApproved);
        }
    }
}

#[test]
fn an_erased_person_is_not_erased_again() {
    let history = [requested(own()), approved(), carried_out(counts(3, 1))];
    for command in [
        request(own()),
        withdraw(own()),
        refuse(admin()),
        approve(admin(), false),
        hold(),
    ] {
        given(&history)
            .when(command)
            .then_expect_error(ErasureRefusal::AlreadyErased);
    }
    for command in [order(), certify(counts(9, 9))] {
        given(&history).when(command).then_expect_events(vec![]);
    }
}

#[test]
fn an_operator_orders_it_alone_and_once() {
    for history in [vec![], vec![requested(own())]] {
        given(&history)
            .when(order())
            .then_expect_events(vec![ordered()]);
    }
    for history in [vec![ordered()], vec![requested(own()), approved()]] {
        given(&history).when(order()).then_expect_events(vec![]);
    }
}

#[test]
fn the_certificate_counts_what_an_earlier_attempt_removed() {
    given(&[ordered()])
        .when(certify(counts(4, 0)))
        .then_expect_events(vec![carried_out(counts(4, 1))]);
}

#[test]
fn a_fingerprint_is_32_digits() {
    for wrong in [
        "",
        "0a",
        &"0A".repeat(16),
        &"0g".repeat(16),
        &"0a".repeat(17),
    ] {
        assert_eq!(KeyFingerprint::parse(wrong), Err(InvalidFingerprint));
    }
}

#[test]
fn counts_of_a_kind_that_an_event_does_not_know_are_none() {
    let stored = serde_json::json!({"erased": {"notes": 3}, "kept": {}});
    let read: Counts = serde_json::from_value(stored).unwrap();
    assert_eq!(read, counts(3, 0));
}

fn commands() -> Vec<ErasureCommand> {
    let admin_2 = Actor::account(account_id(2), Role::Admin);
    let by = [own(), admin(), admin_2];
    let of_all = by.into_iter().flat_map(|by| {
        [
            request(by),
            withdraw(by),
            refuse(by),
            approve(by, by == own()),
        ]
    });
    let others = [hold(), lift(), order(), certify(counts(1, 1))];
    of_all.chain(others).collect()
}

proptest! {
    /// Whatever is asked in whatever order, an approval follows another account's request outside of any hold, and
    /// nothing but the certificate follows an approval.
    #[test]
    fn no_erasure_begins_by_one_account_or_during_a_hold(
        commands in proptest::collection::vec(select(commands()), 0..24),
    ) {
        let mut erasure = Erasure::default();
        let (mut requested_by, mut on_hold, mut begun) = (None, false, false);
        for command in commands {
            for event in decide(&erasure, command).unwrap_or_default() {
                match &event {
                    ErasureEvent::Requested(event) => requested_by = event.by.account_id(),
                    ErasureEvent::Withdrawn(_) | ErasureEvent::Refused(_) => requested_by = None,
                    ErasureEvent::HoldPlaced(_) => on_hold = true,
                    ErasureEvent::HoldLifted(_) => on_hold = false,
                    ErasureEvent::Approved(event) => {
                        prop_assert!(requested_by.is_some() && requested_by != event.by.account_id());
                    }
                    ErasureEvent::Ordered(_) | ErasureEvent::CarriedOut(_) => {}
                }
                let ends = matches!(event, ErasureEvent::CarriedOut(_));
                prop_assert_eq!(begun, ends, "{:?}", &event);
                begun = begun || matches!(event, ErasureEvent::Approved(_) | ErasureEvent::Ordered(_));
                prop_assert!(!(begun && on_hold));
                erasure = evolve(erasure, &event);
                prop_assert!(!ends || erasure.stage == ErasureStage::Erased);
                if ends { return Ok(()); }
            }
        }
    }
}

#[test]
fn a_status_is_stored_under_its_name() {
    for status in ErasureStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}
