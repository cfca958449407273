//! Visits cancelled before or after they were paid.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::app::Principal;

use super::fixture::{FEE, Fixture};
use crate::support::{Client, Reply, slot};

async fn cancel(who: &Client, booked: &Reply) {
    let path = booked.appointment("cancel");
    who.post(&path, &json!({})).expect(200).await;
}

async fn cancel_for(who: &Client, booked: &Reply, party: &str) {
    let path = booked.appointment("cancel");
    let body = json!({"onBehalfOf": party});
    who.post(&path, &body).expect(200).await;
}

#[tokio::test]
async fn a_patient_who_cancels_is_refunded_by_the_policy() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    // At midnight by the test's clock: eight and a half hours before, and three and a half.
    let (later, half) = fixture.paid(&asha, 20).await;
    let (sooner, nothing) = fixture.paid(&ravi, 0).await;
    cancel(&asha, &later).await;
    cancel(&ravi, &sooner).await;
    fixture.wait_for_amounts(&half, FEE, FEE / 2).await;
    assert_eq!(
        fixture.refund_grounds(&half).await,
        ["CANCELLED_BY_PATIENT"]
    );
    crate::support::eventually("the timer of the other payment has run", async || {
        let sql = "select count(*) from timers where kind = $1";
        fixture.clinic.count(sql, "payment-cancelled").await == 0
    })
    .await;
    assert_eq!(fixture.amounts(&nothing).await, (FEE, 0));
    assert!(fixture.refund_grounds(&nothing).await.is_empty());
    fixture.close().await;
}

#[tokio::test]
async fn a_visit_cancelled_by_its_doctor_is_refunded_in_full() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.paid(&asha, 0).await;
    let doctor = fixture.long_lived(&Principal::doctor(fixture.clinic.doctor));
    cancel_for(&doctor, &booked, "DOCTOR").await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    assert_eq!(
        fixture.refund_grounds(&checkout).await,
        ["CANCELLED_BY_CLINIC"]
    );
    fixture.close().await;
}

/// At midnight by the test's clock, three and a half hours before the visit.
#[tokio::test]
async fn a_visit_moved_too_late_and_cancelled_early_is_not_refunded() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.paid(&asha, 0).await;
    let start = slot(0) + TimeDelta::days(7);
    let moved = asha.post(&booked.appointment("reschedule"), &json!({"start": start}));
    moved.expect(200).await;
    cancel(&asha, &booked).await;
    crate::support::eventually("the timer of the payment has run", async || {
        let sql = "select count(*) from timers where kind = $1";
        fixture.clinic.count(sql, "payment-cancelled").await == 0
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    assert!(fixture.refund_grounds(&checkout).await.is_empty());
    fixture.close().await;
}

#[tokio::test]
async fn the_desk_says_on_whose_behalf_it_cancels() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let desk = fixture.admin();
    let (later, half) = fixture.paid(&asha, 20).await;
    let (other, all) = fixture.paid(&ravi, 0).await;
    let path = later.appointment("cancel");
    let silent = desk.post(&path, &json!({"reason": "She rang"}));
    silent.expect(422).await.is("party-not-named");
    for party in ["DOCTOR", "CLINIC"] {
        let own = asha.post(&path, &json!({"onBehalfOf": party}));
        own.expect(403).await.is("forbidden");
    }
    cancel_for(&desk, &later, "PATIENT").await;
    cancel_for(&desk, &other, "CLINIC").await;
    fixture.wait_for_amounts(&half, FEE, FEE / 2).await;
    fixture.wait_for_amounts(&all, FEE, FEE).await;
    assert_eq!(
        fixture.refund_grounds(&half).await,
        ["CANCELLED_BY_PATIENT"]
    );
    fixture.close().await;
}

fn preview(booked: &Reply, query: &str) -> String {
    booked.appointment(&format!("refund-preview{query}"))
}

fn inr(amount: i64) -> Value {
    json!({"amount": amount, "currency": "INR"})
}

/// At midnight by the test's clock, eight and a half hours before the visit.
#[tokio::test]
async fn a_preview_shows_the_refund_that_follows() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.paid(&asha, 20).await;
    let own = asha.get(&preview(&booked, "")).expect(200).await;
    let kept = json!([{"reason": "REFUND_POLICY", "amount": inr(FEE / 2)}]);
    assert_eq!(own.body["onBehalfOf"], "PATIENT");
    assert_eq!(own.body["refund"], inr(FEE / 2));
    assert_eq!(own.body["percent"], 50);
    assert_eq!(own.body["decidedBy"], "CANCELLATION");
    assert_eq!(own.body["startThen"], json!(slot(20)));
    assert_eq!(
        own.body["holdsUntil"],
        json!(slot(20) - TimeDelta::hours(4))
    );
    assert_eq!(own.body["notRefunded"], kept);
    let clinic = preview(&booked, "?onBehalfOf=CLINIC");
    let clinic = fixture.admin().get(&clinic).expect(200).await;
    assert_eq!(clinic.body["refund"], inr(FEE));
    assert_eq!(clinic.body["decidedBy"], "CANCELLED_BY_CLINIC");
    assert_eq!(clinic.body["notRefunded"], json!([]));
    assert_eq!(clinic.body.get("holdsUntil"), None);
    cancel(&asha, &booked).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE / 2).await;
    let over = asha.get(&preview(&booked, "")).expect(409).await;
    over.is("appointment-already-ended");
    fixture.close().await;
}

#[tokio::test]
async fn a_preview_is_refused_as_the_cancellation_would_be() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let (booked, _) = fixture.book(&asha, 0).await;
    let unpaid = asha.get(&preview(&booked, "")).expect(200).await;
    assert_eq!(unpaid.body["refund"], inr(0));
    let fee = json!([{"reason": "UNPAID", "amount": inr(FEE)}]);
    assert_eq!(unpaid.body["notRefunded"], fee);
    let stranger = ravi.get(&preview(&booked, "")).expect(404).await;
    stranger.is("not-found");
    let silent = fixture.admin().get(&preview(&booked, "")).expect(422).await;
    silent.is("party-not-named");
    let clinic = asha.get(&preview(&booked, "?onBehalfOf=CLINIC"));
    clinic.expect(403).await.is("forbidden");
    let unknown = asha.get(&preview(&booked, "?onBehalfOf=FRIEND"));
    unknown.expect(400).await.is("malformed");
    fixture.close().await;
}

#[tokio::test]
async fn a_payment_for_a_cancelled_visit_is_refunded_in_full() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    cancel(&asha, &booked).await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    assert_eq!(
        fixture.refund_grounds(&checkout).await,
        ["CANCELLED_BEFORE_PAID"]
    );
    fixture.wait_for_status(&asha, &booked, "CANCELLED").await;
    fixture.close().await;
}

#[tokio::test]
async fn an_authorised_payment_of_a_cancelled_visit_is_not_captured() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    cancel(&asha, &booked).await;
    let authorised = json!({"outcome": "authorized", "webhook": {"drop": true}});
    let proof = fixture.attempt(&checkout, authorised).await;
    fixture.verify(&asha, &checkout, &proof).await;
    crate::support::eventually("the timer has run", async || {
        fixture.count_events(&checkout, "payment.authorised").await == 1 && {
            let sql = "select count(*) from timers where kind = $1";
            fixture.clinic.count(sql, "payment-capture").await == 0
        }
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (0, 0));
    fixture.close().await;
}
