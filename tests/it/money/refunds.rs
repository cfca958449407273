//! Refunds requested by admins, and refunds that fail at the gateway.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{FEE, Fixture};
use crate::support::{Reply, eventually};

fn refunds(checkout: &Reply) -> String {
    format!("/api/v1/payments/{}/refunds", checkout.text("paymentId"))
}

fn rupees(amount: i64) -> Value {
    json!({"amount": {"amount": amount, "currency": "INR"}})
}

/// The gateway's next refunds of the order fail.
async fn fail(fixture: &Fixture, checkout: &Reply, times: Option<u16>) {
    let path = format!("/sandbox/orders/{}/refunds", checkout.text("orderId"));
    let mut plan = json!({"outcome": "failed", "webhook": {"drop": true}});
    if let Some(times) = times {
        plan["times"] = times.into();
    }
    fixture.control(Method::PUT, &path, plan).await;
}

#[tokio::test]
async fn an_admin_refunds_parts_up_to_the_amount_paid() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    let (admin, path) = (fixture.admin(), refunds(&checkout));
    let some = admin.post(&path, &rupees(30_000)).expect(201).await;
    assert_eq!(some.body["status"], "REQUESTED");
    fixture.wait_for_amounts(&checkout, FEE, 30_000).await;
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
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_refund_repeated_with_its_key_is_made_once() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    let (admin, path) = (fixture.admin(), refunds(&checkout));
    let key = "a-refund-that-is-sent-twice";
    let first = admin.post(&path, &rupees(100)).key(key).expect(201).await;
    let again = admin.post(&path, &rupees(100)).key(key).expect(201).await;
    assert_eq!(first.body["id"], again.body["id"]);
    fixture.wait_for_amounts(&checkout, FEE, 100).await;
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.refund_requested")
            .await,
        1
    );
    fixture.close().await;
}

#[tokio::test]
async fn only_admins_of_the_clinic_request_refunds() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    let path = refunds(&checkout);
    asha.post(&path, &json!({})).expect(403).await;
    fixture
        .clinic
        .desk()
        .post(&path, &json!({}))
        .expect(403)
        .await;
    fixture.close().await;
}

#[tokio::test]
async fn a_failed_refund_is_retried_a_minute_later() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    fail(&fixture, &checkout, Some(1)).await;
    let asked = fixture.admin().post(&refunds(&checkout), &json!({}));
    asked.expect(201).await;
    // It fails at the gateway, without a webhook.
    eventually("it has failed", async || {
        fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::seconds(1));
        fixture
            .count_events(&checkout, "payment.refund_failed")
            .await
            == 1
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 0));
    fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::minutes(1));
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    fixture.close().await;
}

#[tokio::test]
async fn a_refund_that_keeps_failing_waits_for_an_admin() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    fail(&fixture, &checkout, None).await;
    let (admin, path) = (fixture.admin(), refunds(&checkout));
    let asked = admin.post(&path, &json!({})).expect(201).await;
    for failed in 1..=5_i64 {
        eventually("it has failed once more", async || {
            fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::minutes(5));
            fixture
                .count_events(&checkout, "payment.refund_failed")
                .await
                == failed
        })
        .await;
    }
    let again = format!("{path}/{}/retry", asked.text("id"));
    let path = format!("/sandbox/orders/{}/refunds", checkout.text("orderId"));
    let well = json!({"outcome": "processed", "webhook": {"drop": true}});
    fixture.control(Method::PUT, &path, well).await;
    // The first token has expired by now.
    let admin = fixture.clinic.client(&tests::app::Principal::admin());
    admin.post(&again, &json!({})).expect(200).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    let refused = admin.post(&again, &json!({})).expect(409).await;
    refused.is("refund-not-failed");
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.refund_failed")
            .await,
        5
    );
    fixture.close().await;
}

#[tokio::test]
async fn a_refund_whose_response_was_lost_is_made_once() {
    let fixture = Fixture::open().await;
    let asha = fixture.patient();
    let (_, checkout) = fixture.paid(&asha, 0).await;
    let lost = json!({"failNext": 8, "status": 500, "afterEffect": true});
    fixture.control(Method::PUT, "/sandbox/faults", lost).await;
    let asked = fixture.admin().post(&refunds(&checkout), &rupees(30_000));
    asked.expect(201).await;
    eventually("the refund is recorded", async || {
        fixture.set_clock(fixture.clinic.site.clock_now() + TimeDelta::seconds(1));
        fixture.count_events(&checkout, "payment.refunded").await == 1
    })
    .await;
    assert_eq!(fixture.amounts(&checkout).await, (FEE, 30_000));
    fixture.close().await;
}
