//! Conditions that hold at the end of a run, by the events alone and by the clinic's table.

use super::super::*;
use super::Run;
use super::clinic::{Claim, Clinic, policy};
use super::gateway::{Gateway, Outcome};
use crate::appointment::{Appointment, AppointmentEvent, CancelledBy, ConfirmationGrounds};
use crate::values::{GatewayPaymentId, PaymentId};

/// Money that moved according to the events.
struct Moved {
    captured: i64,
    refunded: i64,
    lost: i64,
}

impl Moved {
    fn from_events(events: &[PaymentEvent]) -> Self {
        let mut moved = Self {
            captured: 0,
            refunded: 0,
            lost: 0,
        };
        for event in events {
            if let PaymentEvent::Captured(event) = event {
                moved.captured += event.amount.amount();
            }
            if let PaymentEvent::Refunded(event) = event {
                moved.refunded += event.amount.amount();
            }
            if let PaymentEvent::DisputeDecided(event) = event {
                moved.lost += event.lost.amount();
            }
        }
        moved
    }
}

/// The share of the worst moment, by the clinic's table.
pub struct Share {
    /// Percentage at the cancellation alone.
    pub at_end: u8,
    /// The smallest percentage of all moments.
    pub worst: u8,
}

/// Returns the share of a cancelled visit; `None` if it was not cancelled.
pub fn share_of(visits: &[AppointmentEvent]) -> Option<Share> {
    let (mut is_paid, mut worst) = (false, 100);
    for event in visits {
        match event {
            AppointmentEvent::Confirmed(confirmed) => {
                is_paid |= matches!(confirmed.grounds, ConfirmationGrounds::Paid { .. });
            }
            AppointmentEvent::Reinstated(_) | AppointmentEvent::FeePaid(_) => is_paid = true,
            AppointmentEvent::Rescheduled(moved) => {
                if is_paid && moved.on_behalf_of == Some(CancelledBy::Patient) {
                    worst = worst.min(policy().percent(moved.previous.start() - moved.at));
                }
            }
            AppointmentEvent::Cancelled(cancelled) => {
                let at_end = policy().percent(cancelled.visit.slot.start() - cancelled.at);
                return Some(match cancelled.cancelled_by {
                    CancelledBy::Patient => Share {
                        at_end,
                        worst: worst.min(at_end),
                    },
                    CancelledBy::Doctor | CancelledBy::Clinic => Share {
                        at_end: 100,
                        worst: 100,
                    },
                });
            }
            AppointmentEvent::Booked(_)
            | AppointmentEvent::HoldExpired(_)
            | AppointmentEvent::Arrived(_)
            | AppointmentEvent::Started(_)
            | AppointmentEvent::Completed(_)
            | AppointmentEvent::NoShow(_) => {}
        }
    }
    None
}

/// Refunds that the gateway never made: an operator takes over.
pub fn owed_of(payment: &OpenedPayment, attempt: &GatewayPaymentId) -> i64 {
    let refunds = payment.refunds.values();
    let refunds = refunds.filter(|refund| refund.attempt == *attempt);
    let owed = refunds.filter(|refund| match refund.status {
        RefundStatus::Refunded | RefundStatus::Withdrawn => false,
        RefundStatus::Requested | RefundStatus::Failed => {
            let stands = (refund.status, refund.attempt_number);
            assert_eq!(stands, (RefundStatus::Failed, 5), "a refund was forgotten");
            true
        }
    });
    owed.map(|refund| refund.amount.amount()).sum()
}

/// Returns what the payer of an attempt is to get back. A surcharge went to the gateway, so the share is of what was
/// paid of the fee.
fn due(clinic: &Clinic, id: PaymentId, payment: &OpenedPayment, attempt: &GatewayPaymentId) -> i64 {
    let captured = payment.captured(attempt).unwrap().amount();
    let settles = payment.settled_by.as_ref() == Some(attempt);
    let pays = clinic.visit.visit().unwrap().paid_by == Some(id);
    if !(settles && pays) {
        return captured;
    }
    match share_of(&clinic.visits) {
        None => 0,
        // A part of a paisa is rounded up.
        Some(share) => (captured.min(clinic.fee().amount()) * i64::from(share.worst) + 99) / 100,
    }
}

