//! Giving money back on somebody's word, and when the gateway can't.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::till::{FEE, Till};
use crate::support::{Client, Reply, eventually};

async fn paid(till: &Till, who: &Client) -> Reply {
    let booked = till.clinic.book(who, 0).expect(201).await;
    let checkout = till.checkout(who, &booked).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(who, &checkout, &word).await;
    till.stands(who, &booked, "CONFIRMED").await;
    checkout
}

fn refunds(checkout: &Reply) -> String {
    format!("/api/v1/payments/{}/refunds", checkout.text("paymentId"))
}

fn rupees(amount: i64) -> Value {
    json!({"amount": {"amount": amount, "currency": "INR"}})
}

/// The gateway's next refunds of the order fail.
async fn fail(till: &Till, checkout: &Reply, times: Option<u16>) {
    let path = format!("/sandbox/orders/{}/refunds", checkout.text("orderId"));
    let mut plan = json!({"outcome": "failed", "webhook": {"drop": true}});
    if let Some(times) = times {
        plan["times"] = times.into();
    }
    till.knob(Method::PUT, &path, plan).await;
}

#[tokio::test]
async fn an_admin_gives_back_some_of_it_and_never_more_than_is_left() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    let (admin, path) = (till.admin(), refunds(&checkout));
    let some = admin.post(&path, &rupees(30_000)).expect(201).await;
    assert_eq!(some.body["status"], "REQUESTED");
    till.books_say(&checkout, (FEE, 30_000)).await;
    let more = admin.post(&path, &rupees(50_001)).expect(409).await;
    more.is("more-than-paid");
    admin
        .post(&path, &rupees(0))
        .expect(422)
        .await
        .is("nothing-to-refund");
    let other = json!({"amount": {"amount": 100, "currency": "USD"}});
    let other = admin.post(&path, &other).expect(422).await;
    other.is("refund-in-other-currency");
    admin.post(&path, &json!({})).expect(201).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    till.close().await;
}

#[tokio::test]
async fn the_same_request_again_is_one_refund() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    let (admin, path) = (till.admin(), refunds(&checkout));
    let key = "a-refund-that-is-sent-twice";
    let first = admin.post(&path, &rupees(100)).key(key).expect(201).await;
    let again = admin.post(&path, &rupees(100)).key(key).expect(201).await;
    assert_eq!(first.body["id"], again.body["id"]);
    till.books_say(&checkout, (FEE, 100)).await;
    assert_eq!(till.facts(&checkout, "payment.refund_requested").await, 1);
    till.close().await;
}

#[tokio::test]
async fn only_those_who_administer_the_clinic_give_money_back() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    let path = refunds(&checkout);
    asha.post(&path, &json!({})).expect(403).await;
    till.clinic.desk().post(&path, &json!({})).expect(403).await;
    till.close().await;
}

#[tokio::test]
async fn a_refund_that_failed_is_tried_again_a_minute_later() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    fail(&till, &checkout, Some(1)).await;
    let asked = till.admin().post(&refunds(&checkout), &json!({}));
    asked.expect(201).await;
    // It fails while the gateway is at it, and nobody tells.
    eventually("it has failed", async || {
        till.set(till.clinic.site.clock_now() + TimeDelta::seconds(1));
        till.facts(&checkout, "payment.refund_failed").await == 1
    })
    .await;
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    till.set(till.clinic.site.clock_now() + TimeDelta::minutes(1));
    till.books_say(&checkout, (FEE, FEE)).await;
    till.close().await;
}

#[tokio::test]
async fn a_refund_that_keeps_failing_waits_for_somebody() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    fail(&till, &checkout, None).await;
    let (admin, path) = (till.admin(), refunds(&checkout));
    let asked = admin.post(&path, &json!({})).expect(201).await;
    for failed in 1..=5_i64 {
        eventually("it has failed once more", async || {
            till.set(till.clinic.site.clock_now() + TimeDelta::minutes(5));
            till.facts(&checkout, "payment.refund_failed").await == failed
        })
        .await;
    }
    let again = format!("{path}/{}/retry", asked.text("id"));
    let path = format!("/sandbox/orders/{}/refunds", checkout.text("orderId"));
    let well = json!({"outcome": "processed", "webhook": {"drop": true}});
    till.knob(Method::PUT, &path, well).await;
    // The token's own time is over by now.
    let admin = till.clinic.client(&tests::app::Somebody::admin());
    admin.post(&again, &json!({})).expect(200).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    let refused = admin.post(&again, &json!({})).expect(409).await;
    refused.is("refund-not-failed");
    assert_eq!(till.facts(&checkout, "payment.refund_failed").await, 5);
    till.close().await;
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_made_once() {
    let till = Till::open().await;
    let asha = till.patient();
    let checkout = paid(&till, &asha).await;
    let lost = json!({"failNext": 8, "status": 500, "afterEffect": true});
    till.knob(Method::PUT, "/sandbox/faults", lost).await;
    let asked = till.admin().post(&refunds(&checkout), &rupees(30_000));
    asked.expect(201).await;
    eventually("it is in the books", async || {
        till.set(till.clinic.site.clock_now() + TimeDelta::seconds(1));
        till.facts(&checkout, "payment.refunded").await == 1
    })
    .await;
    assert_eq!(till.books(&checkout).await, (FEE, 30_000));
    till.close().await;
}
