//! Refunds at the sandbox.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{Fixture, expect};

/// A captured payment, and the path that refunds go to.
async fn captured(sandbox: &Fixture) -> (String, String) {
    let order = sandbox.order().await;
    let payment = sandbox.paid(&order).await;
    (order, format!("/v1/payments/{payment}"))
}

#[tokio::test]
async fn partial_refunds_are_made_up_to_the_amount_captured() {
    let sandbox = Fixture::start().await;
    let (_, payment) = captured(&sandbox).await;
    let path = format!("{payment}/refund");
    let part = sandbox
        .post(&path, &json!({"amount": 20_000, "notes": {"a": "b"}}))
        .await;
    assert_eq!(
        (&part["status"], &part["amount"]),
        (&json!("processed"), &json!(20_000))
    );
    assert_eq!(part["notes"], json!({"a": "b"}));
    let found = sandbox.get(&payment).await;
    assert_eq!(
        (&found["status"], &found["refund_status"]),
        (&json!("captured"), &json!("partial"))
    );
    sandbox
        .refused(&path, &json!({"amount": 30_001}), Some("amount"))
        .await;
    sandbox
        .refused(&path, &json!({"amount": 0}), Some("amount"))
        .await;

    let rest = sandbox.post(&path, &json!({})).await;
    assert_eq!(
        (&rest["amount"], &rest["notes"]),
        (&json!(30_000), &json!([]))
    );
    let found = sandbox.get(&payment).await;
    assert_eq!(
        (&found["status"], &found["refund_status"]),
        (&json!("refunded"), &json!("full"))
    );
    sandbox.refused(&path, &json!({"amount": 1}), None).await;

    let id = rest["id"].as_str().unwrap();
    assert_eq!(sandbox.get(&format!("/v1/refunds/{id}")).await, rest);
    let page = sandbox
        .get(&format!("{payment}/refunds?count=1&skip=1"))
        .await;
    assert_eq!(page["items"], json!([part]));
    expect(
        400,
        sandbox.request(Method::GET, &format!("{payment}/refunds?count=101")),
    )
    .await;
}

#[tokio::test]
async fn a_payment_that_was_not_captured_cannot_be_refunded() {
    let sandbox = Fixture::start().await;
    for outcome in ["failed", "authorized"] {
        let order = sandbox.order().await;
        let attempt = sandbox
            .attempt(&order, &json!({ "outcome": outcome }))
            .await;
        let payment = attempt["razorpay_payment_id"].as_str().unwrap();
        sandbox
            .refused(&format!("/v1/payments/{payment}/refund"), &json!({}), None)
            .await;
    }
}

async fn under(sandbox: &Fixture, path: &str, key: &str, body: &Value) -> (u16, Value) {
    let request = sandbox
        .request(Method::POST, path)
        .header("X-Refund-Idempotency", key);
    let answer = request.json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn concurrent_refunds_with_one_key_are_one_refund() {
    let sandbox = Fixture::start().await;
    let (_, payment) = captured(&sandbox).await;
    let path = format!("{payment}/refund");
    let body = json!({"amount": 10_000});
    let made = join_all((0..8).map(|_| under(&sandbox, &path, "refund-0001", &body))).await;
    assert!(
        made.iter()
            .all(|(status, refund)| *status == 200 && refund["id"] == made[0].1["id"])
    );
    let found = sandbox.get(&payment).await;
    assert_eq!(found["amount_refunded"], 10_000);

    let (status, other) = under(&sandbox, &path, "refund-0001", &json!({"amount": 10_001})).await;
    assert_eq!(
        (status, &other["error"]["code"]),
        (400, &json!("BAD_REQUEST_ERROR"))
    );
    let (status, next) = under(&sandbox, &path, "refund-0002", &body).await;
    assert_eq!(status, 200);
    assert_ne!(next["id"], made[0].1["id"]);
}

#[tokio::test]
async fn concurrent_refunds_never_exceed_the_amount_captured() {
    let sandbox = Fixture::start().await;
    let (_, payment) = captured(&sandbox).await;
    let path = format!("{payment}/refund");
    let body = json!({"amount": 20_000});
    let keys: Vec<_> = (0..8).map(|n| format!("refund-000{n}")).collect();
    let asked = keys.iter().map(|key| under(&sandbox, &path, key, &body));
    let mut statuses: Vec<_> = join_all(asked)
        .await
        .iter()
        .map(|(status, _)| *status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 400, 400, 400, 400, 400, 400]);
    assert_eq!(sandbox.get(&payment).await["amount_refunded"], 40_000);
}

#[tokio::test]
async fn an_idempotency_key_has_at_least_ten_plain_characters() {
    let sandbox = Fixture::start().await;
    let (_, payment) = captured(&sandbox).await;
    for key in [
        "123456789",
        "refund 0001",
        "refund.0001",
        "réfund-00001",
        "",
    ] {
        let (status, _) = under(&sandbox, &format!("{payment}/refund"), key, &json!({})).await;
        assert_eq!(status, 400, "{key}");
    }
}

#[tokio::test]
async fn refunds_end_with_the_outcome_that_was_set() {
    let sandbox = Fixture::start().await;
    let (order, payment) = captured(&sandbox).await;
    let path = format!("{payment}/refund");
    let plan = json!({"outcome": "failed", "times": 1});
    sandbox
        .put(&format!("/sandbox/orders/{order}/refunds"), &plan)
        .await;
    let failing = sandbox.post(&path, &json!({"amount": 50_000})).await;
    assert_eq!(failing["status"], "pending");
    let id = failing["id"].as_str().unwrap();
    assert_eq!(
        sandbox.get(&format!("/v1/refunds/{id}")).await["status"],
        "failed"
    );
    assert_eq!(sandbox.get(&payment).await["amount_refunded"], 0);
    // Once was said.
    let next = sandbox.post(&path, &json!({"amount": 1_000})).await;
    assert_eq!(next["status"], "processed");

    let plan = json!({"outcome": "pending"});
    sandbox
        .put(&format!("/sandbox/orders/{order}/refunds"), &plan)
        .await;
    for (end, left) in [("processed", 3_000), ("failed", 3_000)] {
        let pending = sandbox.post(&path, &json!({"amount": 2_000})).await;
        assert_eq!(pending["status"], "pending");
        let knob = format!("/sandbox/refunds/{}", pending["id"].as_str().unwrap());
        let ended = sandbox.post(&knob, &json!({ "outcome": end })).await;
        assert_eq!(ended["status"], end);
        assert_eq!(
            sandbox.get(&payment).await["amount_refunded"],
            left,
            "{end}"
        );
        sandbox
            .refused(&knob, &json!({ "outcome": end }), None)
            .await;
    }
}
