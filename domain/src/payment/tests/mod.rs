//! Rules of a payment, one test for each, and their test fixtures.

mod attempts;
mod disputes;
mod orders;
mod refunds;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::test_fixtures::{admin, appointment_id, clinic_id, inr, now, patient_id};
use crate::values::{
    Actor, Currency, FailureCode, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId,
    GatewayRefundId, Money, PaymentId, ReceiptNumber, RefundId,
};

const FEE: i64 = 80_000;

fn payment_id() -> PaymentId {
    PaymentId::from_uuid(Uuid::from_u128(0x51))
}

fn refund_id(number: u128) -> RefundId {
    RefundId::from_uuid(Uuid::from_u128(0x61 + number))
}

fn order(name: &str) -> GatewayOrderId {
    GatewayOrderId::parse(name).unwrap()
}

fn key(name: &str) -> GatewayKeyId {
    GatewayKeyId::parse(name).unwrap()
}

fn attempt(name: &str) -> GatewayPaymentId {
    GatewayPaymentId::parse(name).unwrap()
}

fn code() -> FailureCode {
    FailureCode::parse("BAD_REQUEST_ERROR").unwrap()
}

fn payable() -> Payable {
    Payable::Visit {
        appointment: appointment_id(),
    }
}

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn given(events: &[PaymentEvent]) -> AggregateTestExecutor<Payment> {
    TestFramework::with(()).given(events.to_vec())
}

fn open(amount: Money) -> PaymentCommand {
    PaymentCommand::Open(OpenPayment {
        payment: payment_id(),
        payable: payable(),
        patient: patient_id(),
        clinic: clinic_id(1),
        amount,
        pay_until: later(15),
        by: admin(),
        at: now(),
    })
}

fn opened() -> PaymentEvent {
    PaymentEvent::Opened(PaymentOpened {
        payment: payment_id(),
        payable: payable(),
        patient: patient_id(),
        clinic: clinic_id(1),
        amount: inr(FEE),
        pay_until: later(15),
        by: admin(),
        at: now(),
    })
}

fn ordered() -> PaymentEvent {
    PaymentEvent::OrderCreated(PaymentOrderCreated {
        payment: payment_id(),
        order: order("order_1"),
        key: Some(key("rzp_live_1")),
        at: now(),
    })
}

fn fail(name: &str) -> PaymentCommand {
    PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
        order: order("order_1"),
        attempt: attempt(name),
        code: Some(code()),
        at: now(),
    })
}

fn failed(name: &str) -> PaymentEvent {
    PaymentEvent::AttemptFailed(PaymentAttemptFailed {
        payment: payment_id(),
        attempt: attempt(name),
        code: Some(code()),
        at: now(),
    })
}

fn authorise(name: &str) -> PaymentCommand {
    PaymentCommand::RecordAuthorisation(RecordAuthorisation {
        order: order("order_1"),
        attempt: attempt(name),
        amount: inr(FEE),
        at: now(),
    })
}

fn authorised(name: &str) -> PaymentEvent {
    PaymentEvent::Authorised(PaymentAuthorised {
        payment: payment_id(),
        attempt: attempt(name),
        amount: inr(FEE),
        at: now(),
    })
}

fn capture_of(order_name: &str, name: &str, amount: Money) -> PaymentCommand {
    PaymentCommand::RecordCapture(RecordCapture {
        order: order(order_name),
        attempt: attempt(name),
        amount,
        order_paid: false,
        refund: refund_id(9),
        at: now(),
    })
}

fn capture(name: &str) -> PaymentCommand {
    capture_of("order_1", name, inr(FEE))
}

fn captured(name: &str, amount: Money, settles: bool) -> PaymentEvent {
    PaymentEvent::Captured(PaymentCaptured {
        payment: payment_id(),
        attempt: attempt(name),
        amount,
        payable: payable(),
        settles,
        test_mode: false,
        at: now(),
    })
}

/// Requested, ordered, and paid by the first attempt.
fn paid() -> Vec<PaymentEvent> {
    vec![opened(), ordered(), captured("pay_1", inr(FEE), true)]
}

fn refund(number: u128, amount: Money) -> PaymentCommand {
    PaymentCommand::RequestRefund(RequestRefund {
        refund: refund_id(number),
        attempt: None,
        amount,
        grounds: RefundGrounds::CancelledByPatient,
        by: admin(),
        at: now(),
    })
}

fn back(
    number: u128,
    name: &str,
    amount: Money,
    grounds: RefundGrounds,
    by: Actor,
) -> PaymentEvent {
    PaymentEvent::RefundRequested(PaymentRefundRequested {
        payment: payment_id(),
        refund: refund_id(number),
        attempt: attempt(name),
        amount,
        grounds,
        by,
        at: now(),
    })
}

fn requested(number: u128, amount: i64) -> PaymentEvent {
    let grounds = RefundGrounds::CancelledByPatient;
    back(number, "pay_1", inr(amount), grounds, admin())
}

fn confirm_refund(number: u128) -> PaymentCommand {
    PaymentCommand::RecordRefund(RecordRefund {
        refund: refund_id(number),
        gateway_refund: GatewayRefundId::parse("rfnd_1").unwrap(),
        at: now(),
    })
}

fn refunded(number: u128, amount: i64) -> PaymentEvent {
    PaymentEvent::Refunded(PaymentRefunded {
        payment: payment_id(),
        refund: refund_id(number),
        attempt: attempt("pay_1"),
        gateway_refund: GatewayRefundId::parse("rfnd_1").unwrap(),
        amount: inr(amount),
        at: now(),
    })
}

fn fail_refund(number: u128, attempt_number: u16) -> PaymentCommand {
    PaymentCommand::RecordRefundFailure(RecordRefundFailure {
        refund: refund_id(number),
        attempt_number,
        code: Some(code()),
        at: now(),
    })
}

fn refund_failed(number: u128, attempt_number: u16) -> PaymentEvent {
    PaymentEvent::RefundFailed(PaymentRefundFailed {
        payment: payment_id(),
        refund: refund_id(number),
        attempt_number,
        code: Some(code()),
        at: now(),
    })
}

fn retry(number: u128) -> PaymentCommand {
    PaymentCommand::RetryRefund(RetryRefund {
        refund: refund_id(number),
        by: admin(),
        at: now(),
    })
}

fn retried(number: u128, attempt_number: u16) -> PaymentEvent {
    PaymentEvent::RefundRetried(PaymentRefundRetried {
        payment: payment_id(),
        refund: refund_id(number),
        attempt_number,
        by: admin(),
        at: now(),
    })
}

fn issue_receipt(number: i64) -> PaymentCommand {
    PaymentCommand::IssueReceipt(IssueReceipt {
        number: ReceiptNumber::new(number).unwrap(),
        at: now(),
    })
}

fn receipt_issued(number: i64) -> PaymentEvent {
    PaymentEvent::ReceiptIssued(PaymentReceiptIssued {
        payment: payment_id(),
        number: ReceiptNumber::new(number).unwrap(),
        at: now(),
    })
}

fn with(
    mut events: Vec<PaymentEvent>,
    more: impl IntoIterator<Item = PaymentEvent>,
) -> Vec<PaymentEvent> {
    events.extend(more);
    events
}

fn nothing_new(events: &[PaymentEvent], command: PaymentCommand) {
    given(events).when(command).then_expect_events(vec![]);
}

fn refuses(events: &[PaymentEvent], command: PaymentCommand, refusal: PaymentRefusal) {
    given(events).when(command).then_expect_error(refusal);
}
