//! Payments and refunds of the scenario: every kind of event of a payment.
//!
//! In Pune, by its clock: on the 1st, Asha paid once too often for one visit, paid for another that the doctor
//! called off, and has yet to pay for a third. On the 2nd, ten minutes after midnight, what was too much went
//! back. In Berlin, Ravi's rupees came where euros were asked for, his bank wants euros back, twice, and an offer
//! reduced another fee.

use chrono::{DateTime, Utc};
use domain::payment::{
    CloseOrder, ClosingGrounds, DisputeStatus, IssueReceipt, OpenPayment, Payable, Payment,
    PaymentCommand, RecordAuthorisation, RecordCapture, RecordDispute, RecordFailedAttempt,
    RecordOrder, RecordRefund, RecordRefundFailure, RefundGrounds, RequestRefund, RetryRefund,
};
use domain::{
    Actor, Currency, FailureCode, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId,
    GatewayRefundId, Money, ReceiptNumber, RefundId,
};
use uuid::Uuid;

use super::fixture::{History, appointment, at, clinic, patient, payment};
use super::scenario::{ASHA, BERLIN, HOLDS_END, PUNE, RAVI, inr, today};

/// Paid, and then once more.
pub const TWICE: u128 = 1;
/// Still to be paid.
pub const UNPAID: u128 = 2;
/// Paid, called off, and not given back yet: the gateway could not.
pub const CALLED_OFF: u128 = 3;
/// Rupees where euros were asked for.
pub const RUPEES: u128 = 4;
/// Paid, and disputed twice.
pub const DISPUTED: u128 = 5;
/// Paid with an offer, for less than was asked for.
pub const DISCOUNTED: u128 = 6;

/// Ten minutes past midnight in Pune.
pub const NEXT_DAY: &str = "2026-03-01T18:40:00Z";

pub async fn paid(history: &History) {
    for number in [TWICE, UNPAID, CALLED_OFF, RUPEES, DISPUTED, DISCOUNTED] {
        opened(history, number).await;
    }
    paid_twice(history).await;
    called_off(history).await;
    rupees(history).await;
    disputed(history).await;
    discounted(history).await;
}

async fn opened(history: &History, number: u128) {
    let (visit, who, place, amount) = match number {
        TWICE => (2, ASHA, PUNE, inr(60_000)),
        UNPAID => (1, ASHA, PUNE, inr(60_000)),
        CALLED_OFF => (3, ASHA, PUNE, inr(60_000)),
        RUPEES => (6, RAVI, BERLIN, eur(5_000)),
        DISPUTED => (4, RAVI, BERLIN, eur(5_000)),
        _ => (7, RAVI, BERLIN, eur(5_000)),
    };
    let open = OpenPayment {
        payment: payment(number),
        payable: Payable::Visit {
            appointment: appointment(visit),
        },
        patient: patient(who),
        clinic: clinic(place),
        amount,
        pay_until: at(HOLDS_END),
        by: Actor::System,
        at: today(),
    };
    run(history, number, PaymentCommand::Open(open)).await;
    let record = RecordOrder {
        order: order(number),
        key: key(),
        at: today(),
    };
    run(history, number, PaymentCommand::RecordOrder(record)).await;
}

async fn paid_twice(history: &History) {
    let failed = PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
        order: order(TWICE),
        attempt: attempt("pay_first"),
        code: Some(code()),
        at: today(),
    });
    let authorised = PaymentCommand::RecordAuthorisation(RecordAuthorisation {
        order: order(TWICE),
        attempt: attempt("pay_second"),
        amount: inr(60_000),
        at: today(),
    });
    let receipt = PaymentCommand::IssueReceipt(IssueReceipt {
        number: ReceiptNumber::FIRST,
        at: today(),
    });
    let commands = [
        failed,
        authorised,
        capture(TWICE, "pay_second", inr(60_000)),
        receipt,
        capture(TWICE, "pay_third", inr(60_000)),
        refunded(TWICE, at(NEXT_DAY)),
    ];
    for command in commands {
        run(history, TWICE, command).await;
    }
}

