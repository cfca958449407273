//! The sandbox inside a node.

use commands::ports::NewOrder;
use domain::payment::PayableKind;
use domain::{Currency, GatewayPaymentId, Money, PaymentId};
use reqwest::Method;
use serde_json::json;
use tests::app::Site;
use uuid::Uuid;

use super::fixture::expect;
use crate::support::{Client, http, now};

fn order(payment: u128) -> NewOrder {
    NewOrder {
        payment: PaymentId::from_uuid(Uuid::from_u128(payment)),
        kind: PayableKind::Visit,
        number: 1,
        amount: Money::new(50_000, Currency::Inr).unwrap(),
    }
}

#[tokio::test]
async fn without_keys_a_node_serves_the_checkout_of_its_sandbox() {
    let site = Site::at(now()).await.unwrap();
    let node = site.node().await.unwrap();
    let gateway = node.app().gateway();
    let made = gateway.create_order(&order(1)).await.unwrap();
    let http = http();
    let url = node.url(&format!("/sandbox/checkout/{made}"));
    let shown = http.get(&url).send().await.unwrap();
    assert_eq!(shown.status().as_u16(), 200);
    assert_eq!(shown.headers()["x-frame-options"], "DENY");
    let paid = http
        .post(&url)
        .header("Accept", "application/json")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("outcome=pay");
    let handed = expect(200, paid).await;
    let payment = GatewayPaymentId::parse(handed["razorpay_payment_id"].as_str().unwrap()).unwrap();
    let signature = handed["razorpay_signature"].as_str().unwrap();
    assert!(gateway.vouches_for(&made, &payment, signature));
    node.stop().await;
}

#[tokio::test]
async fn webhooks_signed_by_the_tests_are_accepted_as_the_sandboxs() {
    let site = Site::at(now()).await.unwrap();
    let node = site.node().await.unwrap();
    let (body, gateway) = (br#"{"event":"x"}"#, node.app().gateway());
    assert!(gateway.signed(body, &node.sign_webhook(body).unwrap()));
    assert!(!gateway.signed(b"{}", &node.sign_webhook(body).unwrap()));
    node.stop().await;
}

#[tokio::test]
async fn a_node_serves_only_the_checkout_of_its_sandbox() {
    let site = Site::at(now()).await.unwrap();
    let node = site.node().await.unwrap();
    let client = Client::new(node.url(""));
    for path in [
        "/sandbox/books",
        "/sandbox/faults",
        "/v1/orders/order_x",
        "/sandbox",
    ] {
        client.get(path).expect(404).await;
    }
    client
        .post("/sandbox/orders/order_x/attempts", &json!({}))
        .expect(404)
        .await;
    let http = http();
    let books = http.request(Method::GET, node.sandbox_url("/sandbox/books").unwrap());
    expect(200, books).await;
    node.stop().await;
}

#[tokio::test]
async fn nodes_on_one_database_share_one_sandbox() {
    let site = Site::at(now()).await.unwrap();
    let (one, other) = (site.node().await.unwrap(), site.node().await.unwrap());
    assert_eq!(one.app().gateway().key_id(), other.app().gateway().key_id());
    let made = one.app().gateway().create_order(&order(1)).await.unwrap();
    let again = other.app().gateway().create_order(&order(1)).await.unwrap();
    assert_eq!(made, again);
    one.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn with_keys_there_is_no_sandbox() {
    let mut site = Site::at(now()).await.unwrap();
    site.payments.key_id = Some("rzp_live_1".to_owned());
    site.payments.key_secret = Some("secret".into());
    site.payments.webhook_secret = Some("another".into());
    // No request is sent, and no server would receive it.
    site.payments.base_url = "http://127.0.0.1:9/v1".to_owned();
    let node = site.node().await.unwrap();
    assert!(node.sandbox_url("/").is_none());
    assert_eq!(node.app().gateway().key_id().as_str(), "rzp_live_1");
    Client::new(node.url(""))
        .get("/sandbox/checkout/order_x")
        .expect(404)
        .await;
    node.stop().await;
    site.payments.webhook_secret = None;
    assert!(site.node().await.is_err());
}
