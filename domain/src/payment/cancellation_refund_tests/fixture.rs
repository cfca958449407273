//! A visit with moves, and the payment of its fee.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::*;
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

pub(super) const FEE: i64 = 80_000;
/// Hours from the booking to the first start of the visit.
pub(super) const FIRST_START: i64 = 100;

pub(super) fn hour(hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(hours)
}

pub(super) fn slot(start: i64) -> Slot {
    Slot::new(hour(start), hour(start) + TimeDelta::minutes(20)).unwrap()
}

pub(super) fn patient() -> Actor {
    Actor::account(account_id(1), Role::Patient)
}

/// A move: when, to which start, by whom, and on whose behalf. Hours after the booking.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moved {
    pub(super) at: i64,
    pub(super) to: i64,
    pub(super) by: Actor,
    pub(super) on_behalf_of: Option<CancelledBy>,
}

/// A move as old logs have it: the party is not told.
pub(super) const fn moved(at: i64, to: i64, by: Actor) -> Moved {
    Moved {
        at,
        to,
        by,
        on_behalf_of: None,
    }
}

pub(super) const fn moved_for(party: CancelledBy, moved: Moved) -> Moved {
    Moved {
        on_behalf_of: Some(party),
        ..moved
    }
}

pub(super) fn booked() -> AppointmentEvent {
    AppointmentEvent::Booked(AppointmentBooked {
        visit: visit_ref(slot(FIRST_START)),
        fee: inr(FEE),
        hold_until: now() + TimeDelta::minutes(15),
        hold_number: None,
        daily_number: None,
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

pub(super) fn confirmed(slot: Slot) -> AppointmentEvent {
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

pub(super) fn rescheduled(previous: Slot, moved: Moved) -> AppointmentEvent {
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
pub(super) fn visit_after(moves: &[Moved]) -> Visit {
    let paid = [booked(), confirmed(slot(FIRST_START))];
    let paid = paid.iter().fold(Appointment::default(), evolve_visit);
    let visit = moves.iter().fold(paid, |visit, moved| {
        let previous = visit.slot().unwrap();
        evolve_visit(visit, &rescheduled(previous, *moved))
    });
    *visit.visit().unwrap()
}

/// A paid payment of which some was refunded, and some lost in a dispute.
pub(super) fn payment_with(refunded: i64, dispute: Option<(DisputeStatus, i64)>) -> OpenedPayment {
    payment_of(FEE, refunded, dispute)
}

/// The same, of which another amount was captured: with an offer less than the fee, or more with a
/// surcharge.
pub(super) fn payment_of(
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

pub(super) fn payment(refunded: i64) -> OpenedPayment {
    captured_payment(FEE, refunded)
}

pub(super) fn captured_payment(captured: i64, refunded: i64) -> OpenedPayment {
    let attempt = GatewayPaymentId::parse("pay_1").unwrap();
    let payment = payment_id(1);
    let opened = PaymentEvent::Opened(PaymentOpened {
        payment,
        payable: Payable::Visit {
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
        payable: Payable::Visit {
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

pub(super) fn cancelled(cancelled_by: CancelledBy, at: i64) -> Cancellation {
    Cancellation {
        cancelled_by,
        at: hour(at),
    }
}

pub(super) fn refund(moves: &[Moved], cancellation: Cancellation) -> CancellationRefund {
    let policy = RefundPolicy::usual();
    CancellationRefund::new(
        &visit_after(moves),
        Some(&payment(0)),
        &policy,
        cancellation,
    )
}
