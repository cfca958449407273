//! A visit is confirmed by money.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::Somebody;

use super::till::{FEE, Till};
use crate::support::now;

#[tokio::test]
async fn a_visit_that_is_paid_for_in_time_is_confirmed_at_once() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    assert_eq!(
        checkout.body["amount"],
        json!({"amount": FEE, "currency": "INR"})
    );
    assert_eq!(checkout.body["expiresAt"], booked.body["holdUntil"]);
    let word = till.pay_in_silence(&checkout).await;
    let verified = till.verify(&asha, &checkout, &word).await;
    assert_eq!(verified.body["paid"], true);
    // No timer ran for it: bringing back the gateway's word settles at once.
    assert_eq!(till.clinic.events("appointment.confirmed").await, 1);
    let read = till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(read.body["paidBy"], checkout.body["paymentId"]);
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    till.close().await;
}

#[tokio::test]
async fn an_order_that_was_asked_for_under_a_key_is_paid_like_any_other() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let path = booked.appointment("payment");
    let ask = async || {
        let call = asha
            .post(&path, &json!({}))
            .key("a-key-that-nobody-else-has");
        call.expect(201).await
    };
    let checkout = ask().await;
    assert_eq!(ask().await.body, checkout.body);
    assert_eq!(till.facts(&checkout, "payment.order_created").await, 1);
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    till.close().await;
}

#[tokio::test]
async fn whoever_asks_again_gets_the_same_order_again() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let first = till.checkout(&asha, &booked).await;
    let again = till.checkout(&asha.reconnected(), &booked).await;
    assert_eq!(first.body, again.body);
    till.close().await;
}

#[tokio::test]
async fn an_attempt_that_failed_leaves_the_hold_and_the_next_one_pays() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let silent = json!({"drop": true});
    till.attempt(&checkout, json!({"outcome": "failed", "webhook": silent}))
        .await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(till.facts(&checkout, "payment.attempt_failed").await, 1);
    till.close().await;
}

#[tokio::test]
async fn what_was_only_authorised_is_captured_by_us() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let authorised = json!({"outcome": "authorized", "webhook": {"drop": true}});
    let word = till.attempt(&checkout, authorised).await;
    let verified = till.verify(&asha, &checkout, &word).await;
    assert_eq!(verified.body["paid"], false);
    till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    till.close().await;
}

#[tokio::test]
async fn money_of_which_nobody_told_is_found() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    till.pay_in_silence(&checkout).await;
    till.set(now() + TimeDelta::minutes(5));
    till.stands(&asha, &booked, "CONFIRMED").await;
    assert_eq!(till.facts(&checkout, "payment.captured").await, 1);
    till.close().await;
}

#[tokio::test]
async fn a_visit_that_the_desk_confirmed_without_money_is_paid_for_when_it_comes() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let reason = json!({"reason": "Pays at the desk"});
    let desk = till.clinic.desk();
    desk.post(&booked.appointment("confirm"), &reason)
        .expect(200)
        .await;
    let word = till.pay_in_silence(&checkout).await;
    till.verify(&asha, &checkout, &word).await;
    let path = booked.appointment("");
    crate::support::eventually("the visit is paid for", async || {
        asha.get(&path).send().await.body["paidBy"] == checkout.body["paymentId"]
    })
    .await;
    assert_eq!(till.books(&checkout).await, (FEE, 0));
    let again = booked.appointment("payment");
    let refused = asha.post(&again, &json!({})).expect(409).await;
    refused.is("already-paid");
    till.close().await;
}

#[tokio::test]
async fn only_the_gateways_word_on_our_own_order_is_taken() {
    let till = Till::open().await;
    let (asha, ravi) = (till.patient(), till.patient());
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let other = till.clinic.book(&ravi, 1).expect(201).await;
    let others = till.checkout(&ravi, &other).await;
    let theirs = till.pay_in_silence(&others).await;

    let refused = till.verifying(&asha, &checkout, &theirs, 422).await;
    refused.is("signature-not-genuine");
    let mut relabelled = theirs.clone();
    relabelled["razorpay_order_id"] = checkout.body["orderId"].clone();
    let refused = till.verifying(&asha, &checkout, &relabelled, 422).await;
    refused.is("signature-not-genuine");
    let mut forged = theirs;
    forged["razorpay_signature"] = "0".repeat(64).into();
    let refused = till.verifying(&ravi, &others, &forged, 422).await;
    refused.is("signature-not-genuine");
    assert_eq!(till.facts(&checkout, "payment.captured").await, 0);
    till.close().await;
}

#[tokio::test]
async fn strangers_pay_for_nothing_and_doctors_have_nothing_to_do_with_money() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let checkout = till.checkout(&asha, &booked).await;
    let path = booked.appointment("payment");
    let stranger = till.patient();
    stranger.post(&path, &json!({})).expect(404).await;
    let doctor = till.lasting(&Somebody::doctor(till.clinic.doctor));
    doctor.post(&path, &json!({})).expect(403).await;
    let word = till.pay_in_silence(&checkout).await;
    till.verifying(&stranger, &checkout, &word, 404).await;
    till.close().await;
}

#[tokio::test]
async fn nobody_says_how_much_but_the_clinic() {
    let till = Till::open().await;
    let asha = till.patient();
    let booked = till.clinic.book(&asha, 0).expect(201).await;
    let own = json!({"amount": {"amount": 100, "currency": "INR"}});
    asha.post(&booked.appointment("payment"), &own)
        .expect(400)
        .await;
    till.close().await;
}
