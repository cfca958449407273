//! The rules of a payment, one test each.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::samples::{admin, appointment_id, clinic_id, inr, now, patient_id};
use crate::values::{
    Actor, Currency, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money,
    PaymentId, ReceiptNumber, RefundId,
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

fn attempt(name: &str) -> GatewayPaymentId {
    GatewayPaymentId::parse(name).unwrap()
}

fn code() -> FailureCode {
    FailureCode::parse("BAD_REQUEST_ERROR").unwrap()
}

fn payable() -> Payable {
    Payable::AppointmentFee {
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
        at: now(),
    })
}

/// Opened, at the gateway, and paid by the first attempt.
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

#[test]
fn a_payment_can_be_opened() {
    given(&[])
        .when(open(inr(FEE)))
        .then_expect_events(vec![opened()]);
}

#[test]
fn opening_it_again_is_no_new_fact_unless_it_asks_for_something_else() {
    nothing_new(&[opened()], open(inr(FEE)));
    refuses(
        &[opened()],
        open(inr(FEE + 1)),
        PaymentRefusal::AlreadyExists,
    );
}

#[test]
fn what_costs_nothing_is_not_paid() {
    refuses(&[], open(inr(0)), PaymentRefusal::NothingToPay);
}

#[test]
fn nobody_is_asked_when_it_is_too_late() {
    let PaymentCommand::Open(command) = open(inr(FEE)) else {
        unreachable!()
    };
    let at = command.pay_until;
    let command = PaymentCommand::Open(OpenPayment { at, ..command });
    refuses(&[], command, PaymentRefusal::TooLate);
}

#[test]
fn nothing_is_known_of_a_payment_that_was_never_opened() {
    let commands = [
        fail("pay_1"),
        authorise("pay_1"),
        capture("pay_1"),
        refund(1, inr(1)),
        confirm_refund(1),
        fail_refund(1, 1),
        retry(1),
        issue_receipt(1),
    ];
    for command in commands {
        refuses(&[], command, PaymentRefusal::NotFound);
    }
}

#[test]
fn it_has_one_order() {
    let record = |name| {
        let order = order(name);
        PaymentCommand::RecordOrder(RecordOrder { order, at: now() })
    };
    given(&[opened()])
        .when(record("order_1"))
        .then_expect_events(vec![ordered()]);
    nothing_new(&[opened(), ordered()], record("order_1"));
    let ours = order("order_1");
    refuses(
        &[opened(), ordered()],
        record("order_2"),
        PaymentRefusal::OtherOrder { order: ours },
    );
}

#[test]
fn news_of_another_order_are_not_its_news() {
    let foreign = capture_of("order_2", "pay_1", inr(FEE));
    refuses(&[opened()], foreign.clone(), PaymentRefusal::NoOrder);
    let ours = order("order_1");
    refuses(
        &[opened(), ordered()],
        foreign,
        PaymentRefusal::OtherOrder { order: ours },
    );
}

#[test]
fn the_first_capture_of_the_amount_settles_it() {
    given(&[opened(), ordered()])
        .when(capture("pay_1"))
        .then_expect_events(vec![captured("pay_1", inr(FEE), true)]);
}

#[test]
fn the_same_capture_again_is_no_new_fact() {
    nothing_new(&paid(), capture("pay_1"));
    // Not even if it is told with another amount.
    nothing_new(&paid(), capture_of("order_1", "pay_1", inr(1)));
}

#[test]
fn a_failed_attempt_may_be_authorised_and_captured_later() {
    let events = [opened(), ordered(), failed("pay_1")];
    given(&events)
        .when(authorise("pay_1"))
        .then_expect_events(vec![authorised("pay_1")]);
    given(&events)
        .when(capture("pay_1"))
        .then_expect_events(vec![captured("pay_1", inr(FEE), true)]);
}

#[test]
fn an_attempt_never_goes_back() {
    let reserved = [opened(), ordered(), authorised("pay_1")];
    nothing_new(&reserved, fail("pay_1"));
    nothing_new(&reserved, authorise("pay_1"));
    nothing_new(&paid(), authorise("pay_1"));
    nothing_new(&paid(), fail("pay_1"));
    nothing_new(&[opened(), ordered(), failed("pay_1")], fail("pay_1"));
}

#[test]
fn a_second_capture_is_a_fact_and_goes_back_at_once() {
    let twice = RefundGrounds::PaidTwice;
    given(&paid())
        .when(capture("pay_2"))
        .then_expect_events(vec![
            captured("pay_2", inr(FEE), false),
            back(9, "pay_2", inr(FEE), twice, Actor::System),
        ]);
}

#[test]
fn another_amount_or_currency_is_a_fact_and_goes_back_at_once() {
    let dollars = Money::new(FEE, Currency::Usd).unwrap();
    for amount in [inr(FEE - 1), inr(FEE + 1), dollars] {
        let wrong = RefundGrounds::WrongAmount;
        given(&[opened(), ordered()])
            .when(capture_of("order_1", "pay_1", amount))
            .then_expect_events(vec![
                captured("pay_1", amount, false),
                back(9, "pay_1", amount, wrong, Actor::System),
            ]);
    }
}

#[test]
fn what_goes_back_has_an_id_of_its_own() {
    let events = with(paid(), [requested(9, 1)]);
    refuses(&events, capture("pay_2"), PaymentRefusal::AlreadyExists);
}

