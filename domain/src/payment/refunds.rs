//! Decisions of a payment about refunds.

use super::command::{RecordRefund, RecordRefundFailure, RequestRefund, RetryRefund};
use super::error::PaymentRefusal;
use super::event::{
    PaymentEvent, PaymentRefundFailed, PaymentRefundRequested, PaymentRefundRetried,
    PaymentRefunded,
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
    let left = opened.left_of(&attempt);
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

/// A refund that is done counts, even if the gateway reported a failure before.
pub(super) fn record_refund(opened: &OpenedPayment, command: RecordRefund) -> Decision<Payment> {
    let RecordRefund {
        refund: id,
        gateway_refund,
        at,
    } = command;
    let refund = known(opened, id)?;
    match refund.status {
        RefundStatus::Refunded => Ok(Vec::new()),
        RefundStatus::Requested | RefundStatus::Failed => {
            Ok(vec![PaymentEvent::Refunded(PaymentRefunded {
                payment: opened.payment,
                refund: id,
                attempt: refund.attempt.clone(),
                gateway_refund,
                amount: refund.amount,
                at,
            })])
        }
    }
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
        RefundStatus::Requested | RefundStatus::Refunded => Err(PaymentRefusal::RefundNotFailed),
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
