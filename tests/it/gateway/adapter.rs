//! The adapter on the sandbox, through everything that a payment goes through.

use adapters::razorpay::RazorpayLimits;
use adapters::system::SystemClock;
use chrono::{DateTime, TimeDelta};
use commands::ports::{
    AttemptStatus, Clock as _, GatewayError, GatewayRefundStatus, NewOrder, NewRefund,
    PaymentGateway as _,
};
use domain::payment::{DisputeStatus, PayableKind};
use domain::{Currency, GatewayOrderId, GatewayPaymentId, Money, PaymentId, RefundId};
use serde_json::{Value, json};
use uuid::Uuid;

use super::fixture::Fixture;

fn inr(amount: i64) -> Money {
    Money::new(amount, Currency::Inr).unwrap()
}

fn new_order() -> NewOrder {
    NewOrder {
        payment: PaymentId::from_uuid(Uuid::from_u128(7)),
        kind: PayableKind::Visit,
        number: 1,
        amount: inr(50_000),
    }
}

fn payment_of(attempt: &Value) -> GatewayPaymentId {
    GatewayPaymentId::parse(attempt["razorpay_payment_id"].as_str().unwrap()).unwrap()
}

/// An attempt to pay the order, with this outcome.
async fn attempted(sandbox: &Fixture, order: &str, outcome: &str) -> GatewayPaymentId {
    payment_of(&sandbox.attempt(order, &json!({ "outcome": outcome })).await)
}

fn new_refund(attempt: &GatewayPaymentId, attempt_number: u16) -> NewRefund {
    NewRefund {
        refund: RefundId::from_uuid(Uuid::from_u128(9)),
        attempt_number,
        attempt: attempt.clone(),
        amount: inr(25_000),
    }
}

#[tokio::test]
async fn a_payment_is_ordered_captured_verified_and_refunded() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let order = gateway.create_order(&new_order()).await.unwrap();
    assert_eq!(gateway.create_order(&new_order()).await.unwrap(), order);
    let second = NewOrder {
        number: 2,
        ..new_order()
    };
    assert_ne!(gateway.create_order(&second).await.unwrap(), order);
    assert!(!gateway.is_paid(&order, inr(50_000)).await.unwrap());
    let told = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(
        told["notes"],
        json!({"payment": Uuid::from_u128(7).to_string(), "payable": "VISIT"})
    );

    let attempt = sandbox
        .attempt(order.as_str(), &json!({"outcome": "captured"}))
        .await;
    let payment = payment_of(&attempt);
    let signature = attempt["razorpay_signature"].as_str().unwrap();
    assert!(gateway.vouches_for(&order, &payment, signature));
    let other = GatewayOrderId::parse("order_other").unwrap();
    assert!(!gateway.vouches_for(&other, &payment, signature));

    assert!(gateway.is_paid(&order, inr(50_000)).await.unwrap());
    assert!(!gateway.is_paid(&order, inr(49_999)).await.unwrap());
    let attempts = gateway.attempts(&order).await.unwrap().readable;
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (attempts[0].amount, &attempts[0].status),
        (inr(50_000), &AttemptStatus::Captured)
    );

    let made = gateway.refund(&new_refund(&payment, 1)).await.unwrap();
    assert_eq!(made.status, GatewayRefundStatus::Processed);
    assert_eq!(
        gateway.refund(&new_refund(&payment, 1)).await.unwrap(),
        made
    );
    assert_eq!(gateway.refunds(&payment).await.unwrap(), [made]);
}

