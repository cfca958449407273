//! Refund of a cancelled visit: a table of cases; properties over any moves are in `properties`, and
//! fees that were paid with a discount or a surcharge in `differences`.

mod differences;
mod properties;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::appointment::{
    Appointment, AppointmentBooked, AppointmentBookedPhi, AppointmentConfirmed,
    AppointmentConfirmedPhi, AppointmentEvent, AppointmentRescheduled, AppointmentRescheduledPhi,
    CancelledBy, ConfirmationGrounds, Visit, evolve as evolve_visit,
};
use crate::phi::Phi;
use crate::test_fixtures::{
    account_id, appointment_id, clinic_id, inr, now, patient_id, payment_id, visit_ref,
};
use crate::values::{Actor, GatewayDisputeId, GatewayPaymentId, RefundId, Role, Slot};

const FEE: i64 = 80_000;
/// Hours from the booking to the first start of the visit.
const FIRST_START: i64 = 100;

fn hour(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

fn slot(start: i64) -> Slot {
    Slot::new(hour(start), hour(start) + TimeDelta::minutes(20)).unwrap()
}

fn patient() -> Actor {
    Actor::account(account_id(1), Role::Patient)
}

/// A move: when, to which start, by whom, and on whose behalf. Hours after the booking.
#[derive(Debug, Clone, Copy)]
struct Moved {
    at: i64,
    to: i64,
    by: Actor,
    on_behalf_of: Option<CancelledBy>,
}

/// A move as old logs have it: the party is not told.
const fn moved(at: i64, to: i64, by: Actor) -> Moved {
    Moved {
        at,
        to,
        by,
        on_behalf_of: None,
    }
}

const fn moved_for(party: CancelledBy, moved: Moved) -> Moved {
    Moved {
        on_behalf_of: Some(party),
        ..moved
    }
}

fn booked() -> AppointmentEvent {
    AppointmentEvent::Booked(AppointmentBooked {
        visit: visit_ref(slot(FIRST_START)),
        fee: inr(FEE),
        hold_until: now() + TimeDelta::minutes(15),
        hold_number: None,
        emergency: None,
        follows: None,
        overridden: Vec::new(),
        by: patient(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentBookedPhi {
            reason: None,
            override_reason: None,
        }),
    })
}

fn confirmed(slot: Slot) -> AppointmentEvent {
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        visit: visit_ref(slot),
        grounds: ConfirmationGrounds::Paid {
            payment: payment_id(1),
        },
        by: Actor::System,
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi { reason: None }),
    })
}

fn rescheduled(previous: Slot, moved: Moved) -> AppointmentEvent {
    AppointmentEvent::Rescheduled(AppointmentRescheduled {
        visit: visit_ref(slot(moved.to)),
        previous,
        hold_until: None,
        overridden: Vec::new(),
        on_behalf_of: moved.on_behalf_of,
        by: moved.by,
        at: hour(moved.at),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentRescheduledPhi {
            reason: None,
            override_reason: None,
        }),
    })
}

/// The paid visit after some moves.
fn visit_after(moves: &[Moved]) -> Visit {
    let paid = [booked(), confirmed(slot(FIRST_START))];
    let paid = paid.iter().fold(Appointment::default(), evolve_visit);
    let visit = moves.iter().fold(paid, |visit, moved| {
        let previous = visit.slot().unwrap();
        evolve_visit(visit, &rescheduled(previous, *moved))
    });
    *visit.visit().unwrap()
}

/// A paid payment of which some was refunded, and some lost in a dispute.
fn payment_with(refunded: i64, dispute: Option<(DisputeStatus, i64)>) -> OpenedPayment {
    payment_of(FEE, refunded, dispute)
}

/// The same, of which another amount was captured: with an offer less than the fee, or more with a
/// surcharge.
fn payment_of(
    captured: i64,
    refunded: i64,
    dispute: Option<(DisputeStatus, i64)>,
) -> OpenedPayment {
    let payment = captured_payment(captured, refunded);
    let Some((status, amount)) = dispute else {
        return payment;
    };
    let before = Payment::Opened(Box::new(payment));
    let record = PaymentCommand::RecordDispute(RecordDispute {
        dispute: GatewayDisputeId::parse("disp_1").unwrap(),
        attempt: GatewayPaymentId::parse("pay_1").unwrap(),
        amount: inr(amount),
        deducted: None,
        status,
        code: None,
        respond_by: None,
        reported_at: now(),
        refund: RefundId::from_uuid(uuid::Uuid::from_u128(8)),
        at: now(),
    });
    let events = decide(&before, record).unwrap();
    let after = events.iter().fold(before, evolve);
    after.opened().unwrap().clone()
}

fn payment(refunded: i64) -> OpenedPayment {
    captured_payment(FEE, refunded)
}

fn captured_payment(captured: i64, refunded: i64) -> OpenedPayment {
    let attempt = GatewayPaymentId::parse("pay_1").unwrap();
    let payment = payment_id(1);
    let opened = PaymentEvent::Opened(PaymentOpened {
        payment,
        payable: Payable::AppointmentFee {
            appointment: appointment_id(),
        },
        patient: patient_id(),
        clinic: clinic_id(1),
        amount: inr(FEE),
        pay_until: now() + TimeDelta::minutes(15),
        by: patient(),
        at: now(),
    });
    let captured = PaymentEvent::Captured(PaymentCaptured {
        payment,
        attempt: attempt.clone(),
        amount: inr(captured),
        payable: Payable::AppointmentFee {
            appointment: appointment_id(),
        },
        settles: true,
        test_mode: false,
        at: now(),
    });
    let requested = PaymentEvent::RefundRequested(PaymentRefundRequested {
        payment,
        refund: RefundId::from_uuid(uuid::Uuid::from_u128(7)),
        attempt,
        amount: inr(refunded),
        grounds: RefundGrounds::Goodwill,
        by: Actor::System,
        at: now(),
    });
    let mut events = vec![opened, captured];
    events.extend((refunded > 0).then_some(requested));
    let payment = events.iter().fold(Payment::default(), evolve);
    payment.opened().unwrap().clone()
}

fn cancelled(cancelled_by: CancelledBy, at: i64) -> Cancellation {
    Cancellation {
        cancelled_by,
        at: hour(at),
    }
}

fn refund(moves: &[Moved], cancellation: Cancellation) -> CancellationRefund {
    let policy = RefundPolicy::usual();
    CancellationRefund::new(
        &visit_after(moves),
        Some(&payment(0)),
        &policy,
        cancellation,
    )
}

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
