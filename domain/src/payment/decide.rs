//! How a payment makes up its mind: one function per command. Refunds have a file of their own.

use super::command::{
    IssueReceipt, OpenPayment, PaymentCommand, RecordAuthorisation, RecordCapture,
    RecordFailedAttempt, RecordOrder,
};
use super::error::PaymentRefusal;
use super::event::{
    PaymentAttemptFailed, PaymentAuthorised, PaymentCaptured, PaymentEvent, PaymentOpened,
    PaymentOrderCreated, PaymentReceiptIssued, RefundGrounds,
};
use super::refunds::{
    record_refund, record_refund_failure, request_refund, requested, retry_refund,
};
use super::state::{Attempt, OpenedPayment, Payment};
use crate::values::{Actor, GatewayOrderId};

pub(super) type Decision = Result<Vec<PaymentEvent>, PaymentRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`PaymentRefusal`] that names the fact.
pub fn decide(payment: &Payment, command: PaymentCommand) -> Decision {
    let opened = || payment.opened().ok_or(PaymentRefusal::NotFound);
    match command {
        PaymentCommand::Open(command) => open(payment, command),
        PaymentCommand::RecordOrder(command) => record_order(opened()?, command),
        PaymentCommand::RecordFailedAttempt(command) => record_failed_attempt(opened()?, command),
        PaymentCommand::RecordAuthorisation(command) => record_authorisation(opened()?, command),
        PaymentCommand::RecordCapture(command) => record_capture(opened()?, command),
        PaymentCommand::RequestRefund(command) => request_refund(opened()?, command),
        PaymentCommand::RecordRefund(command) => record_refund(opened()?, command),
        PaymentCommand::RecordRefundFailure(command) => record_refund_failure(opened()?, command),
        PaymentCommand::RetryRefund(command) => retry_refund(opened()?, command),
        PaymentCommand::IssueReceipt(command) => issue_receipt(opened()?, command),
    }
}

fn open(payment: &Payment, command: OpenPayment) -> Decision {
    let OpenPayment {
        payment: id,
        payable,
        patient,
        clinic,
        amount,
        pay_until,
        by,
        at,
    } = command;
    if let Some(opened) = payment.opened() {
        let same = (opened.payable, opened.amount) == (payable, amount);
        return if same {
            Ok(Vec::new())
        } else {
            Err(PaymentRefusal::AlreadyExists)
        };
    }
    if amount.is_zero() {
        return Err(PaymentRefusal::NothingToPay);
    }
    if at >= pay_until {
        return Err(PaymentRefusal::TooLate);
    }
    Ok(vec![PaymentEvent::Opened(PaymentOpened {
        payment: id,
        payable,
        patient,
        clinic,
        amount,
        pay_until,
        by,
        at,
    })])
}

fn record_order(opened: &OpenedPayment, command: RecordOrder) -> Decision {
    let RecordOrder { order, at } = command;
    match &opened.order {
        Some(ours) if *ours == order => Ok(Vec::new()),
        Some(ours) => Err(PaymentRefusal::OtherOrder {
            order: ours.clone(),
        }),
        None => Ok(vec![PaymentEvent::OrderCreated(PaymentOrderCreated {
            payment: opened.payment,
            order,
            at,
        })]),
    }
}

/// News of an attempt must be of this payment's order.
fn of_our_order(opened: &OpenedPayment, order: &GatewayOrderId) -> Result<(), PaymentRefusal> {
    match &opened.order {
        None => Err(PaymentRefusal::NoOrder),
        Some(ours) if ours == order => Ok(()),
        Some(ours) => Err(PaymentRefusal::OtherOrder {
            order: ours.clone(),
        }),
    }
}

/// What is known to have gone further already has not failed.
fn record_failed_attempt(opened: &OpenedPayment, command: RecordFailedAttempt) -> Decision {
    let RecordFailedAttempt {
        order,
        attempt,
        code,
        at,
    } = command;
    of_our_order(opened, &order)?;
    if opened.attempts.contains_key(&attempt) {
        return Ok(Vec::new());
    }
    Ok(vec![PaymentEvent::AttemptFailed(PaymentAttemptFailed {
        payment: opened.payment,
        attempt,
        code,
        at,
    })])
}

/// A failed attempt may be authorised later: banks do so.
fn record_authorisation(opened: &OpenedPayment, command: RecordAuthorisation) -> Decision {
    let RecordAuthorisation {
        order,
        attempt,
        amount,
        at,
    } = command;
    of_our_order(opened, &order)?;
    match opened.attempts.get(&attempt) {
        Some(Attempt::Authorised | Attempt::Captured(_)) => Ok(Vec::new()),
        None | Some(Attempt::Failed) => Ok(vec![PaymentEvent::Authorised(PaymentAuthorised {
            payment: opened.payment,
            attempt,
            amount,
            at,
        })]),
    }
}

/// Money that came is a fact, whatever it was meant for. What does not settle the payment goes back.
fn record_capture(opened: &OpenedPayment, command: RecordCapture) -> Decision {
    let RecordCapture {
        order,
        attempt,
        amount,
        refund,
        at,
    } = command;
    of_our_order(opened, &order)?;
    if opened.captured(&attempt).is_some() {
        return Ok(Vec::new());
    }
    let settles = !opened.is_paid() && amount == opened.amount;
    let captured = PaymentEvent::Captured(PaymentCaptured {
        payment: opened.payment,
        attempt: attempt.clone(),
        amount,
        payable: opened.payable,
        settles,
        at,
    });
    if settles || amount.is_zero() {
        return Ok(vec![captured]);
    }
    if opened.refunds.contains_key(&refund) {
        return Err(PaymentRefusal::AlreadyExists);
    }
    let grounds = if opened.is_paid() {
        RefundGrounds::PaidTwice
    } else {
        RefundGrounds::WrongAmount
    };
    let back = requested(
        opened,
        (refund, attempt, amount),
        grounds,
        (Actor::System, at),
    );
    Ok(vec![captured, back])
}

/// What is given back later takes no receipt away: the money did come.
fn issue_receipt(opened: &OpenedPayment, command: IssueReceipt) -> Decision {
    let IssueReceipt { number, at } = command;
    match opened.receipt {
        Some(issued) if issued == number => Ok(Vec::new()),
        Some(number) => Err(PaymentRefusal::ReceiptAlreadyIssued { number }),
        None if !opened.is_paid() => Err(PaymentRefusal::NotPaid),
        None => Ok(vec![PaymentEvent::ReceiptIssued(PaymentReceiptIssued {
            payment: opened.payment,
            number,
            at,
        })]),
    }
}
