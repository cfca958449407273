//! A client of a test server, and answers of such a server.

use std::error::Error as _;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use commands::ports::{GatewayError, NewOrder, NewRefund};
use domain::payment::PayableKind;
use domain::{Currency, GatewayPaymentId, Money, PaymentId, RefundId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::server::{Act, TestServer};
use crate::razorpay::{Razorpay, RazorpayConfig, RazorpayLimits};

pub(super) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Short, so that no test takes long, and long enough for a slow machine where a test is about
/// something else.
pub(super) fn limits() -> RazorpayLimits {
    RazorpayLimits {
        connect: ms(5_000),
        exchange: ms(5_000),
        answer: 4_096,
        pause: ms(2),
        longest_pause: ms(20),
        patience: ms(60_000),
        turn: ms(5_000),
        ..RazorpayLimits::default()
    }
}

pub(super) fn gateway_with(server: &TestServer, limits: RazorpayLimits) -> Razorpay {
    gateway_at(server.address, limits)
}

pub(super) fn gateway_at(address: SocketAddr, limits: RazorpayLimits) -> Razorpay {
    Razorpay::new(RazorpayConfig {
        base_url: format!("http://{address}/v1/"),
        key_id: "rzp_test_1".to_owned(),
        key_secret: "open sesame".into(),
        webhook_secret: "other".into(),
        previous_webhook_secret: None,
        limits,
    })
    .unwrap()
}

pub(super) fn gateway(server: &TestServer) -> Razorpay {
    gateway_with(server, limits())
}

pub(super) fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

pub(super) fn order() -> NewOrder {
    NewOrder {
        payment: PaymentId::from_uuid(Uuid::from_u128(7)),
        kind: PayableKind::Visit,
        number: 1,
        amount: inr(50_000),
    }
}

pub(super) fn refund() -> NewRefund {
    NewRefund {
        refund: RefundId::from_uuid(Uuid::from_u128(9)),
        attempt_number: 2,
        attempt: attempt(),
        amount: inr(25_000),
    }
}

pub(super) fn attempt() -> GatewayPaymentId {
    GatewayPaymentId::parse("pay_1").unwrap()
}

pub(super) fn made() -> Act {
    Act::Json(
        200,
        json!({"id": "order_1", "amount": 50_000, "currency": "INR", "new": [1]}),
    )
}

pub(super) fn payment(status: &str) -> Value {
    json!({"id": "pay_1", "order_id": "order_1", "amount": 50_000, "currency": "INR",
           "status": status, "error_code": null, "notes": []})
}

pub(super) fn refunded(id: &str, status: &str) -> Value {
    json!({"id": id, "payment_id": "pay_1", "amount": 25_000, "currency": "INR", "status": status,
           "notes": {"refund": Uuid::from_u128(9).to_string(), "try": "2"}})
}

pub(super) fn refusal(code: &str) -> Value {
    json!({"error": {"code": code, "description": "Asha Rao has no money", "field": "amount"}})
}

/// Checks that the gateway was unreachable, and that nothing of its answer is in the message.
#[track_caller]
pub(super) fn assert_unavailable<T: std::fmt::Debug>(answer: Result<T, GatewayError>) -> String {
    let error = match answer {
        Err(error @ GatewayError::Unavailable(_)) => error,
        other => panic!("{other:?}"),
    };
    let mut message = format!("{error:?} {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(message, " {error}").unwrap();
        cause = error.source();
    }
    assert!(!message.contains("Asha"), "{message}");
    assert!(!message.contains("sesame"), "{message}");
    message
}
