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

async fn press(sandbox: &Fixture, order: &str, form: &str) -> Value {
    let request = sandbox
        .anonymous(Method::POST, &format!("/sandbox/checkout/{order}"))
        .header("Accept", "application/json")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form.to_owned());
    expect(200, request).await
}

#[tokio::test]
async fn paying_hands_over_what_the_real_checkout_does() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let shown = page(&sandbox, &format!("/sandbox/checkout/{order}")).await;
    assert!(
        shown.contains("NO MONEY MOVES") && shown.contains(&order),
        "{shown}"
    );
    let handed = press(&sandbox, &order, "outcome=pay").await;
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
async fn failing_and_closing_pay_nothing() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let failed = press(&sandbox, &order, "outcome=fail").await;
    assert_eq!(failed["error"]["reason"], "payment_failed");
    assert_eq!(failed["error"]["metadata"]["order_id"], json!(order));
    let closed = press(&sandbox, &order, "outcome=close").await;
    assert_eq!(closed, json!({"closed": true, "razorpay_order_id": order}));
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(
        (&found["status"], &found["attempts"]),
        (&json!("attempted"), &json!(1))
    );
}

#[tokio::test]
async fn another_button_and_another_order_are_refused() {
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
async fn a_callback_stays_on_the_server_and_can_t_smuggle_markup() {
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
