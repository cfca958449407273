//! Decisions of a payment: one function per command. Those about orders are in `orders`, those about
//! refunds in `refunds`.

use chrono::{DateTime, Utc};

use super::command::{
    IssueReceipt, OpenPayment, PaymentCommand, RecordAuthorisation, RecordCapture,
    RecordFailedAttempt,
};
use super::disputes::record_dispute;
use super::error::PaymentRefusal;
use super::event::{
    DifferenceKind, PaymentAttemptFailed, PaymentAuthorised, PaymentCaptured,
    PaymentDifferenceAccepted, PaymentEvent, PaymentOpened, PaymentReceiptIssued,
    PaymentRefundRequested, RefundGrounds,
};
use super::orders::{check_order, close_order, record_order};
use super::refunds::{record_refund, record_refund_failure, request_refund, retry_refund};
use super::state::{Attempt, OpenedPayment, Payment};
use crate::decision::Decision;
use crate::values::{Actor, GatewayKeyId, GatewayPaymentId, Money};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`PaymentRefusal`] that forbids it.
pub fn decide(payment: &Payment, command: PaymentCommand) -> Decision<Payment> {
    let opened = || payment.opened().ok_or(PaymentRefusal::NotFound);
    match command {
        PaymentCommand::Open(command) => open(payment, command),
        PaymentCommand::RecordOrder(command) => record_order(opened()?, command),
        PaymentCommand::CloseOrder(command) => close_order(opened()?, command),
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
        Some(Attempt::Authorised(_) | Attempt::Captured(_)) => Ok(Vec::new()),
        None | Some(Attempt::Failed) => Ok(vec![PaymentEvent::Authorised(PaymentAuthorised {
            payment: opened.payment,
            attempt,
            amount,
            at,
        })]),
    }
}

/// Captured money is always recorded. The first capture that pays the order settles the payment: it is of the
/// requested amount, or of another one that the gateway accepted. Any other capture is refunded.
fn record_capture(opened: &OpenedPayment, command: RecordCapture) -> Decision<Payment> {
    let RecordCapture {
        order,
        attempt,
        amount,
        order_paid,
        refund,
        at,
    } = command;
    check_order(opened, &order)?;
    if opened.captured(&attempt).is_some() {
        return Ok(Vec::new());
    }
    let accepted = order_paid && amount.currency() == opened.amount.currency() && !amount.is_zero();
    let settles = !opened.is_paid() && (amount == opened.amount || accepted);
    let captured = PaymentEvent::Captured(PaymentCaptured {
        payment: opened.payment,
        attempt: attempt.clone(),
        amount,
        payable: opened.payable,
        settles,
        test_mode: opened
            .order_keys
            .get(&order)
            .is_some_and(GatewayKeyId::is_for_tests),
        at,
    });
    if settles {
        let difference = difference(opened, &attempt, amount, at);
        return Ok([Some(captured), difference].into_iter().flatten().collect());
    }
    if amount.is_zero() {
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

/// Returns the event about the difference between the requested amount and what settled the payment, if any.
fn difference(
    opened: &OpenedPayment,
    attempt: &GatewayPaymentId,
    captured: Money,
    at: DateTime<Utc>,
) -> Option<PaymentEvent> {
    let more = captured.amount() - opened.amount.amount();
    let kind = match more.signum() {
        0 => return None,
        -1 => DifferenceKind::Discount,
        _ => DifferenceKind::Surcharge,
    };
    let amount = Money::new(more.abs(), captured.currency()).ok()?;
    Some(PaymentEvent::DifferenceAccepted(
        PaymentDifferenceAccepted {
            payment: opened.payment,
            attempt: attempt.clone(),
            kind,
            amount,
            at,
        },
    ))
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