#[test]
fn after_another_amount_the_right_one_still_settles_it() {
    let events = [
        opened(),
        ordered(),
        captured("pay_1", inr(1), false),
        back(
            9,
            "pay_1",
            inr(1),
            RefundGrounds::WrongAmount,
            Actor::System,
        ),
    ];
    given(&events)
        .when(capture("pay_2"))
        .then_expect_events(vec![captured("pay_2", inr(FEE), true)]);
}

#[test]
fn what_was_paid_can_be_given_back_in_parts() {
    given(&paid())
        .when(refund(1, inr(30_000)))
        .then_expect_events(vec![requested(1, 30_000)]);
    let first = with(paid(), [requested(1, 30_000), refunded(1, 30_000)]);
    given(&first)
        .when(refund(2, inr(50_000)))
        .then_expect_events(vec![requested(2, 50_000)]);
}

#[test]
fn no_more_is_given_back_than_was_paid() {
    let left = inr(FEE);
    refuses(
        &paid(),
        refund(1, inr(FEE + 1)),
        PaymentRefusal::MoreThanPaid { left },
    );
    // Neither with what was requested, nor with what failed and is still owed.
    let left = inr(50_000);
    let requested_some = with(paid(), [requested(1, 30_000)]);
    let failed_once = with(requested_some.clone(), [refund_failed(1, 1)]);
    for events in [requested_some, failed_once] {
        refuses(
            &events,
            refund(2, inr(50_001)),
            PaymentRefusal::MoreThanPaid { left },
        );
    }
}

#[test]
fn a_refund_is_of_something_that_was_paid() {
    let before = [opened(), ordered(), authorised("pay_1")];
    refuses(&before, refund(1, inr(1)), PaymentRefusal::NotCaptured);
    refuses(&paid(), refund(1, inr(0)), PaymentRefusal::NothingToRefund);
    let yen = Money::new(1, Currency::Jpy).unwrap();
    refuses(&paid(), refund(1, yen), PaymentRefusal::OtherCurrency);
}

#[test]
fn the_same_refund_again_is_no_new_fact_unless_it_is_another() {
    let events = with(paid(), [requested(1, 30_000)]);
    nothing_new(&events, refund(1, inr(30_000)));
    refuses(
        &events,
        refund(1, inr(30_001)),
        PaymentRefusal::AlreadyExists,
    );
}

#[test]
fn a_refund_is_done_once() {
    let events = with(paid(), [requested(1, FEE)]);
    given(&events)
        .when(confirm_refund(1))
        .then_expect_events(vec![refunded(1, FEE)]);
    let done = with(events, [refunded(1, FEE)]);
    nothing_new(&done, confirm_refund(1));
    nothing_new(&done, fail_refund(1, 1));
    refuses(&done, retry(1), PaymentRefusal::RefundNotFailed);
    refuses(&done, confirm_refund(2), PaymentRefusal::NoSuchRefund);
}

#[test]
fn a_refund_that_failed_is_tried_again_and_old_news_of_it_are_none() {
    let events = with(paid(), [requested(1, FEE)]);
    refuses(&events, retry(1), PaymentRefusal::RefundNotFailed);
    given(&events)
        .when(fail_refund(1, 1))
        .then_expect_events(vec![refund_failed(1, 1)]);
    let failed = with(events, [refund_failed(1, 1)]);
    nothing_new(&failed, fail_refund(1, 1));
    given(&failed)
        .when(retry(1))
        .then_expect_events(vec![retried(1, 2)]);
    let again = with(failed, [retried(1, 2)]);
    nothing_new(&again, fail_refund(1, 1));
    given(&again)
        .when(fail_refund(1, 2))
        .then_expect_events(vec![refund_failed(1, 2)]);
}

#[test]
fn money_that_is_back_is_back_whatever_was_said_before() {
    let events = with(paid(), [requested(1, FEE), refund_failed(1, 1)]);
    given(&events)
        .when(confirm_refund(1))
        .then_expect_events(vec![refunded(1, FEE)]);
}

#[test]
fn what_is_paid_gets_a_receipt_also_if_some_of_it_went_back() {
    given(&paid())
        .when(issue_receipt(17))
        .then_expect_events(vec![receipt_issued(17)]);
    given(&with(paid(), [requested(1, FEE), refunded(1, FEE)]))
        .when(issue_receipt(17))
        .then_expect_events(vec![receipt_issued(17)]);
}

#[test]
fn what_is_not_paid_gets_no_receipt() {
    let before = [opened(), ordered(), authorised("pay_1")];
    refuses(&before, issue_receipt(17), PaymentRefusal::NotPaid);
    let wrong = [opened(), ordered(), captured("pay_1", inr(FEE - 1), false)];
    refuses(&wrong, issue_receipt(17), PaymentRefusal::NotPaid);
}

#[test]
fn a_payment_has_one_receipt_and_the_same_number_again_is_no_new_fact() {
    let events = with(paid(), [receipt_issued(17)]);
    nothing_new(&events, issue_receipt(17));
    let number = ReceiptNumber::new(17).unwrap();
    refuses(
        &events,
        issue_receipt(18),
        PaymentRefusal::ReceiptAlreadyIssued { number },
    );
}

#[test]
fn words_are_those_under_which_they_are_stored() {
    for grounds in RefundGrounds::ALL {
        assert_eq!(serde_json::to_value(grounds).unwrap(), grounds.as_str());
    }
    for status in [
        RefundStatus::Requested,
        RefundStatus::Failed,
        RefundStatus::Refunded,
    ] {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}
