//! Webhooks of the sandbox.

use std::collections::BTreeSet;
use std::time::Duration;

use commands::ports::{AttemptStatus, GatewayFact, PaymentGateway as _};
use serde_json::{Value, json};
use tests::database::Database;

use super::fixture::Fixture;
use super::receiver::{Answer, Receiver, Webhook};
use crate::support::eventually;

async fn with_webhooks(answers: impl IntoIterator<Item = Answer>) -> (Fixture, Receiver) {
    let receiver = Receiver::start(answers).await;
    let sandbox = Fixture::with_webhooks(Some(receiver.url.clone())).await;
    (sandbox, receiver)
}

/// Waits until no webhook is waiting.
async fn all_delivered(sandbox: &Fixture) -> Value {
    eventually("no webhook waits", async || {
        sandbox.get("/sandbox/deliveries").await["waiting"] == 0
    })
    .await;
    sandbox.get("/sandbox/deliveries").await
}

#[tokio::test]
async fn a_paid_order_sends_three_signed_webhooks() {
    let (sandbox, receiver) = with_webhooks([]).await;
    let order = sandbox.order().await;
    sandbox.paid(&order).await;
    let hooks = receiver.wait_for(3).await;
    let events: BTreeSet<_> = hooks.iter().map(Webhook::event).collect();
    assert_eq!(
        events,
        ["order.paid", "payment.authorized", "payment.captured"].into()
    );
    let ids: BTreeSet<_> = hooks.iter().map(|hook| &hook.id).collect();
    assert_eq!(ids.len(), 3);
    let adapter = sandbox.adapter();
    for hook in &hooks {
        assert!(adapter.signed(&hook.raw, &hook.signature), "{hook:?}");
        let mut altered = hook.raw.clone();
        altered.push(b'\n');
        assert!(!adapter.signed(&altered, &hook.signature));
        let event = adapter.read(&hook.raw).unwrap();
        let GatewayFact::Attempt(attempt) = event.fact else {
            panic!("{event:?}")
        };
        assert_eq!(attempt.order.as_str(), order);
        // The state at the time of the event.
        let authorised = hook.event() == "payment.authorized";
        let status = if authorised {
            AttemptStatus::Authorised
        } else {
            AttemptStatus::Captured
        };
        assert_eq!(attempt.status, status);
    }
    assert_eq!(
        all_delivered(&sandbox).await,
        json!({"waiting": 0, "delivered": 3, "dropped": 0, "given_up": 0})
    );
}

#[tokio::test]
async fn a_webhook_that_is_not_accepted_is_sent_again_with_the_same_id() {
    let answers = [
        Answer::Status(500),
        Answer::Status(302),
        Answer::After(Duration::from_secs(2)),
    ];
    let receiver = Receiver::start(answers).await;
    let pool = Database::create().await.unwrap().pool(6).await.unwrap();
    let patience = Duration::from_millis(700);
    let sandbox = Fixture::with_webhook_timeout(pool, Some(receiver.url.clone()), patience);
    let order = sandbox.order().await;
    sandbox.attempt(&order, &json!({"outcome": "failed"})).await;
    let hooks = receiver.wait_for(4).await;
    assert!(
        hooks
            .iter()
            .all(|hook| hook.id == hooks[0].id && hook.raw == hooks[0].raw)
    );
    assert_eq!(all_delivered(&sandbox).await["delivered"], 1);
}

#[tokio::test]
async fn webhooks_are_dropped_duplicated_and_delayed_as_set() {
    let (sandbox, receiver) = with_webhooks([]).await;
    let order = sandbox.order().await;
    let dropped = json!({"outcome": "failed", "webhook": {"drop": true}});
    sandbox.attempt(&order, &dropped).await;
    assert_eq!(
        all_delivered(&sandbox).await,
        json!({"waiting": 0, "delivered": 0, "dropped": 1, "given_up": 0})
    );

    let doubled = json!({"outcome": "failed", "webhook": {"duplicates": 2}});
    sandbox.attempt(&order, &doubled).await;
    let hooks = receiver.wait_for(3).await;
    assert!(hooks.iter().all(|hook| hook.id == hooks[0].id));

    let begun = std::time::Instant::now();
    let late = json!({"outcome": "failed", "webhook": {"delay_ms": 300}});
    sandbox.attempt(&order, &late).await;
    let hooks = receiver.wait_for(4).await;
    assert!(hooks[3].at - begun >= Duration::from_millis(300));
}

