//! Summary of a run: a run in which nothing happens proves nothing.

use super::super::*;
use super::Run;
use super::clinic::Clinic;
use super::expected::{Share, owed_of, share_of};
use crate::appointment::{AppointmentEvent, CancelledBy, ConfirmationGrounds};

/// Summary of a run.
pub fn outcomes(run: &Run) -> Vec<&'static str> {
    let clinic = &run.clinic;
    let visits = clinic.visits.iter().filter_map(|event| match event {
        AppointmentEvent::Confirmed(confirmed) => match confirmed.grounds {
            ConfirmationGrounds::Paid { .. } => Some("paid in time"),
            ConfirmationGrounds::NoFee
            | ConfirmationGrounds::StaffOverride
            | ConfirmationGrounds::Emergency => Some("confirmed anyway"),
        },
        AppointmentEvent::Reinstated(_) => Some("reinstated"),
        AppointmentEvent::FeePaid(_) => Some("paid later"),
        AppointmentEvent::HoldExpired(_) => Some("expired"),
        AppointmentEvent::Cancelled(_) => Some("cancelled"),
        AppointmentEvent::NoShow(_) => Some("missed"),
        AppointmentEvent::Rescheduled(moved) => Some(match moved.party() {
            CancelledBy::Patient => "moved by the patient",
            CancelledBy::Doctor | CancelledBy::Clinic => "moved by the clinic",
        }),
        AppointmentEvent::Booked(_)
        | AppointmentEvent::Arrived(_)
        | AppointmentEvent::Started(_)
        | AppointmentEvent::Completed(_) => None,
    });
    let money = clinic.ledger.iter().filter_map(|event| match event {
        PaymentEvent::RefundRequested(requested) => Some(match requested.grounds {
            RefundGrounds::SlotTaken => "refund: slot taken",
            RefundGrounds::TooLate => "refund: too late",
            RefundGrounds::CancelledBeforePaid => "refund: cancelled before",
            RefundGrounds::PaidTwice => "refund: paid twice",
            RefundGrounds::WrongAmount => "refund: wrong amount",
            RefundGrounds::RestAfterDispute => "refund: rest after a dispute",
            RefundGrounds::CancelledByPatient
            | RefundGrounds::CancelledByClinic
            | RefundGrounds::Goodwill
            | RefundGrounds::MadeAtGateway => {
                if (requested).amount == clinic.fee() {
                    "refund: all of it"
                } else {
                    "refund: a part"
                }
            }
        }),
        PaymentEvent::DifferenceAccepted(accepted) => Some(match accepted.kind {
            DifferenceKind::Discount => "discount",
            DifferenceKind::Surcharge => "surcharge",
        }),
        PaymentEvent::RefundRetried(_) => Some("refund tried again"),
        PaymentEvent::RefundWithdrawn(_) => Some("refund withdrawn"),
        PaymentEvent::DisputeDecided(decided) => match decided.status {
            DisputeStatus::Lost => Some("dispute lost"),
            DisputeStatus::Won => Some("dispute won"),
            DisputeStatus::Open
            | DisputeStatus::ActionRequired
            | DisputeStatus::UnderReview
            | DisputeStatus::Closed => None,
        },
        PaymentEvent::Opened(_)
        | PaymentEvent::OrderCreated(_)
        | PaymentEvent::OrderClosed(_)
        | PaymentEvent::AttemptFailed(_)
        | PaymentEvent::Authorised(_)
        | PaymentEvent::Captured(_)
        | PaymentEvent::Refunded(_)
        | PaymentEvent::RefundFailed(_)
        | PaymentEvent::DisputeOpened(_)
        | PaymentEvent::DisputeAdvanced(_)
        | PaymentEvent::ReceiptIssued(_) => None,
    });
    let mut counts: Vec<_> = visits.chain(money).collect();
    if is_owed(clinic) {
        counts.push("left to an operator");
    }
    if clinic.waited > 0 {
        counts.push("refund waited for a dispute");
    }
    let is_worse = |share: Share| share.worst < share.at_end;
    if share_of(&clinic.visits).is_some_and(is_worse) {
        counts.push("moved too late to be refunded");
    }
    if run.gateway.dropped > 0 {
        counts.push("reports lost");
    }
    if clinic.found_disputes > 0 {
        counts.push("dispute found by asking");
    }
    counts.extend(mixtures(run, &counts));
    counts.sort_unstable();
    counts.dedup();
    counts
}

/// Combinations of what happened in one run.
fn mixtures(run: &Run, counts: &[&str]) -> Vec<&'static str> {
    let has = |outcome| counts.contains(&outcome);
    let differs = has("discount") || has("surcharge");
    let is_disputed = !run.gateway.disputes.is_empty();
    let is_refunded = run.gateway.refunded() > 0;
    let all = has("moved by the patient") && has("cancelled") && has("reports lost");
    let mixtures = [
        (
            differs && has("cancelled"),
            "discount or surcharge, then cancelled",
        ),
        (
            differs && is_disputed,
            "discount or surcharge, then disputed",
        ),
        (
            all && is_refunded && is_disputed,
            "moved, cancelled, refunded and disputed, with lost reports",
        ),
    ];
    let found = mixtures.into_iter().filter(|(happened, _)| *happened);
    found.map(|(_, outcome)| outcome).collect()
}

/// True if the gateway never made a refund.
fn is_owed(clinic: &Clinic) -> bool {
    let mut payments = clinic.payments.values().filter_map(Payment::opened);
    payments.any(|payment| {
        let mut attempts = payment.attempts.keys();
        attempts.any(|attempt| owed_of(payment, attempt) > 0)
    })
}
