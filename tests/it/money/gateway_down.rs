//! A gateway that is down, slow, or sends malformed responses.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{FEE, Fixture};
use crate::support::{eventually, now};

async fn checkout_recovers_from(faults: Value) {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let booked = fixture.clinic.book(&asha, 0).expect(201).await;
    fixture
        .control(Method::PUT, "/sandbox/faults", faults)
        .await;
    let path = booked.appointment("payment");
    let down = asha.post(&path, &json!({})).expect(503).await;
    down.is("gateway-away");
    fixture
        .control(Method::PUT, "/sandbox/faults", json!({"failNext": 0}))
        .await;
    eventually("the gateway is asked again", async || {
        asha.post(&path, &json!({})).send().await.status == 201
    })
    .await;
    let checkout = fixture.checkout(&asha, &booked).await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    fixture.close().await;
}

#[tokio::test]
async fn a_failing_gateway_is_503_and_the_same_request_succeeds_later() {
    checkout_recovers_from(json!({"failNext": 100, "status": 503})).await;
}

#[tokio::test]
async fn a_gateway_that_answers_html_is_503() {
    checkout_recovers_from(json!({"failNext": 100, "html": true, "status": 200})).await;
}

#[tokio::test]
async fn an_order_whose_response_was_lost_is_found_again() {
    checkout_recovers_from(json!({"failNext": 100, "status": 500, "afterEffect": true})).await;
}

#[tokio::test]
async fn a_capture_is_found_after_the_gateway_was_down() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let proof = fixture.pay_without_webhook(&checkout).await;
    let down = json!({"failNext": 1_000, "status": 503});
    fixture.control(Method::PUT, "/sandbox/faults", down).await;
    // The browser's signature is valid, but the gateway cannot be asked.
    let verified = fixture.verify(&asha, &checkout, &proof).await;
    assert_eq!(verified.body["paid"], false);
    fixture.set_clock(now() + TimeDelta::minutes(6));
    eventually("a reconciliation has failed", async || {
        let sql = "select count(*) from timers where kind = $1 and tries > 0";
        fixture.clinic.count(sql, "payment-reconcile").await == 1
    })
    .await;
    fixture
        .control(Method::PUT, "/sandbox/faults", json!({"failNext": 0}))
        .await;
    let path = booked.appointment("");
    eventually("the visit is confirmed", async || {
        fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::seconds(5));
        asha.get(&path).send().await.body["status"] == "CONFIRMED"
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}
