//! Visits that are called off before or after they were paid for.

use serde_json::json;
use tests::app::Somebody;

use super::till::{FEE, Till};
use crate::support::{Client, Reply};

async fn paid(till: &Till, who: &Client, number: i32) -> (Reply, Reply) {
    let booked = till.clinic.book(who, number).expect(201).await;
    let checkout = till.checkout(who, &booked).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(who, &checkout, &word).await;
    till.stands(who, &booked, "CONFIRMED").await;
    (booked, checkout)
}

async fn cancel(who: &Client, booked: &Reply) {
    let path = booked.appointment("cancel");
    who.post(&path, &json!({})).expect(200).await;
}

#[tokio::test]
async fn a_patient_who_cancels_gets_back_what_the_table_says() {
    let till = Till::open().await;
    let (asha, ravi) = (till.patient(), till.patient());
    // At midnight by the test's clock: eight and a half hours before, and three and a half.
    let (later, half) = paid(&till, &asha, 20).await;
    let (sooner, nothing) = paid(&till, &ravi, 0).await;
    cancel(&asha, &later).await;
    cancel(&ravi, &sooner).await;
    till.books_say(&half, (FEE, FEE / 2)).await;
    assert_eq!(till.grounds(&half).await, ["CANCELLED_BY_PATIENT"]);
    crate::support::eventually("the other one was looked at", async || {
        let sql = "select count(*) from timers where kind = $1";
        till.clinic.count(sql, "payment-cancelled").await == 0
    })
    .await;
    assert_eq!(till.books(&nothing).await, (FEE, 0));
    assert!(till.grounds(&nothing).await.is_empty());
    till.close().await;
}

#[tokio::test]
async fn a_doctor_who_cancels_gives_back_all_of_it() {
    let till = Till::open().await;
    let asha = till.patient();
    let (booked, checkout) = paid(&till, &asha, 0).await;
    let doctor = till.lasting(&Somebody::doctor(till.clinic.doctor));
    cancel(&doctor, &booked).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    assert_eq!(till.grounds(&checkout).await, ["CANCELLED_BY_CLINIC"]);
    till.close().await;
}

#[tokio::test]
async fn money_for_a_visit_that_was_called_off_before_it_came_goes_back_whole() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    cancel(&asha, &booked).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.books_say(&checkout, (FEE, FEE)).await;
    assert_eq!(till.grounds(&checkout).await, ["CANCELLED_BEFORE_PAID"]);
    till.stands(&asha, &booked, "CANCELLED").await;
    till.close().await;
}

#[tokio::test]
async fn what_was_authorised_for_a_visit_that_is_off_is_left_alone() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    cancel(&asha, &booked).await;
    let authorised = json!({"outcome": "authorized", "webhook": {"drop": true}});
    let word = till.attempt(&checkout, authorised).await;
    till.verify(&asha, &checkout, &word).await;
    crate::support::eventually("it was looked at", async || {
        till.facts(&checkout, "payment.authorised").await == 1 && {
            let sql = "select count(*) from timers where kind = $1";
            till.clinic.count(sql, "payment-capture").await == 0
        }
    })
    .await;
    assert_eq!(till.books(&checkout).await, (0, 0));
    till.close().await;
}
