//! Planted faults of the sandbox.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use sqlx::postgres::PgPoolOptions;
use tests::database::Database;

use super::fixture::{Fixture, expect};

#[tokio::test]
async fn the_set_number_of_responses_fail_and_then_none() {
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
async fn a_response_can_be_an_html_page() {
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
async fn a_response_can_be_delayed() {
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
async fn a_response_can_be_lost_after_the_effect() {
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
async fn an_unauthorised_request_uses_up_no_fault() {
    let sandbox = Fixture::start().await;
    sandbox
        .put("/sandbox/faults", &json!({"failNext": 1, "status": 503}))
        .await;
    expect(401, sandbox.anonymous(Method::GET, "/v1/orders/order_x")).await;
    expect(503, sandbox.request(Method::GET, "/v1/orders/order_x")).await;
}

#[tokio::test]
async fn a_database_that_is_away_is_503() {
    let nowhere = PgPoolOptions::new()
        .acquire_timeout(Duration::from_millis(200))
        .connect_lazy("postgres://caresync@127.0.0.1:9/caresync")
        .unwrap();
    let read_only = Database::create().await.unwrap().pool(1).await.unwrap();
    sqlx::query("set default_transaction_read_only = on")
        .execute(&read_only)
        .await
        .unwrap();
    let closed = Database::create().await.unwrap().pool(1).await.unwrap();
    closed.close().await;
    for pool in [nowhere, read_only, closed] {
        let sandbox = Fixture::on(pool, None);
        let order = json!({"amount": 50_000, "currency": "INR"});
        expect(
            503,
            sandbox.request(Method::POST, "/v1/orders").json(&order),
        )
        .await;
    }
}

#[tokio::test]
async fn the_checkout_is_503_while_the_database_is_away() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    sandbox.pool.close().await;
    let path = format!("/sandbox/checkout/{order}");
    for method in [Method::GET, Method::POST] {
        let request = sandbox
            .anonymous(method, &path)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("outcome=pay");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 503);
        assert_eq!(answer.headers()["retry-after"], "1");
    }
}
