//! Decisions of a payment about disputes.

use chrono::{DateTime, Utc};

use super::command::RecordDispute;
use super::dispute::{Dispute, DisputeStatus};
use super::dispute_events::{
    PaymentDisputeAdvanced, PaymentDisputeDecided, PaymentDisputeOpened, PaymentRefundWithdrawn,
};
use super::error::PaymentRefusal;
use super::event::{PaymentEvent, PaymentRefundRequested, RefundGrounds};
use super::state::{OpenedPayment, Payment, Refund, RefundStatus};
use crate::decision::Decision;
use crate::values::{Actor, GatewayDisputeId, GatewayPaymentId, Money, RefundId};

/// Records a report of a dispute. The first decision counts; a late report of an earlier stage is no
/// new fact.
pub(super) fn record_dispute(opened: &OpenedPayment, command: RecordDispute) -> Decision<Payment> {
    if opened.captured(&command.attempt).is_none() {
        return Err(PaymentRefusal::NotCaptured);
    }
    let known = opened.disputes.get(&command.dispute);
    if known.is_some_and(|known| known.attempt != command.attempt) {
        return Err(PaymentRefusal::AlreadyExists);
    }
    let mut events = Vec::new();
    if known.is_none() {
        events.push(raised(opened, &command));
    }
    let is_decided = known.is_some_and(|known| !known.status.is_open());
    match command.status {
        DisputeStatus::Open => {}
        DisputeStatus::ActionRequired | DisputeStatus::UnderReview => {
            let is_newer = known.is_none_or(|known| is_newer(known, &command));
            events.extend((is_newer && !is_decided).then(|| advanced(opened, &command)));
        }
        DisputeStatus::Won | DisputeStatus::Lost | DisputeStatus::Closed => {
            match known.filter(|_| is_decided) {
                Some(known) if known.status == command.status => {}
                Some(known) => {
                    let status = known.status;
                    return Err(PaymentRefusal::DisputeDecided { status });
                }
                None => events.extend(decided(opened, command)?),
            }
        }
    }
    Ok(events)
}

/// Reports arrive in any order; the gateway's own time tells which is the later one.
fn is_newer(known: &Dispute, command: &RecordDispute) -> bool {
    command.status != known.status && command.reported_at >= known.reported_at
}

fn raised(opened: &OpenedPayment, command: &RecordDispute) -> PaymentEvent {
    PaymentEvent::DisputeOpened(PaymentDisputeOpened {
        payment: opened.payment,
        dispute: command.dispute.clone(),
        attempt: command.attempt.clone(),
        amount: command.amount,
        code: command.code.clone(),
        respond_by: command.respond_by,
        reported_at: command.reported_at,
        at: command.at,
    })
}

fn advanced(opened: &OpenedPayment, command: &RecordDispute) -> PaymentEvent {
    PaymentEvent::DisputeAdvanced(PaymentDisputeAdvanced {
        payment: opened.payment,
        dispute: command.dispute.clone(),
        status: command.status,
        respond_by: command.respond_by,
        reported_at: command.reported_at,
        at: command.at,
    })
}

fn decided(
    opened: &OpenedPayment,
    command: RecordDispute,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    let lost = match command.status {
        DisputeStatus::Lost => command.deducted.unwrap_or(command.amount),
        DisputeStatus::Open
        | DisputeStatus::ActionRequired
        | DisputeStatus::UnderReview
        | DisputeStatus::Won
        | DisputeStatus::Closed => Money::zero(command.amount.currency()),
    };
    let mut events = vec![PaymentEvent::DisputeDecided(PaymentDisputeDecided {
        payment: opened.payment,
        dispute: command.dispute.clone(),
        attempt: command.attempt.clone(),
        status: command.status,
        lost,
        reported_at: command.reported_at,
        at: command.at,
    })];
    if !lost.is_zero() {
        events.extend(replace_refunds(opened, command, lost)?);
    }
    Ok(events)
}

/// Withdraws the refunds that are not done, and requests what is still owed beyond the lost amount.
fn replace_refunds(
    opened: &OpenedPayment,
    command: RecordDispute,
    lost: Money,
) -> Result<Vec<PaymentEvent>, PaymentRefusal> {
    let RecordDispute {
        dispute,
        attempt,
        refund: rest,
        at,
        ..
    } = command;
    let owed: i64 = unfinished(opened, &attempt)
        .map(|(_, refund)| refund.amount.amount())
        .sum();
    let mut events = withdraw(opened, unfinished(opened, &attempt), &dispute, at);
    let captured = opened.captured(&attempt);
    let captured = captured.ok_or(PaymentRefusal::NotCaptured)?;
    let is_same = captured.currency() == lost.currency();
    let lost = if is_same { lost } else { captured };
    let amount = Money::new(owed - lost.amount(), captured.currency()).ok();
    if let Some(amount) = amount.filter(|amount| !amount.is_zero()) {
        if opened.refunds.contains_key(&rest) {
            return Err(PaymentRefusal::AlreadyExists);
        }
        events.push(PaymentEvent::RefundRequested(PaymentRefundRequested {
            payment: opened.payment,
            refund: rest,
            attempt,
            amount,
            grounds: RefundGrounds::RestAfterDispute,
            by: Actor::System,
            at,
        }));
    }
    Ok(events)
}

/// Withdraws the refund of the rest, once the refund that it replaced has left after all.
pub(super) fn withdraw_rest(
    opened: &OpenedPayment,
    attempt: &GatewayPaymentId,
    at: DateTime<Utc>,
) -> Vec<PaymentEvent> {
    let lost = opened.disputes.iter().filter(|(_, dispute)| {
        dispute.attempt == *attempt && dispute.status == DisputeStatus::Lost
    });
    let latest = lost.max_by_key(|(_, dispute)| dispute.reported_at);
    let Some((dispute, _)) = latest else {
        return Vec::new();
    };
    let rest = unfinished(opened, attempt)
        .filter(|(_, refund)| refund.grounds == RefundGrounds::RestAfterDispute);
    withdraw(opened, rest, dispute, at)
}

fn withdraw<'a>(
    opened: &OpenedPayment,
    refunds: impl Iterator<Item = (RefundId, &'a Refund)>,
    dispute: &GatewayDisputeId,
    at: DateTime<Utc>,
) -> Vec<PaymentEvent> {
    let withdrawn = refunds.map(|(refund, _)| {
        PaymentEvent::RefundWithdrawn(PaymentRefundWithdrawn {
            payment: opened.payment,
            refund,
            dispute: dispute.clone(),
            at,
        })
    });
    withdrawn.collect()
}

/// Returns the refunds of an attempt that are owed and have not left.
fn unfinished<'a>(
    opened: &'a OpenedPayment,
    attempt: &'a GatewayPaymentId,
) -> impl Iterator<Item = (RefundId, &'a Refund)> {
    let refunds = opened.refunds.iter().filter(move |(_, refund)| {
        let is_owed = match refund.status {
            RefundStatus::Requested | RefundStatus::Failed => true,
            RefundStatus::Refunded | RefundStatus::Withdrawn => false,
        };
        is_owed && refund.attempt == *attempt
    });
    refunds.map(|(id, refund)| (*id, refund))
}