/// Each attempt: the payer got back what is due, by refunds or by a lost dispute, and once.
fn check_attempt(run: &Run, id: PaymentId, payment: &OpenedPayment, attempt: &GatewayPaymentId) {
    let Run {
        clinic, gateway, ..
    } = run;
    let due = due(clinic, id, payment, attempt);
    let lost = gateway.lost_of(attempt);
    let told = payment.lost_of(attempt).unwrap().amount();
    assert_eq!(told, lost, "what was lost");
    let refunded = refunded_of(gateway, attempt);
    let back = refunded + owed_of(payment, attempt);
    if lost == 0 {
        assert_eq!(back, due, "what goes back");
        return;
    }
    assert!(back <= due, "refunded {back} of {due}, and {lost} was lost");
    assert!(back + lost >= due, "{back} and {lost} are less than {due}");
    let mut disputes = gateway.disputes.iter();
    let after_refund = disputes.any(|dispute| {
        let is_lost = dispute.status == DisputeStatus::Lost;
        is_lost && dispute.attempt == *attempt && dispute.after_refund
    });
    // A report that is late can't be known.
    if !after_refund && !clinic.unaware.contains(attempt) {
        let beyond = (due - lost).max(0);
        assert_eq!(back, beyond, "what goes back beyond the dispute");
    }
}

fn refunded_of(gateway: &Gateway, attempt: &GatewayPaymentId) -> i64 {
    let refunds = gateway.refunds.iter();
    let done =
        refunds.filter(|refund| refund.attempt == *attempt && refund.outcome == Outcome::Processed);
    done.map(|refund| refund.amount.amount()).sum()
}

pub fn check(run: &Run) {
    let Run {
        clinic, gateway, ..
    } = run;
    let moved = Moved::from_events(&clinic.ledger);
    assert_eq!(moved.captured, gateway.captured(), "what came");
    assert_eq!(moved.refunded, gateway.refunded(), "what left");
    assert_eq!(moved.lost, gateway.lost(), "what was lost");
    for (id, payment) in &clinic.payments {
        let payment = payment.opened().unwrap();
        check_difference(clinic, payment);
        for attempt in payment.attempts.keys() {
            if payment.captured(attempt).is_some() {
                check_attempt(run, *id, payment, attempt);
            }
        }
    }
    check_visit(clinic);
}

/// The requested amount, less the discount or more the surcharge, is what settled the payment.
fn check_difference(clinic: &Clinic, payment: &OpenedPayment) {
    let differences = clinic.ledger.iter().filter_map(|event| {
        let PaymentEvent::DifferenceAccepted(accepted) = event else {
            return None;
        };
        let amount = match accepted.kind {
            DifferenceKind::Discount => -accepted.amount.amount(),
            DifferenceKind::Surcharge => accepted.amount.amount(),
        };
        (accepted.payment == payment.payment).then_some(amount)
    });
    let difference: i64 = differences.sum();
    let Some(attempt) = &payment.settled_by else {
        assert_eq!(difference, 0, "a difference of nothing");
        return;
    };
    let captured = payment.captured(attempt).unwrap().amount();
    assert_eq!(
        captured,
        payment.amount.amount() + difference,
        "the difference"
    );
}

fn check_visit(clinic: &Clinic) {
    let visit = clinic.visit.visit().unwrap();
    match &clinic.visit {
        Appointment::Confirmed(_) | Appointment::NoShow(_) | Appointment::Cancelled { .. } => {}
        Appointment::Expired(_) => assert_eq!(visit.paid_by, None),
        elsewhere @ (Appointment::Unbooked
        | Appointment::Booked { .. }
        | Appointment::Arrived(_)
        | Appointment::InProgress(_)
        | Appointment::Completed(_)) => panic!("no place to end: {elsewhere:?}"),
    }
    let takes_place = matches!(clinic.visit, Appointment::Confirmed(_));
    assert_eq!(
        takes_place,
        clinic.claim == Claim::Ours,
        "whose the slot is"
    );
    if let Some(payment) = visit.paid_by {
        assert!(clinic.payments[&payment].opened().unwrap().is_paid());
    }
}
