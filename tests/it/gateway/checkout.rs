//! The checkout page.

use commands::ports::PaymentGateway as _;
use domain::{GatewayOrderId, GatewayPaymentId};
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{Fixture, expect};

async fn page(sandbox: &Fixture, path: &str) -> String {
    let answer = sandbox.anonymous(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.text().await.unwrap()
}

async fn submit(sandbox: &Fixture, order: &str, form: &str) -> Value {
    let request = sandbox
        .anonymous(Method::POST, &format!("/sandbox/checkout/{order}"))
        .header("Accept", "application/json")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    expect(200, request).await
}

#[tokio::test]
async fn paying_returns_the_fields_of_the_real_checkout() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let shown = page(&sandbox, &format!("/sandbox/checkout/{order}")).await;
    assert!(
        shown.contains("NO MONEY MOVES") && shown.contains(&order),
        "{shown}"
    );
    let handed = submit(&sandbox, &order, "outcome=pay").await;
    let text = |field: &str| handed[field].as_str().unwrap().to_owned();
    let vouched = sandbox.adapter().vouches_for(
        &GatewayOrderId::parse(&order).unwrap(),
        &GatewayPaymentId::parse(&text("razorpay_payment_id")).unwrap(),
        &text("razorpay_signature"),
    );
    assert!(vouched);
    assert_eq!(text("razorpay_order_id"), order);
    assert_eq!(handed.as_object().unwrap().len(), 3);
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(found["status"], "paid");
    let shown = page(&sandbox, &format!("/sandbox/checkout/{order}")).await;
    assert!(
        shown.contains("paid already") && !shown.contains("<button"),
        "{shown}"
    );
}

#[tokio::test]
async fn a_failed_and_a_closed_checkout_pay_nothing() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let failed = submit(&sandbox, &order, "outcome=fail").await;
    assert_eq!(failed["error"]["reason"], "payment_failed");
    assert_eq!(failed["error"]["metadata"]["order_id"], json!(order));
    let closed = submit(&sandbox, &order, "outcome=close").await;
    assert_eq!(closed, json!({"closed": true, "razorpay_order_id": order}));
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(
        (&found["status"], &found["attempts"]),
        (&json!("attempted"), &json!(1))
    );
}

#[tokio::test]
async fn an_unknown_outcome_and_an_unknown_order_are_refused() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    for (order, form) in [
        (&*order, "outcome=steal"),
        (&*order, ""),
        ("order_x", "outcome=pay"),
    ] {
        let request = sandbox
            .anonymous(Method::POST, &format!("/sandbox/checkout/{order}"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        expect(400, request).await;
    }
    let unknown = sandbox.anonymous(Method::GET, "/sandbox/checkout/order_x");
    expect(400, unknown).await;
}

#[tokio::test]
async fn a_callback_is_a_local_path_and_its_markup_is_escaped() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let path = |callback: &str| format!("/sandbox/checkout/{order}?callback_url={callback}");
    let shown = page(&sandbox, &path("/paid%22%3E%3Cscript%3E")).await;
    assert!(
        shown.contains("value=\"/paid&quot;&gt;&lt;script&gt;\""),
        "{shown}"
    );
    assert!(!shown.contains("<script"), "{shown}");
    for foreign in [
        "https://evil.example/",
        "//evil.example/",
        "/%5Cevil.example/",
    ] {
        let shown = page(&sandbox, &path(foreign)).await;
        assert!(
            !shown.contains("evil") && shown.contains("is ignored"),
            "{shown}"
        );
    }
    let request = sandbox
        .anonymous(Method::POST, &format!("/sandbox/checkout/{order}"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("outcome=pay&callback_url=https%3A%2F%2Fevil.example%2F");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(!answer.text().await.unwrap().contains("evil"));
}
