//! What goes wrong because it is told to.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use super::fixture::{Fixture, expect};

#[tokio::test]
async fn so_many_answers_fail_as_they_are_told_to_and_then_none() {
    let sandbox = Fixture::start().await;
    sandbox
        .put("/sandbox/faults", &json!({"failNext": 2, "status": 503}))
        .await;
    let order = json!({"amount": 50_000, "currency": "INR"});
    for _ in 0..2 {
        let answer = expect(
            503,
            sandbox.request(Method::POST, "/v1/orders").json(&order),
        )
        .await;
        assert_eq!(answer["error"]["code"], "SERVER_ERROR");
    }
    sandbox.post("/v1/orders", &order).await;
    let books = sandbox.get("/sandbox/books").await;
    assert_eq!(books["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_can_be_a_page() {
    let sandbox = Fixture::start().await;
    sandbox
        .put("/sandbox/faults", &json!({"failNext": 1, "html": true}))
        .await;
    let answer = sandbox
        .request(Method::GET, "/v1/orders/order_x")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.text().await.unwrap().starts_with("<!doctype html>"));
}

#[tokio::test]
async fn an_answer_can_be_late_and_right() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    sandbox
        .put("/sandbox/faults", &json!({"failNext": 1, "delayMs": 250}))
        .await;
    let begun = Instant::now();
    sandbox.get(&format!("/v1/orders/{order}")).await;
    assert!(begun.elapsed() >= Duration::from_millis(250));
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_thing_was_done() {
    let sandbox = Fixture::start().await;
    let fault = json!({"failNext": 1, "status": 500, "afterEffect": true});
    sandbox.put("/sandbox/faults", &fault).await;
    let body = json!({"amount": 50_000, "currency": "INR", "receipt": "r", "unique_receipt": true});
    expect(500, sandbox.request(Method::POST, "/v1/orders").json(&body)).await;
    sandbox.post("/v1/orders", &body).await;
    let books = sandbox.get("/sandbox/books").await;
    assert_eq!(books["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn whoever_has_no_key_uses_no_fault_up() {
    let sandbox = Fixture::start().await;
    sandbox
        .put("/sandbox/faults", &json!({"failNext": 1, "status": 503}))
        .await;
    expect(401, sandbox.anonymous(Method::GET, "/v1/orders/order_x")).await;
    expect(503, sandbox.request(Method::GET, "/v1/orders/order_x")).await;
}