#[tokio::test]
async fn a_repeated_capture_is_made_once() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let order = gateway.create_order(&new_order()).await.unwrap();
    let payment = attempted(&sandbox, order.as_str(), "authorized").await;
    gateway.capture(&payment, inr(50_000)).await.unwrap();
    gateway.capture(&payment, inr(50_000)).await.unwrap();
    let other = gateway.capture(&payment, inr(49_999)).await;
    assert!(
        matches!(other, Err(GatewayError::Refused { .. })),
        "{other:?}"
    );
    let failed = attempted(&sandbox, &sandbox.order().await, "failed").await;
    let refused = gateway.capture(&failed, inr(50_000)).await;
    assert!(
        matches!(refused, Err(GatewayError::Refused { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_retry_of_a_failed_refund_is_a_new_refund() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let order = gateway.create_order(&new_order()).await.unwrap();
    let payment = attempted(&sandbox, order.as_str(), "captured").await;
    let plan = json!({"outcome": "failed", "times": 1});
    sandbox
        .put(&format!("/sandbox/orders/{order}/refunds"), &plan)
        .await;
    gateway.refund(&new_refund(&payment, 1)).await.unwrap();
    gateway.refund(&new_refund(&payment, 2)).await.unwrap();
    let told = gateway.refunds(&payment).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|refund| (refund.ours.unwrap().1, refund.status))
        .collect();
    assert_eq!(
        told,
        [
            (2, GatewayRefundStatus::Processed),
            (1, GatewayRefundStatus::Failed)
        ]
    );
}

#[tokio::test]
async fn an_order_whose_response_was_lost_is_made_once() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let lost = json!({"failNext": 2, "status": 502, "html": true, "afterEffect": true});
    sandbox.put("/sandbox/faults", &lost).await;
    gateway.create_order(&new_order()).await.unwrap();
    let books = sandbox.get("/sandbox/books").await;
    assert_eq!(books["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refund_whose_response_was_lost_is_made_once() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let order = gateway.create_order(&new_order()).await.unwrap();
    let payment = attempted(&sandbox, order.as_str(), "captured").await;
    let lost = json!({"failNext": 2, "status": 500, "afterEffect": true});
    sandbox.put("/sandbox/faults", &lost).await;
    gateway.refund(&new_refund(&payment, 1)).await.unwrap();
    assert_eq!(gateway.refunds(&payment).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_gateway_that_was_down_can_be_called_again() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter_with(RazorpayLimits {
        pause: std::time::Duration::from_millis(5),
        failures: 100,
        ..RazorpayLimits::default()
    });
    for fault in [
        json!({"failNext": 3, "status": 503}),
        json!({"failNext": 1, "html": true}),
        json!({"failNext": 1, "status": 404}),
    ] {
        sandbox.put("/sandbox/faults", &fault).await;
        let away = gateway.create_order(&new_order()).await;
        assert!(
            matches!(away, Err(GatewayError::Unavailable(_))),
            "{away:?}"
        );
        gateway.create_order(&new_order()).await.unwrap();
    }
}

#[tokio::test]
async fn disputes_are_listed_as_they_stand_with_the_orders_of_their_payments() {
    let sandbox = Fixture::start().await;
    let gateway = sandbox.adapter();
    let mut raised = Vec::new();
    for stage in ["open", "under_review", "lost"] {
        let order = sandbox.order().await;
        let payment = sandbox.paid(&order).await;
        let path = format!("/sandbox/payments/{payment}/disputes");
        let dispute = sandbox.post(&path, &json!({"amount": 20_000})).await;
        if stage != "open" {
            let path = format!("/sandbox/disputes/{}", dispute["id"].as_str().unwrap());
            sandbox.post(&path, &json!({"stage": stage})).await;
        }
        raised.push(order);
    }
    let listed = gateway.disputes(DateTime::UNIX_EPOCH).await.unwrap();
    assert_eq!((listed.readable.len(), listed.unreadable), (3, 0));
    let found = |order: &str| {
        let mut listed = listed.readable.iter();
        &listed
            .find(|told| told.order.as_str() == order)
            .unwrap()
            .dispute
    };
    let stages = [
        DisputeStatus::Open,
        DisputeStatus::UnderReview,
        DisputeStatus::Lost,
    ];
    for (order, status) in raised.iter().zip(stages) {
        let dispute = found(order);
        assert_eq!((dispute.status, dispute.amount), (status, inr(20_000)));
        let lost = (status == DisputeStatus::Lost).then_some(inr(20_000));
        assert_eq!(dispute.deducted, lost);
    }
    let none = gateway
        .disputes(SystemClock.now() + TimeDelta::hours(1))
        .await;
    assert!(none.unwrap().readable.is_empty());
}
