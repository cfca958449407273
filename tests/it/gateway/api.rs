//! The sandbox's API as Razorpay's documentation has it.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{Fixture, expect};

#[tokio::test]
async fn an_order_is_returned_as_it_was_made() {
    let sandbox = Fixture::start().await;
    let body =
        json!({"amount": 50_000, "currency": "INR", "receipt": "visit 1", "notes": {"a": "b"}});
    let mut made = sandbox.post("/v1/orders", &body).await;
    let id = made["id"].as_str().unwrap().to_owned();
    assert_eq!(sandbox.get(&format!("/v1/orders/{id}")).await, made);
    assert!(id.starts_with("order_"));
    assert!(made["created_at"].as_i64().unwrap() > 1_700_000_000);
    for changing in ["id", "created_at"] {
        made.as_object_mut().unwrap().remove(changing);
    }
    let expected = json!({
        "entity": "order", "amount": 50_000, "amount_paid": 0, "amount_due": 50_000, "currency": "INR",
        "receipt": "visit 1", "offer_id": null, "status": "created", "attempts": 0, "notes": {"a": "b"},
    });
    assert_eq!(made, expected);
}

#[tokio::test]
async fn an_invalid_order_is_refused() {
    let sandbox = Fixture::start().await;
    for (change, field) in [
        (json!({"amount": null}), "amount"),
        (json!({"amount": 99}), "amount"),
        (json!({"amount": 500.5}), "amount"),
        (json!({"amount": "50000"}), "amount"),
        (json!({"currency": null}), "currency"),
        (json!({"currency": "inr"}), "currency"),
        (json!({"receipt": "x".repeat(41)}), "receipt"),
        (json!({"unique_receipt": true}), "receipt"),
        (json!({"notes": "x"}), "notes"),
        (json!({"notes": {"a": "x".repeat(257)}}), "notes"),
    ] {
        let mut body = json!({"amount": 50_000, "currency": "INR"});
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        sandbox.refused("/v1/orders", &body, Some(field)).await;
    }
    let broken = sandbox.request(Method::POST, "/v1/orders").body("{");
    expect(400, broken).await;
}

#[tokio::test]
async fn concurrent_orders_with_one_unique_receipt_are_one_order() {
    let sandbox = Fixture::start().await;
    let body =
        json!({"amount": 50_000, "currency": "INR", "receipt": "visit 1", "unique_receipt": true});
    let made = join_all((0..8).map(|_| sandbox.post("/v1/orders", &body))).await;
    assert!(
        made.iter().all(|order| order["id"] == made[0]["id"]),
        "{made:?}"
    );
    let mut other = body.clone();
    other["amount"] = 60_000.into();
    sandbox.refused("/v1/orders", &other, Some("receipt")).await;
    other["unique_receipt"] = false.into();
    assert_ne!(
        sandbox.post("/v1/orders", &other).await["id"],
        made[0]["id"]
    );
}

#[tokio::test]
async fn an_unknown_id_is_refused_as_razorpay_does() {
    let sandbox = Fixture::start().await;
    for path in [
        "/v1/orders/order_x",
        "/v1/orders/order_x/payments",
        "/v1/payments/pay_x",
        "/v1/refunds/rfnd_x",
    ] {
        let answer = expect(400, sandbox.request(Method::GET, path)).await;
        assert_eq!(answer["error"]["code"], "BAD_REQUEST_ERROR", "{path}");
    }
    expect(404, sandbox.request(Method::GET, "/v1/customers")).await;
}

#[tokio::test]
async fn a_request_without_the_key_is_unauthorised() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let path = format!("/v1/orders/{order}");
    expect(401, sandbox.anonymous(Method::GET, &path)).await;
    let wrong = sandbox
        .anonymous(Method::GET, &path)
        .basic_auth("rzp_test_key", Some("guess"));
    expect(401, wrong).await;
    let token = sandbox
        .anonymous(Method::GET, &path)
        .bearer_auth("rzp_test_key");
    expect(401, token).await;
}

