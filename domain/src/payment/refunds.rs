//! Decisions of a payment about refunds.

use super::command::{RecordRefund, RecordRefundFailure, RequestRefund, RetryRefund};
use super::disputes::withdraw_rest;
use super::error::PaymentRefusal;
use super::event::{
    PaymentEvent, PaymentRefundFailed, PaymentRefundRequested, PaymentRefundRetried,
    PaymentRefunded, RefundGrounds,
};
use super::state::{OpenedPayment, Payment, Refund, RefundStatus};
use crate::decision::Decision;
use crate::values::RefundId;

pub(super) fn request_refund(opened: &OpenedPayment, command: RequestRefund) -> Decision<Payment> {
    let RequestRefund {
        refund,
        attempt,
        amount,
        grounds,
        by,
        at,
    } = command;
    let attempt = attempt.or_else(|| opened.settled_by.clone());
    let attempt = attempt.ok_or(PaymentRefusal::NotCaptured)?;
    if let Some(known) = opened.refunds.get(&refund) {
        let same = (&known.attempt, known.amount) == (&attempt, amount);
        return if same {
            Ok(Vec::new())
        } else {
            Err(PaymentRefusal::AlreadyExists)
        };
    }
    // A refund that was made at the gateway is a fact, even if a dispute has taken the money as well.
    let left = match grounds {
        RefundGrounds::MadeAtGateway => opened.unrefunded_of(&attempt),
        RefundGrounds::CancelledByPatient
        | RefundGrounds::CancelledByClinic
        | RefundGrounds::CancelledBeforePaid
        | RefundGrounds::SlotTaken
        | RefundGrounds::TooLate
        | RefundGrounds::PaidTwice
        | RefundGrounds::WrongAmount
        | RefundGrounds::Goodwill
        | RefundGrounds::RestAfterDispute => opened.left_of(&attempt),
    };
    let left = left.ok_or(PaymentRefusal::NotCaptured)?;
    if amount.currency() != left.currency() {
        return Err(PaymentRefusal::OtherCurrency);
    }
    if amount.is_zero() {
        return Err(PaymentRefusal::NothingToRefund);
    }
    if amount.amount() > left.amount() {
        return Err(PaymentRefusal::MoreThanPaid { left });
    }
    Ok(vec![PaymentEvent::RefundRequested(
        PaymentRefundRequested {
            payment: opened.payment,
            refund,
            attempt,
            amount,
            grounds,
            by,
            at,
        },
    )])
}

/// A refund that is done counts, even if the gateway reported a failure before, or a dispute was lost.
pub(super) fn record_refund(opened: &OpenedPayment, command: RecordRefund) -> Decision<Payment> {
    let RecordRefund {
        refund: id,
        gateway_refund,
        at,
    } = command;
    let refund = known(opened, id)?;
    if refund.status == RefundStatus::Refunded {
        return Ok(Vec::new());
    }
    let mut events = vec![PaymentEvent::Refunded(PaymentRefunded {
        payment: opened.payment,
        refund: id,
        attempt: refund.attempt.clone(),
        gateway_refund,
        amount: refund.amount,
        at,
    })];
    if refund.status == RefundStatus::Withdrawn {
        events.extend(withdraw_rest(opened, &refund.attempt, at));
    }
    Ok(events)
}

pub(super) fn record_refund_failure(
    opened: &OpenedPayment,
    command: RecordRefundFailure,
) -> Decision<Payment> {
    let RecordRefundFailure {
        refund: id,
        attempt_number,
        code,
        at,
    } = command;
    let refund = known(opened, id)?;
    let is_news =
        refund.status == RefundStatus::Requested && attempt_number == refund.attempt_number;
    if !is_news {
        return Ok(Vec::new());
    }
    Ok(vec![PaymentEvent::RefundFailed(PaymentRefundFailed {
        payment: opened.payment,
        refund: id,
        attempt_number,
        code,
        at,
    })])
}

pub(super) fn retry_refund(opened: &OpenedPayment, command: RetryRefund) -> Decision<Payment> {
    let RetryRefund { refund: id, by, at } = command;
    let refund = known(opened, id)?;
    match refund.status {
        RefundStatus::Requested | RefundStatus::Refunded | RefundStatus::Withdrawn => {
            Err(PaymentRefusal::RefundNotFailed)
        }
        RefundStatus::Failed => Ok(vec![PaymentEvent::RefundRetried(PaymentRefundRetried {
            payment: opened.payment,
            refund: id,
            attempt_number: refund.attempt_number.saturating_add(1),
            by,
            at,
        })]),
    }
}

fn known(opened: &OpenedPayment, refund: RefundId) -> Result<&Refund, PaymentRefusal> {
    opened
        .refunds
        .get(&refund)
        .ok_or(PaymentRefusal::NoSuchRefund)
}
