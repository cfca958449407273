//! A gateway that is down, slow, or answers what it should not.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::till::{FEE, Till};
use crate::support::{eventually, now};

async fn checkout_survives(faults: Value) {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    till.knob(Method::PUT, "/sandbox/faults", faults).await;
    let path = booked.appointment("payment");
    let away = asha.post(&path, &json!({})).expect(503).await;
    away.is("gateway-away");
    till.knob(Method::PUT, "/sandbox/faults", json!({"failNext": 0}))
        .await;
    eventually("the gateway is asked again", async || {
        asha.post(&path, &json!({})).send().await.status == 201
    })
    .await;
    let checkout = till.checkout(&asha, &booked).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    till.close().await;
}

#[tokio::test]
async fn a_gateway_that_fails_is_said_to_be_away_and_the_same_request_goes_on_later() {
    checkout_survives(json!({"failNext": 100, "status": 503})).await;
}

#[tokio::test]
async fn a_gateway_that_answers_html_is_away() {
    checkout_survives(json!({"failNext": 100, "html": true, "status": 200})).await;
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_again() {
    checkout_survives(json!({"failNext": 100, "status": 500, "afterEffect": true})).await;
}

#[tokio::test]
async fn money_is_found_after_the_gateway_was_away() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let word = till.pay_in_silence(&checkout).await;
    let down = json!({"failNext": 1_000, "status": 503});
    till.knob(Method::PUT, "/sandbox/faults", down).await;
    // The browser's word is right, but nobody can be asked.
    let verified = till.verify(&asha, &checkout, &word).await;
    assert_eq!(verified.body["paid"], false);
    till.set(now() + TimeDelta::minutes(6));
    eventually("it was asked in vain", async || {
        let sql = "select count(*) from timers where kind = $1 and tries > 0";
        till.clinic.count(sql, "payment-reconcile").await == 1
    })
    .await;
    till.knob(Method::PUT, "/sandbox/faults", json!({"failNext": 0}))
        .await;
    let path = booked.appointment("");
    eventually("the visit is confirmed", async || {
        till.set(till.clinic.site.clock_now() + TimeDelta::seconds(5));
        asha.get(&path).send().await.body["status"] == "CONFIRMED"
    })
    .await;
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    till.close().await;
}