#[tokio::test]
async fn a_captured_payment_pays_its_order_once() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    sandbox.attempt(&order, &json!({"outcome": "failed"})).await;
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(
        (&found["status"], &found["attempts"]),
        (&json!("attempted"), &json!(1))
    );
    let payment = sandbox.paid(&order).await;
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(
        (&found["status"], &found["amount_paid"]),
        (&json!("paid"), &json!(50_000))
    );
    let again = format!("/sandbox/orders/{order}/attempts");
    sandbox
        .refused(&again, &json!({"outcome": "captured"}), None)
        .await;

    let payments = sandbox.get(&format!("/v1/orders/{order}/payments")).await;
    let statuses: Vec<_> = payments["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| &p["status"])
        .collect();
    assert_eq!(statuses, ["captured", "failed"]);
    assert_eq!(payments["count"], 2);
    let payment = sandbox.get(&format!("/v1/payments/{payment}")).await;
    assert_eq!(payment["notes"], json!([]));
    assert_eq!(
        (&payment["captured"], &payment["order_id"]),
        (&json!(true), &json!(order))
    );
}

#[tokio::test]
async fn an_authorised_payment_is_captured_in_full_and_once() {
    let sandbox = Fixture::start().await;
    let order = sandbox.order().await;
    let attempt = sandbox
        .attempt(&order, &json!({"outcome": "authorized"}))
        .await;
    assert_eq!(attempt["payment"]["status"], "authorized");
    let path = format!(
        "/v1/payments/{}/capture",
        attempt["razorpay_payment_id"].as_str().unwrap()
    );
    for (amount, currency) in [(49_999, "INR"), (50_001, "INR"), (50_000, "USD")] {
        let body = json!({"amount": amount, "currency": currency});
        sandbox.refused(&path, &body, Some("amount")).await;
    }
    let body = json!({"amount": 50_000, "currency": "INR"});
    let both = join_all((0..2).map(|_| {
        let request = sandbox.request(Method::POST, &path).json(&body);
        async { request.send().await.unwrap().status().as_u16() }
    }));
    let mut statuses = both.await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    let found = sandbox.get(&format!("/v1/orders/{order}")).await;
    assert_eq!(found["status"], "paid");
}

#[tokio::test]
async fn the_books_show_captures_and_refunds() {
    let sandbox = Fixture::start().await;
    let empty = sandbox.get("/sandbox/books").await;
    assert_eq!(empty, json!({"currencies": {}, "orders": []}));
    let (one, two) = (sandbox.order().await, sandbox.order().await);
    let payment = sandbox.paid(&one).await;
    sandbox.attempt(&two, &json!({"outcome": "failed"})).await;
    let path = format!("/v1/payments/{payment}/refund");
    sandbox.post(&path, &json!({"amount": 20_000})).await;
    sandbox
        .put(
            &format!("/sandbox/orders/{one}/refunds"),
            &json!({"outcome": "pending"}),
        )
        .await;
    sandbox.post(&path, &json!({"amount": 1_000})).await;
    sandbox
        .put(
            &format!("/sandbox/orders/{one}/refunds"),
            &json!({"outcome": "failed"}),
        )
        .await;
    sandbox.post(&path, &json!({"amount": 2_000})).await;

    let books = sandbox.get("/sandbox/books").await;
    let total = json!({"captured": 50_000, "refunded": 20_000, "refunding": 1_000, "lost": 0});
    assert_eq!(books["currencies"], json!({ "INR": total }));
    let orders: Vec<&Value> = books["orders"].as_array().unwrap().iter().collect();
    assert_eq!(orders.len(), 2);
    assert_eq!(
        (&orders[0]["id"], &orders[0]["refunded"]),
        (&json!(one), &json!(20_000))
    );
    assert_eq!(
        (&orders[1]["id"], &orders[1]["captured"]),
        (&json!(two), &json!(0))
    );
}
