//! The checkout page.

use commands::ports::{NewOrder, PaymentGateway as _};
use domain::payment::PayableKind;
use domain::{Currency, GatewayOrderId, GatewayPaymentId, Money, PaymentId};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Site;
use uuid::Uuid;

use super::fixture::{Fixture, expect};
use crate::support::{http, now};

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
        shown.contains("NO MONEY MOVES") && shown.contains(&order) && shown.contains("₹500.00"),
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
    for (order, form, as_page, as_json) in [
        (&*order, "outcome=steal", 400, 400),
        (&*order, "", 400, 400),
        ("order_x", "outcome=pay", 404, 400),
    ] {
        for (accept, status) in [("text/html", as_page), ("application/json", as_json)] {
            let request = sandbox
                .anonymous(Method::POST, &format!("/sandbox/checkout/{order}"))
                .header("Accept", accept)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(form.to_owned());
            expect(status, request).await;
        }
    }
}

#[tokio::test]
async fn an_unknown_order_has_a_page_with_a_way_back() {
    let sandbox = Fixture::start().await;
    let path = "/sandbox/checkout/order_x?cancel_url=/visits/1";
    let answer = sandbox.anonymous(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    let shown = answer.text().await.unwrap();
    assert!(
        shown.contains("no such order") && shown.contains("<a href=\"/visits/1\">Back to the app"),
        "{shown}"
    );
}

#[tokio::test]
async fn every_page_leads_back_to_the_app() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let link = "<a href=\"/visits/1\">Back to the app</a>";
    let path = format!("/sandbox/checkout/{order}");
    let opened = page(&sandbox, &format!("{path}?cancel_url=/visits/1")).await;
    let carried = "name=\"cancel_url\" value=\"/visits/1\"";
    assert!(
        opened.contains(link) && opened.contains(carried),
        "{opened}"
    );
    for outcome in ["close", "fail", "pay"] {
        let request = sandbox
            .anonymous(Method::POST, &path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(format!("outcome={outcome}&cancel_url=%2Fvisits%2F1"));
        let shown = request.send().await.unwrap().text().await.unwrap();
        assert!(shown.contains(link), "{outcome}: {shown}");
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_are_returned_to_and_no_others() {
    let site = Site::at(now()).await.unwrap();
    let node = site.node().await.unwrap();
    let gateway = node.app().gateway();
    let order = NewOrder {
        payment: PaymentId::from_uuid(Uuid::from_u128(1)),
        kind: PayableKind::Visit,
        number: 1,
        amount: Money::new(50_000, Currency::Inr).unwrap(),
    };
    let order = gateway.create_order(&order).await.unwrap();
    let path = format!("/sandbox/checkout/{order}");
    // The origin that the tests' nodes allow.
    for (origin, allowed) in [
        ("https://front.example", true),
        ("https://front.example.evil.example", false),
    ] {
        let query = format!("?callback_url={origin}/paid&cancel_url={origin}/visits");
        let request = http().get(node.url(&format!("{path}{query}")));
        let answer = request.send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].clone();
        let policy = policy.to_str().unwrap().to_owned();
        assert!(policy.ends_with("form-action 'self' https://front.example"));
        let shown = answer.text().await.unwrap();
        assert_eq!(
            shown.contains(&format!("{origin}/visits")),
            allowed,
            "{shown}"
        );
        assert_eq!(shown.contains("is ignored"), !allowed, "{shown}");
    }
    let form = "outcome=pay&callback_url=https%3A%2F%2Ffront.example%2Fpaid";
    let paid = http()
        .post(node.url(&path))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form);
    let shown = paid.send().await.unwrap().text().await.unwrap();
    let form = "<form method=\"post\" action=\"https://front.example/paid\">";
    assert!(shown.contains(form), "{shown}");
    node.stop().await;
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