#[tokio::test]
async fn webhooks_are_reordered_as_set() {
    let (sandbox, receiver) = with_webhooks([]).await;
    let order = sandbox.order().await;
    sandbox
        .attempt(
            &order,
            &json!({"outcome": "captured", "webhook": {"reorder": true}}),
        )
        .await;
    receiver.wait_for(3).await;
    assert_eq!(
        receiver.events(),
        ["order.paid", "payment.captured", "payment.authorized"]
    );
}

#[tokio::test]
async fn a_failed_payment_can_be_captured_late_on_a_paid_order() {
    let (sandbox, receiver) = with_webhooks([]).await;
    let order = sandbox.order().await;
    let late = sandbox
        .attempt(
            &order,
            &json!({"outcome": "late_capture", "late_ms": 3_000}),
        )
        .await;
    assert_eq!(
        (&late["payment"]["status"], &late["razorpay_signature"]),
        (&json!("failed"), &Value::Null)
    );
    let path = format!(
        "/v1/payments/{}",
        late["razorpay_payment_id"].as_str().unwrap()
    );
    receiver.wait_for(1).await;
    assert_eq!(receiver.events(), ["payment.failed"]);
    sandbox.paid(&order).await;
    let hooks = receiver.wait_for(7).await;
    let captured = hooks
        .iter()
        .filter(|hook| hook.event() == "payment.captured");
    assert_eq!(captured.count(), 2);
    let found = sandbox.get(&path).await;
    assert_eq!(
        (&found["status"], &found["error_code"]),
        (&json!("captured"), &Value::Null)
    );
    let books = sandbox.get("/sandbox/books").await;
    assert_eq!(books["currencies"]["INR"]["captured"], 100_000);
}

#[tokio::test]
async fn webhooks_of_refunds_contain_the_payment() {
    let (sandbox, receiver) = with_webhooks([]).await;
    let order = sandbox.order().await;
    let payment = sandbox.paid(&order).await;
    receiver.wait_for(3).await;
    let plan = json!({"outcome": "failed", "webhook": {"reorder": true}});
    sandbox
        .put(&format!("/sandbox/orders/{order}/refunds"), &plan)
        .await;
    sandbox
        .post(
            &format!("/v1/payments/{payment}/refund"),
            &json!({"amount": 1_000}),
        )
        .await;
    let hooks = receiver.wait_for(5).await;
    assert_eq!(receiver.events()[3..], ["refund.failed", "refund.created"]);
    for (hook, status) in hooks[3..].iter().zip(["failed", "pending"]) {
        let payload = &hook.body["payload"];
        assert_eq!(payload["refund"]["entity"]["status"], status);
        assert_eq!(payload["payment"]["entity"]["order_id"], json!(order));
        assert_eq!(hook.body["contains"], json!(["refund", "payment"]));
    }
}

#[tokio::test]
async fn webhooks_left_by_a_node_that_died_are_sent_by_the_next() {
    let receiver = Receiver::start([]).await;
    let dead = Fixture::with_webhooks(Some("http://127.0.0.1:9/hook".to_owned())).await;
    let pool = dead.pool.clone();
    let order = dead.order().await;
    dead.attempt(&order, &json!({"outcome": "captured"})).await;
    // Dropped without a stop: its tasks end where they are.
    drop(dead);
    let next = Fixture::on(pool, Some(receiver.url.clone()));
    receiver.wait_for(3).await;
    all_delivered(&next).await;
}

#[tokio::test]
async fn a_node_without_a_webhook_url_leaves_webhooks_to_another() {
    let command = Fixture::start().await;
    let order = command.order().await;
    command
        .attempt(&order, &json!({"outcome": "captured"}))
        .await;
    assert_eq!(command.get("/sandbox/deliveries").await["waiting"], 3);
    let receiver = Receiver::start([]).await;
    let node = Fixture::on(command.pool.clone(), Some(receiver.url.clone()));
    receiver.wait_for(3).await;
    all_delivered(&node).await;
}

#[tokio::test]
async fn two_nodes_on_one_database_send_each_webhook_once() {
    let receiver = Receiver::start([]).await;
    let one = Fixture::with_webhooks(Some(receiver.url.clone())).await;
    let other = Fixture::on(one.pool.clone(), Some(receiver.url.clone()));
    for _ in 0..10 {
        let order = one.order().await;
        other.attempt(&order, &json!({"outcome": "captured"})).await;
    }
    let deliveries = all_delivered(&one).await;
    assert_eq!(deliveries["delivered"], 30);
    assert_eq!(receiver.received().len(), 30);
}
