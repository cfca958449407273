//! Refund of a cancelled visit: a table of cases; properties over any moves are in `properties`, and
//! fees that were paid with a discount or a surcharge in `differences`.

mod differences;
mod fixture;
mod properties;

use fixture::{
    FEE, FIRST_START, Moved, booked, cancelled, confirmed, moved, moved_for, patient, payment,
    payment_with, refund, rescheduled, slot, visit_after,
};

use super::*;
use crate::appointment::{Appointment, CancelledBy, evolve as evolve_visit};
use crate::test_fixtures::{account_id, inr};
use crate::values::{Actor, Role};

#[test]
fn the_share_is_that_of_the_worst_moment() {
    let by_desk = Actor::account(account_id(2), Role::Receptionist);
    let by_doctor = Actor::account(account_id(3), Role::Doctor);
    let by = patient();
    // Moves, then the hour of the cancellation by the patient, then the percentage.
    let cases: [(&str, Vec<Moved>, i64, u8); 15] = [
        ("no move, early", vec![], 0, 100),
        ("no move, a day before", vec![], 76, 100),
        ("no move, later", vec![], 77, 50),
        ("no move, too late", vec![], 97, 0),
        (
            "moved early, cancelled early",
            vec![moved(10, 200, by)],
            20,
            100,
        ),
        (
            "moved with three hours to go, cancelled at once",
            vec![moved(97, 820, by)],
            97,
            0,
        ),
        ("moved in the half window", vec![moved(90, 820, by)], 91, 50),
        (
            "a later move outside of any window does not help",
            vec![moved(90, 820, by), moved(100, 1_600, by)],
            101,
            50,
        ),
        (
            "the worst of two moves",
            vec![moved(90, 820, by), moved(819, 1_600, by)],
            820,
            0,
        ),
        (
            "moved early, cancelled late",
            vec![moved(10, 200, by)],
            190,
            50,
        ),
        (
            "the desk moves it for the patient",
            vec![moved(97, 820, by_desk)],
            98,
            0,
        ),
        (
            "the doctor moves it",
            vec![moved(97, 820, by_doctor)],
            98,
            100,
        ),
        (
            "the desk moves it for the doctor",
            vec![moved_for(CancelledBy::Doctor, moved(97, 820, by_desk))],
            98,
            100,
        ),
        (
            "the desk moves it for the clinic",
            vec![moved_for(CancelledBy::Clinic, moved(97, 820, by_desk))],
            98,
            100,
        ),
        (
            "the doctor moves it for the patient",
            vec![moved_for(CancelledBy::Patient, moved(97, 820, by_doctor))],
            98,
            0,
        ),
    ];
    for (name, moves, at, percent) in cases {
        let refund = refund(&moves, cancelled(CancelledBy::Patient, at));
        assert_eq!(refund.percent, percent, "{name}");
        let due = inr(FEE * i64::from(percent) / 100);
        assert_eq!(refund.amount, due, "{name}");
    }
}

#[test]
fn a_move_before_the_payment_does_not_count() {
    let moved = rescheduled(slot(FIRST_START), moved(99, 820, patient()));
    let events = [booked(), moved, confirmed(slot(820))];
    let visit = events.iter().fold(Appointment::default(), evolve_visit);
    let refund = CancellationRefund::new(
        visit.visit().unwrap(),
        Some(&payment(0)),
        &RefundPolicy::usual(),
        cancelled(CancelledBy::Patient, 100),
    );
    assert_eq!(refund.percent, 100);
}

#[test]
fn the_doctor_and_the_clinic_refund_all_of_it_at_any_time() {
    for by in [CancelledBy::Doctor, CancelledBy::Clinic] {
        let refund = refund(&[moved(99, 820, patient())], cancelled(by, 819));
        assert_eq!(refund.amount, inr(FEE));
        assert_eq!(refund.grounds, ShareGrounds::CancelledByClinic);
        assert_eq!(refund.holds_until, None);
        assert_eq!(refund.not_refunded, vec![]);
    }
}

#[test]
fn no_more_is_refunded_than_is_left() {
    let visit = visit_after(&[]);
    let payment = payment(50_000);
    let refund = |by, at| {
        let cancellation = cancelled(by, at);
        CancellationRefund::new(&visit, Some(&payment), &RefundPolicy::usual(), cancellation)
    };
    assert_eq!(refund(CancelledBy::Clinic, 99).amount, inr(30_000));
    let half = refund(CancelledBy::Patient, 90);
    assert_eq!(half.amount, inr(30_000));
    let before = NotRefunded {
        reason: NotRefundedReason::AlreadyRefunded,
        amount: inr(50_000),
    };
    assert_eq!(half.not_refunded, vec![before]);
    let none = refund(CancelledBy::Patient, 99);
    let kept = NotRefunded {
        reason: NotRefundedReason::RefundPolicy,
        amount: inr(30_000),
    };
    assert!(none.amount.is_zero());
    assert_eq!(none.not_refunded, vec![before, kept]);
}

#[test]
fn without_a_payment_nothing_is_refunded_and_the_fee_is_unpaid() {
    let visit = visit_after(&[]);
    let policy = RefundPolicy::usual();
    let cancellation = cancelled(CancelledBy::Clinic, 0);
    let refund = CancellationRefund::new(&visit, None, &policy, cancellation);
    assert!(refund.amount.is_zero());
    let fee = NotRefunded {
        reason: NotRefundedReason::Unpaid,
        amount: inr(FEE),
    };
    assert_eq!(refund.not_refunded, vec![fee]);
}

#[test]
fn money_lost_in_a_dispute_counts_as_refunded() {
    let visit = visit_after(&[]);
    let policy = RefundPolicy::usual();
    let refund = |dispute, by, at| {
        let payment = payment_with(0, Some(dispute));
        CancellationRefund::new(&visit, Some(&payment), &policy, cancelled(by, at))
    };
    let lost = |amount| NotRefunded {
        reason: NotRefundedReason::DisputeLost,
        amount: inr(amount),
    };
    let all = refund((DisputeStatus::Lost, FEE), CancelledBy::Clinic, 99);
    assert!(all.amount.is_zero());
    assert_eq!(all.not_refunded, vec![lost(FEE)]);
    let some = refund((DisputeStatus::Lost, 30_000), CancelledBy::Patient, 90);
    assert_eq!(some.amount, inr(10_000));
    let kept = NotRefunded {
        reason: NotRefundedReason::RefundPolicy,
        amount: inr(40_000),
    };
    assert_eq!(some.not_refunded, vec![lost(30_000), kept]);
    assert!(!some.waits_for_dispute);
    for status in [DisputeStatus::Won, DisputeStatus::Closed] {
        let whole = refund((status, FEE), CancelledBy::Patient, 0);
        assert_eq!((whole.amount, whole.waits_for_dispute), (inr(FEE), false));
    }
}

#[test]
fn while_a_dispute_is_open_the_refund_waits() {
    let visit = visit_after(&[]);
    let payment = payment_with(0, Some((DisputeStatus::Open, FEE)));
    let refund = |at| {
        let cancellation = cancelled(CancelledBy::Patient, at);
        CancellationRefund::new(&visit, Some(&payment), &RefundPolicy::usual(), cancellation)
    };
    assert_eq!(refund(0).amount, inr(FEE));
    assert!(refund(0).waits_for_dispute);
    assert!(!refund(99).waits_for_dispute, "nothing is refunded");
}
