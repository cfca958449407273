//! Tests of requests, and of parsing good answers.

use chrono::DateTime;
use commands::ports::{
    AttemptStatus, GatewayError, GatewayRefundStatus, NewOrder, PaymentGateway as _,
};
use domain::payment::DisputeStatus;
use domain::{FailureCode, GatewayOrderId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::{
    assert_unavailable, attempt, gateway, gateway_with, inr, limits, made, order, payment, refund,
    refunded, refusal,
};
use super::server::{Act, TestServer};
use crate::razorpay::RazorpayLimits;

#[tokio::test]
async fn an_order_is_created_with_our_payment_as_its_unique_receipt() {
    let server = TestServer::with([made()]);
    let id = gateway(&server).create_order(&order()).await.unwrap();
    assert_eq!(id.as_str(), "order_1");
    let heard = &server.heard()[0];
    assert_eq!(heard.line, "POST /v1/orders HTTP/1.1");
    assert_eq!(
        heard.header("authorization"),
        Some("Basic cnpwX3Rlc3RfMTpvcGVuIHNlc2FtZQ==")
    );
    let payment = Uuid::from_u128(7).to_string();
    let body = json!({"amount": 50_000, "currency": "INR", "receipt": payment,
                      "unique_receipt": true, "notes": {"payment": payment, "payable": "VISIT"}});
    assert_eq!(heard.body, body);
}

#[tokio::test]
async fn an_order_of_another_amount_is_not_taken_for_ours() {
    for (amount, currency) in [(50_001, "INR"), (50_000, "USD"), (50_000, "XXX")] {
        let other = json!({"id": "order_1", "amount": amount, "currency": currency});
        let server = TestServer::with([Act::Json(200, other)]);
        let refused = gateway(&server).create_order(&order()).await;
        assert!(
            matches!(refused, Err(GatewayError::Refused { code: None })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn attempts_are_returned_with_their_status() {
    let mut failed = payment("failed");
    failed["error_code"] = "BAD_REQUEST_ERROR".into();
    let statuses = ["created", "authorized", "captured", "refunded"];
    let mut items: Vec<_> = statuses.into_iter().map(payment).collect();
    items.push(failed);
    let server = TestServer::with([Act::Json(200, json!({"count": 5, "items": items}))]);
    let order = GatewayOrderId::parse("order_1").unwrap();
    let attempts = gateway(&server).attempts(&order).await.unwrap();
    let code = FailureCode::parse("BAD_REQUEST_ERROR").ok();
    assert_eq!(attempts.unreadable, 0);
    let readable = attempts.readable.into_iter();
    let statuses: Vec<_> = readable.map(|attempt| attempt.status).collect();
    assert_eq!(
        statuses,
        [
            AttemptStatus::Created,
            AttemptStatus::Authorised,
            AttemptStatus::Captured,
            AttemptStatus::Captured,
            AttemptStatus::Failed { code },
        ]
    );
    assert_eq!(
        server.heard()[0].line,
        "GET /v1/orders/order_1/payments HTTP/1.1"
    );
}

/// A payment with one field set to another value.
fn payment_with(status: &str, field: &str, value: Value) -> Value {
    let mut payment = payment(status);
    payment[field] = value;
    payment
}

#[tokio::test]
async fn an_attempt_that_can_t_be_read_hides_no_other_and_does_not_pass_for_none() {
    for (item, unreadable) in [
        (payment_with("failed", "currency", "MYR".into()), 0),
        (payment_with("created", "currency", "MYR".into()), 0),
        (payment_with("captured", "currency", "MYR".into()), 1),
        (payment_with("authorized", "order_id", "order_2".into()), 1),
        (payment_with("captured", "order_id", Value::Null), 1),
        (payment_with("captured", "amount", "much".into()), 1),
        (payment("in_limbo"), 1),
        (Value::Null, 1),
    ] {
        let items = json!({"items": [item, payment("captured"), item]});
        let server = TestServer::with([Act::Json(200, items)]);
        let order = GatewayOrderId::parse("order_1").unwrap();
        let attempts = gateway(&server).attempts(&order).await.unwrap();
        assert_eq!(attempts.readable.len(), 1, "{item}");
        assert_eq!(attempts.readable[0].status, AttemptStatus::Captured);
        assert_eq!(attempts.unreadable, 2 * unreadable, "{item}");
    }
}

#[tokio::test]
async fn a_later_order_of_a_payment_has_a_receipt_of_its_own() {
    let server = TestServer::with([made()]);
    let second = NewOrder {
        number: 2,
        ..order()
    };
    gateway(&server).create_order(&second).await.unwrap();
    let receipt = format!("{}-2", Uuid::from_u128(7));
    assert_eq!(server.heard()[0].body["receipt"], receipt);
    assert!(receipt.len() <= 40, "{receipt}");
}

#[tokio::test]
async fn an_order_is_paid_if_the_gateway_says_so_and_it_is_over_that_amount() {
    for (field, value, paid) in [
        ("status", "paid", true),
        ("status", "attempted", false),
        ("currency", "USD", false),
        ("id", "order_2", false),
    ] {
        let mut told = json!({"id": "order_1", "amount": 50_000, "currency": "INR",
                              "status": "paid"});
        told[field] = value.into();
        let server = TestServer::with([Act::Json(200, told)]);
        let order = GatewayOrderId::parse("order_1").unwrap();
        let answer = gateway(&server).is_paid(&order, inr(50_000)).await;
        assert_eq!(answer.unwrap(), paid, "{field}: {value}");
        assert_eq!(server.heard()[0].line, "GET /v1/orders/order_1 HTTP/1.1");
    }
}

#[tokio::test]
async fn a_capture_of_what_was_captured_before_is_good() {
    let no = Act::Json(400, refusal("BAD_REQUEST_ERROR"));
    let server = TestServer::with([no, Act::Json(200, payment("captured"))]);
    gateway(&server)
        .capture(&attempt(), inr(50_000))
        .await
        .unwrap();
    let heard = server.heard();
    assert_eq!(heard[0].line, "POST /v1/payments/pay_1/capture HTTP/1.1");
    assert_eq!(heard[0].body, json!({"amount": 50_000, "currency": "INR"}));
    assert_eq!(heard[1].line, "GET /v1/payments/pay_1 HTTP/1.1");
}

#[tokio::test]
async fn a_capture_that_is_refused_and_did_not_happen_is_refused() {
    for (status, amount) in [("failed", 50_000), ("captured", 49_999)] {
        let no = Act::Json(400, refusal("BAD_REQUEST_ERROR"));
        let server = TestServer::with([no, Act::Json(200, payment(status))]);
        let refused = gateway(&server).capture(&attempt(), inr(amount)).await;
        let Err(GatewayError::Refused { code }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(code, FailureCode::parse("BAD_REQUEST_ERROR").ok());
    }
}

#[tokio::test]
async fn a_refund_goes_under_a_key_of_its_try() {
    let server = TestServer::with([Act::Json(200, refunded("rfnd_1", "pending"))]);
    let made = gateway(&server).refund(&refund()).await.unwrap();
    assert_eq!(made.status, GatewayRefundStatus::Pending);
    assert_eq!(made.ours, Some((refund().refund, 2)));
    let heard = &server.heard()[0];
    assert_eq!(heard.line, "POST /v1/payments/pay_1/refund HTTP/1.1");
    let ours = Uuid::from_u128(9).to_string();
    assert_eq!(
        heard.header("x-refund-idempotency"),
        Some(&*format!("{ours}-2"))
    );
    let body = json!({"amount": 25_000, "speed": "normal", "notes": {"refund": ours, "try": "2"}});
    assert_eq!(heard.body, body);
}

#[tokio::test]
async fn a_pending_refund_can_be_fetched_later() {
    let server = TestServer::with([Act::Json(409, refusal("BAD_REQUEST_ERROR"))]);
    assert_unavailable(gateway(&server).refund(&refund()).await);
    assert_eq!(server.heard().len(), 1);
}

#[tokio::test]
async fn all_refunds_of_an_attempt_are_fetched_page_by_page() {
    let page = |count: usize| {
        let items: Vec<_> = (0..count)
            .map(|n| refunded(&format!("rfnd_{n}"), "failed"))
            .collect();
        Act::Json(200, json!({"items": items}))
    };
    let server = TestServer::with([page(100), page(1)]);
    let limits = RazorpayLimits {
        answer: 1_000_000,
        ..limits()
    };
    let refunds = gateway_with(&server, limits)
        .refunds(&attempt())
        .await
        .unwrap();
    assert_eq!(refunds.len(), 101);
    assert_eq!(
        server.heard()[1].line,
        "GET /v1/payments/pay_1/refunds?count=100&skip=100 HTTP/1.1"
    );
}

#[tokio::test]
async fn a_refund_made_elsewhere_has_no_id_of_ours() {
    let mut by_hand = refunded("rfnd_1", "processed");
    by_hand["notes"] = json!([]);
    let server = TestServer::with([Act::Json(200, json!({"items": [by_hand]}))]);
    let refunds = gateway(&server).refunds(&attempt()).await.unwrap();
    assert_eq!(refunds[0].ours, None);
}

#[tokio::test]
async fn disputes_are_read_page_by_page_and_one_that_cannot_be_read_hides_none() {
    let dispute = |n: usize, currency: &str, expanded: bool| {
        let mut dispute = json!({
            "id": format!("disp_{n}"), "payment_id": "pay_1", "amount": 100, "currency": currency,
            "amount_deducted": 0, "reason_code": "chargeback", "status": "under_review",
        });
        if expanded {
            dispute["payment"] = payment("captured");
        }
        dispute
    };
    let first: Vec<_> = (0..100).map(|n| dispute(n, "INR", true)).collect();
    let last = [dispute(100, "XXX", true), dispute(101, "INR", false)];
    let server = TestServer::with([
        Act::Json(200, json!({"items": first})),
        Act::Json(200, json!({"items": last})),
        Act::Json(200, payment("captured")),
    ]);
    let limits = RazorpayLimits {
        answer: 1_000_000,
        ..limits()
    };
    let since = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let gateway = gateway_with(&server, limits);
    let found = gateway.disputes(since).await.unwrap();
    assert_eq!((found.readable.len(), found.unreadable), (101, 1));
    let last = found.readable.last().unwrap();
    assert_eq!(last.order.as_str(), "order_1");
    assert_eq!(last.dispute.status, DisputeStatus::UnderReview);
    let asked: Vec<_> = server.heard().into_iter().map(|heard| heard.line).collect();
    assert_eq!(
        asked[1..],
        [
            "GET /v1/disputes?from=1700000000&count=100&skip=100&expand%5B%5D=payment HTTP/1.1",
            "GET /v1/payments/pay_1 HTTP/1.1",
        ]
    );
}
