//! Money that comes after the hold has ended.

use chrono::TimeDelta;
use serde_json::json;

use super::till::{FEE, Till};
use crate::support::{eventually, slot};

#[tokio::test]
async fn late_money_gets_the_slot_back_if_it_is_free() {
    let till = Till::open().await;
    let (asha, ravi) = (till.patient(), till.patient());
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    till.hold_ends(&booked).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(till.clinic.events("appointment.reinstated").await, 1);
    let taken = till.clinic.book(&ravi, 0).expect(409).await;
    taken.is("slot-already-taken");
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    till.close().await;
}

#[tokio::test]
async fn late_money_goes_back_if_somebody_else_has_the_slot() {
    let till = Till::open().await;
    let (asha, ravi) = (till.patient(), till.patient());
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    till.hold_ends(&booked).await;
    till.clinic.book(&ravi, 0).expect(201).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    assert_eq!(till.grounds(&checkout).await, ["SLOT_TAKEN"]);
    till.stands(&asha, &booked, "EXPIRED").await;
    till.close().await;
}

#[tokio::test]
async fn money_for_a_visit_that_would_have_begun_goes_back() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    till.hold_ends(&booked).await;
    till.set(slot(0));
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    assert_eq!(till.grounds(&checkout).await, ["TOO_LATE"]);
    till.close().await;
}

#[tokio::test]
async fn a_payment_that_meets_an_overdue_hold_expires_it_first() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    eventually("the hold has a timer", async || {
        let sql = "update timers set taken_until = 'infinity' where kind = 'hold'";
        let updated = sqlx::query(sql).execute(&till.clinic.pool).await;
        updated.unwrap().rows_affected() > 0
    })
    .await;
    let end: chrono::DateTime<chrono::Utc> = booked.text("holdUntil").parse().unwrap();
    till.set(end + TimeDelta::seconds(1));
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(till.clinic.events("appointment.hold_expired").await, 1);
    assert_eq!(till.clinic.events("appointment.reinstated").await, 1);
    till.close().await;
}

#[tokio::test]
async fn nobody_is_asked_to_pay_once_the_hold_is_over() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    till.hold_ends(&booked).await;
    let path = booked.appointment("payment");
    let refused = asha.post(&path, &json!({})).expect(409).await;
    refused.is("not-awaiting-payment");
    till.close().await;
}

#[tokio::test]
async fn an_attempt_that_failed_and_comes_days_later_is_found_and_goes_back() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let late = json!({"outcome": "late_capture", "lateMs": 0, "webhook": {"drop": true}});
    till.attempt(&checkout, late).await;
    till.hold_ends(&booked).await;
    eventually("the gateway has captured it", async || {
        till.books(&checkout).await == (FEE, 0)
    })
    .await;
    till.set(slot(0) + TimeDelta::days(2));
    till.books_say(&checkout, (FEE, FEE)).await;
    till.close().await;
}
