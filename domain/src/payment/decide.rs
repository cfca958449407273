//! Decisions of a payment: one function per command. Those about refunds are in `refunds`.

use super::command::{
    IssueReceipt, OpenPayment, PaymentCommand, RecordAuthorisation, RecordCapture,
    RecordFailedAttempt, RecordOrder,
};
use super::disputes::record_dispute;
use super::error::PaymentRefusal;
use super::event::{
    PaymentAttemptFailed, PaymentAuthorised, PaymentCaptured, PaymentEvent, PaymentOpened,
    PaymentOrderCreated, PaymentReceiptIssued, PaymentRefundRequested, RefundGrounds,
};
use super::refunds::{record_refund, record_refund_failure, request_refund, retry_refund};
use super::state::{Attempt, OpenedPayment, Payment};
use crate::decision::Decision;
use crate::values::{Actor, GatewayOrderId};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`PaymentRefusal`] that forbids it.
pub fn decide(payment: &Payment, command: PaymentCommand) -> Decision<Payment> {
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
        PaymentCommand::RecordDispute(command) => record_dispute(opened()?, command),
        PaymentCommand::IssueReceipt(command) => issue_receipt(opened()?, command),
    }
}

fn open(payment: &Payment, command: OpenPayment) -> Decision<Payment> {
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

fn record_order(opened: &OpenedPayment, command: RecordOrder) -> Decision<Payment> {
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

/// Checks that a report is about this payment's order.
fn check_order(opened: &OpenedPayment, order: &GatewayOrderId) -> Result<(), PaymentRefusal> {
    match &opened.order {
        None => Err(PaymentRefusal::NoOrder),
        Some(ours) if ours == order => Ok(()),
        Some(ours) => Err(PaymentRefusal::OtherOrder {
            order: ours.clone(),
        }),
    }
}

/// A failure is ignored if the attempt is known already: it may have been authorised or captured
/// since.
fn record_failed_attempt(
    opened: &OpenedPayment,
    command: RecordFailedAttempt,
) -> Decision<Payment> {
    let RecordFailedAttempt {
        order,
        attempt,
        code,
        at,
    } = command;
    check_order(opened, &order)?;
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
fn record_authorisation(opened: &OpenedPayment, command: RecordAuthorisation) -> Decision<Payment> {
    let RecordAuthorisation {
        order,
        attempt,
        amount,
        at,
    } = command;
    check_order(opened, &order)?;
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

/// Captured money is always recorded. A capture that does not settle the payment is refunded.
fn record_capture(opened: &OpenedPayment, command: RecordCapture) -> Decision<Payment> {
    let RecordCapture {
        order,
        attempt,
        amount,
        refund,
        at,
    } = command;
    check_order(opened, &order)?;
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
    let back = PaymentEvent::RefundRequested(PaymentRefundRequested {
        payment: opened.payment,
        refund,
        attempt,
        amount,
        grounds,
        by: Actor::System,
        at,
    });
    Ok(vec![captured, back])
}

/// A later refund does not withdraw the receipt: the money did arrive.
fn issue_receipt(opened: &OpenedPayment, command: IssueReceipt) -> Decision<Payment> {
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
