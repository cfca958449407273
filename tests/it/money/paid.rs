//! Visits confirmed by a payment.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::Principal;

use super::fixture::{FEE, Fixture};
use crate::support::now;

#[tokio::test]
async fn a_visit_paid_in_time_is_confirmed_at_once() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    assert_eq!(
        checkout.body["amount"],
        json!({"amount": FEE, "currency": "INR"})
    );
    assert_eq!(checkout.body["expiresAt"], booked.body["holdUntil"]);
    let page = format!("/sandbox/checkout/{}", checkout.text("orderId"));
    assert_eq!(checkout.body["checkoutUrl"], page);
    assert_eq!(checkout.body["checkoutScriptUrl"], "/sandbox/checkout.js");
    for path in [&*page, "/sandbox/checkout.js"] {
        let url = fixture.clinic.url(path);
        let shown = crate::support::http().get(url).send().await.unwrap();
        assert_eq!(shown.status().as_u16(), 200, "{path}");
    }
    let proof = fixture.pay_without_webhook(&checkout).await;
    let verified = fixture.verify(&asha, &checkout, &proof).await;
    assert_eq!(verified.body["paid"], true);
    // No timer ran for it: verifying the signature settles the payment at once.
    assert_eq!(fixture.clinic.events("appointment.confirmed").await, 1);
    let read = fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(read.body["paidBy"], checkout.body["paymentId"]);
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}

#[tokio::test]
async fn an_order_created_with_an_idempotency_key_can_be_paid() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let booked = fixture.clinic.book(&asha, 0).expect(201).await;
    let path = booked.appointment("payment");
    let ask = async || {
        let call = asha.post(&path, &json!({})).key("a-key-of-this-checkout");
        call.expect(201).await
    };
    let checkout = ask().await;
    assert_eq!(ask().await.body, checkout.body);
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.order_created")
            .await,
        1
    );
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    fixture.close().await;
}

#[tokio::test]
async fn a_repeated_checkout_returns_the_same_order() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, first) = fixture.book(&asha, 0).await;
    let again = fixture.checkout(&asha, &booked).await;
    assert_eq!(first.body, again.body);
    fixture.close().await;
}

#[tokio::test]
async fn a_failed_attempt_keeps_the_hold_and_the_next_attempt_pays() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let silent = json!({"drop": true});
    fixture
        .attempt(&checkout, json!({"outcome": "failed", "webhook": silent}))
        .await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.attempt_failed")
            .await,
        1
    );
    fixture.close().await;
}

#[tokio::test]
async fn an_authorised_payment_is_captured() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let authorised = json!({"outcome": "authorized", "webhook": {"drop": true}});
    let proof = fixture.attempt(&checkout, authorised).await;
    let verified = fixture.verify(&asha, &checkout, &proof).await;
    assert_eq!(verified.body["paid"], false);
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.close().await;
}

#[tokio::test]
async fn a_capture_without_a_webhook_is_found() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    fixture.pay_without_webhook(&checkout).await;
    fixture.set_clock(now() + TimeDelta::minutes(5));
    fixture.wait_for_status(&asha, &booked, "CONFIRMED").await;
    assert_eq!(fixture.count_events(&checkout, "payment.captured").await, 1);
    fixture.close().await;
}

#[tokio::test]
async fn a_visit_confirmed_by_the_desk_can_still_be_paid() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let reason = json!({"reason": "Pays at the desk"});
    let desk = fixture.clinic.desk();
    desk.post(&booked.appointment("confirm"), &reason)
        .expect(200)
        .await;
    fixture.pay(&asha, &checkout).await;
    let path = booked.appointment("");
    crate::support::eventually("the visit is paid for", async || {
        asha.get(&path).send().await.body["paidBy"] == checkout.body["paymentId"]
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    let again = booked.appointment("payment");
    let refused = asha.post(&again, &json!({})).expect(409).await;
    refused.is("already-paid");
    fixture.close().await;
}

#[tokio::test]
async fn only_a_signature_over_the_payments_own_order_is_accepted() {
    let fixture = Fixture::open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let (_, checkout) = fixture.book(&asha, 0).await;
    let (_, others) = fixture.book(&ravi, 1).await;
    let theirs = fixture.pay_without_webhook(&others).await;

    let refused = fixture
        .verify_expecting(&asha, &checkout, &theirs, 422)
        .await;
    refused.is("signature-not-genuine");
    let mut relabelled = theirs.clone();
    relabelled["razorpay_order_id"] = checkout.body["orderId"].clone();
    let refused = fixture
        .verify_expecting(&asha, &checkout, &relabelled, 422)
        .await;
    refused.is("signature-not-genuine");
    let mut forged = theirs;
    forged["razorpay_signature"] = "0".repeat(64).into();
    let refused = fixture.verify_expecting(&ravi, &others, &forged, 422).await;
    refused.is("signature-not-genuine");
    assert_eq!(fixture.count_events(&checkout, "payment.captured").await, 0);
    fixture.close().await;
}

#[tokio::test]
async fn unrelated_patients_and_doctors_cannot_open_a_checkout() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (booked, checkout) = fixture.book(&asha, 0).await;
    let path = booked.appointment("payment");
    let stranger = fixture.patient();
    stranger.post(&path, &json!({})).expect(404).await;
    let doctor = fixture.long_lived(&Principal::doctor(fixture.clinic.doctor));
    doctor.post(&path, &json!({})).expect(403).await;
    let proof = fixture.pay_without_webhook(&checkout).await;
    fixture
        .verify_expecting(&stranger, &checkout, &proof, 404)
        .await;
    fixture.close().await;
}

#[tokio::test]
async fn a_checkout_request_cannot_set_the_amount() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let booked = fixture.clinic.book(&asha, 0).expect(201).await;
    let own = json!({"amount": {"amount": 100, "currency": "INR"}});
    asha.post(&booked.appointment("payment"), &own)
        .expect(400)
        .await;
    fixture.close().await;
}