async fn called_off(history: &History) {
    let fail = |attempt_number| {
        PaymentCommand::RecordRefundFailure(RecordRefundFailure {
            refund: refund(CALLED_OFF),
            attempt_number,
            code: Some(code()),
            at: today(),
        })
    };
    let request = PaymentCommand::RequestRefund(RequestRefund {
        refund: refund(CALLED_OFF),
        attempt: None,
        amount: inr(60_000),
        grounds: RefundGrounds::CancelledByClinic,
        by: Actor::System,
        at: today(),
    });
    let retry = PaymentCommand::RetryRefund(RetryRefund {
        refund: refund(CALLED_OFF),
        by: Actor::System,
        at: today(),
    });
    let captured = capture(CALLED_OFF, "pay_fourth", inr(60_000));
    for command in [captured, request, fail(1), retry, fail(2)] {
        run(history, CALLED_OFF, command).await;
    }
}

async fn rupees(history: &History) {
    let captured = capture(RUPEES, "pay_fifth", inr(5_000));
    let close = PaymentCommand::CloseOrder(CloseOrder {
        order: order(RUPEES),
        grounds: ClosingGrounds::Unreadable,
        code: Some(code()),
        at: today(),
    });
    for command in [captured, refunded(RUPEES, today()), close] {
        run(history, RUPEES, command).await;
    }
}

/// The first dispute is lost, and a refund with it; the second one waits for evidence.
async fn disputed(history: &History) {
    let request = PaymentCommand::RequestRefund(RequestRefund {
        refund: refund(DISPUTED),
        attempt: None,
        amount: eur(2_500),
        grounds: RefundGrounds::Goodwill,
        by: Actor::System,
        at: today(),
    });
    let report = |name, amount, status| {
        PaymentCommand::RecordDispute(RecordDispute {
            dispute: dispute(name),
            attempt: attempt("pay_sixth"),
            amount: eur(amount),
            deducted: None,
            status,
            code: Some(code()),
            respond_by: Some(at(NEXT_DAY)),
            reported_at: today(),
            refund: refund(99),
            at: today(),
        })
    };
    let commands = [
        capture(DISPUTED, "pay_sixth", eur(5_000)),
        request,
        report("disp_lost", 3_000, DisputeStatus::UnderReview),
        report("disp_lost", 3_000, DisputeStatus::Lost),
        report("disp_open", 1_000, DisputeStatus::ActionRequired),
    ];
    for command in commands {
        run(history, DISPUTED, command).await;
    }
}

pub fn dispute(name: &str) -> GatewayDisputeId {
    GatewayDisputeId::parse(name).unwrap()
}

async fn discounted(history: &History) {
    let PaymentCommand::RecordCapture(captured) = capture(DISCOUNTED, "pay_seventh", eur(4_500))
    else {
        unreachable!()
    };
    let captured = RecordCapture {
        order_paid: true,
        ..captured
    };
    let captured = PaymentCommand::RecordCapture(captured);
    run(history, DISCOUNTED, captured).await;
}

async fn run(history: &History, number: u128, command: PaymentCommand) {
    history
        .run::<Payment>(payment(number).as_uuid(), command)
        .await;
}

fn capture(number: u128, name: &str, amount: Money) -> PaymentCommand {
    PaymentCommand::RecordCapture(RecordCapture {
        order: order(number),
        attempt: attempt(name),
        amount,
        order_paid: false,
        refund: refund(number),
        at: today(),
    })
}

fn refunded(number: u128, at: DateTime<Utc>) -> PaymentCommand {
    PaymentCommand::RecordRefund(RecordRefund {
        refund: refund(number),
        gateway_refund: gateway_refund(number),
        at,
    })
}

/// The one refund of a payment.
pub fn refund(number: u128) -> RefundId {
    RefundId::from_uuid(Uuid::from_u128(0x08 << 64 | number))
}

pub fn order(number: u128) -> GatewayOrderId {
    GatewayOrderId::parse(&format!("order_{number}")).unwrap()
}

fn key() -> GatewayKeyId {
    GatewayKeyId::parse("rzp_live_1").unwrap()
}

pub fn attempt(name: &str) -> GatewayPaymentId {
    GatewayPaymentId::parse(name).unwrap()
}

pub fn gateway_refund(number: u128) -> GatewayRefundId {
    GatewayRefundId::parse(&format!("rfnd_{number}")).unwrap()
}

pub fn code() -> FailureCode {
    FailureCode::parse("BAD_REQUEST_ERROR").unwrap()
}

pub fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::Eur).unwrap()
}
