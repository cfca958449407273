//! Payments captured after the hold has ended.

use chrono::TimeDelta;
use serde_json::json;

use super::fixture::{FEE, Fixture};
use crate::support::{eventually, slot};

#[tokio::test]
async fn a_late_payment_reinstates_the_visit_if_the_slot_is_free() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let (booked, checkout) = fixture.book(&asha, 0).await;
    fixture.expire_hold(&booked).await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(fixture.clinic.events("appointment.reinstated").await, 1);
    let taken = fixture.clinic.book(&ravi, 0).expect(409).await;
    taken.is("slot-already-taken");
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}

#[tokio::test]
async fn a_late_payment_is_refunded_if_the_slot_is_taken() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let (booked, checkout) = fixture.book(&asha, 0).await;
    fixture.expire_hold(&booked).await;
    fixture.clinic.book(&ravi, 0).expect(201).await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    assert_eq!(fixture.refund_grounds(&checkout).await, ["SLOT_TAKEN"]);
    fixture.wait_for_status(&asha, &booked, "EXPIRED").await;
    fixture.close().await;
}

#[tokio::test]
async fn a_payment_after_the_start_of_the_visit_is_refunded() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    fixture.expire_hold(&booked).await;
    fixture.set_clock(slot(0));
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    assert_eq!(fixture.refund_grounds(&checkout).await, ["TOO_LATE"]);
    fixture.close().await;
}

#[tokio::test]
async fn a_payment_expires_an_overdue_hold_first() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    eventually("the hold has a timer", async || {
        let sql = "update timers set taken_until = 'infinity' where kind = 'hold'";
        let updated = sqlx::query(sql).execute(&fixture.clinic.pool).await;
        updated.unwrap().rows_affected() > 0
    })
    .await;
    let end: chrono::DateTime<chrono::Utc> = booked.text("holdUntil").parse().unwrap();
    fixture.set_clock(end + TimeDelta::seconds(1));
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(fixture.clinic.events("appointment.hold_expired").await, 1);
    assert_eq!(fixture.clinic.events("appointment.reinstated").await, 1);
    fixture.close().await;
}

#[tokio::test]
async fn an_expired_hold_gets_no_checkout() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let booked = fixture.clinic.book(&asha, 0).expect(201).await;
    fixture.expire_hold(&booked).await;
    let path = booked.appointment("payment");
    let refused = asha.post(&path, &json!({})).expect(409).await;
    refused.is("not-awaiting-payment");
    fixture.close().await;
}

#[tokio::test]
async fn a_failed_attempt_captured_days_later_is_found_and_refunded() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let late = json!({"outcome": "late_capture", "lateMs": 0, "webhook": {"drop": true}});
    fixture.attempt(&checkout, late).await;
    fixture.expire_hold(&booked).await;
    eventually("the gateway has captured it", async || {
        fixture.amounts(&checkout).await == (FEE, 0)
    })
    .await;
    fixture.set_clock(slot(0) + TimeDelta::days(2));
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    fixture.close().await;
}
