//! Visits that were booked for an emergency, and their bill.

use chrono::TimeDelta;
use domain::ClinicScope;
use serde_json::json;
use tests::app::Principal;

use super::fixture::{FEE, Fixture};
use crate::support::{Client, Reply, all_read, eventually, now, slot};

/// A clinic that takes bookings for emergencies.
async fn open() -> Fixture {
    let fixture = Fixture::open().await;
    let clinic = &fixture.clinic;
    let path = format!("/api/v1/clinics/{}/booking-settings", clinic.facts.clinic);
    let settings = json!({"emergencies": true, "maxOpenEmergencies": 5});
    let set = fixture.admin().put(&path, &settings);
    set.header("If-Match", "\"1\"").expect(200).await;
    all_read(clinic.anonymous()).await;
    fixture
}

async fn book(fixture: &Fixture, who: &Client) -> Reply {
    let clinic = fixture.clinic.facts.clinic;
    let request = json!({"clinicId": clinic, "specialisation": "cardiology"});
    let path = "/api/v1/appointments/emergency";
    who.post(path, &request).expect(201).await
}

#[tokio::test]
async fn the_bill_is_paid_after_the_visit() {
    let fixture = open().await;
    let asha = fixture.patient();
    let booked = book(&fixture, &asha).await;
    let checkout = fixture.checkout(&asha, &booked).await;
    assert_eq!(checkout.body["expiresAt"], booked.body["payBy"]);
    // The gateway is asked about it, and then seldom: a bill may stay open for weeks.
    fixture.set_clock(now() + TimeDelta::minutes(6));
    eventually("the gateway is asked hours later", async || {
        let sql = "select count(*) from timers where kind = $1 and due_at > '2026-12-01T05:00:00Z'";
        fixture.clinic.count(sql, "payment-reconcile").await == 1
    })
    .await;
    // A day after the visit, with the same order.
    fixture.set_clock(slot(0) + TimeDelta::days(1));
    let again = fixture.checkout(&asha, &booked).await;
    assert_eq!(again.body["orderId"], checkout.body["orderId"]);
    fixture.pay(&asha, &checkout).await;
    let path = booked.appointment("");
    eventually("the visit is paid", async || {
        let read = asha.get(&path).send().await;
        read.body.get("paidBy") == checkout.body.get("paymentId")
    })
    .await;
    let read = asha.get(&path).expect(200).await;
    assert_eq!(read.body["status"], "CONFIRMED");
    assert_eq!(read.body.get("payBy"), None);
    let twice = asha.post(&booked.appointment("payment"), &json!({}));
    twice.expect(409).await.is("already-paid");
    fixture.close().await;
}

#[tokio::test]
async fn money_for_a_cancelled_emergency_is_refunded_in_full() {
    let fixture = open().await;
    let asha = fixture.patient();
    let booked = book(&fixture, &asha).await;
    let checkout = fixture.checkout(&asha, &booked).await;
    let preview = asha.get(&booked.appointment("refund-preview"));
    let preview = preview.expect(200).await;
    assert_eq!(preview.body["notRefunded"][0]["reason"], "UNPAID");
    let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    let late = asha.post(&booked.appointment("payment"), &json!({}));
    late.expect(409).await.is("not-awaiting-payment");
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_amounts(&checkout, FEE, FEE).await;
    assert_eq!(
        fixture.refund_grounds(&checkout).await,
        ["CANCELLED_BEFORE_PAID"]
    );
    fixture.close().await;
}

#[tokio::test]
async fn a_no_show_owes_the_fee_until_the_bill_is_overdue() {
    let fixture = open().await;
    let (asha, ravi) = (fixture.patient(), fixture.patient());
    let (missed, other) = (book(&fixture, &asha).await, book(&fixture, &ravi).await);
    fixture.set_clock(slot(2));
    for booked in [&missed, &other] {
        let path = booked.appointment("no-show");
        fixture.desk().post(&path, &json!({})).expect(200).await;
    }
    let checkout = fixture.checkout(&asha, &missed).await;
    fixture.pay(&asha, &checkout).await;
    fixture.wait_for_amounts(&checkout, FEE, 0).await;
    assert_eq!(
        fixture
            .count_events(&checkout, "payment.refund_requested")
            .await,
        0
    );
    let overdue = slot(2) + TimeDelta::days(31);
    fixture.set_clock(overdue);
    let desk = Principal::receptionist(ClinicScope::All);
    let token = fixture.clinic.site.token(&desk).unwrap();
    let desk = fixture.clinic.anonymous().with_token(token);
    let overdue = desk.post(&other.appointment("payment"), &json!({}));
    overdue.expect(409).await.is("bill-overdue");
    fixture.close().await;
}

#[tokio::test]
async fn a_patient_pays_before_moving_an_emergency() {
    let fixture = open().await;
    let asha = fixture.patient();
    let booked = book(&fixture, &asha).await;
    let path = booked.appointment("reschedule");
    let to = |days| json!({"start": slot(0) + TimeDelta::days(days)});
    asha.post(&path, &to(1))
        .expect(409)
        .await
        .is("emergency-unpaid");
    fixture.desk().post(&path, &to(1)).expect(200).await;
    let checkout = fixture.checkout(&asha, &booked).await;
    fixture.pay(&asha, &checkout).await;
    eventually("the visit is paid", async || {
        fixture.clinic.events("appointment.fee_paid").await == 1
    })
    .await;
    asha.post(&path, &to(2)).expect(200).await;
    fixture.close().await;
}
