//! A clinic's own settings for bookings.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::schedule::etag;
use crate::support::{Call, Clinic, now, slot};

async fn set(clinic: &Clinic, settings: Value) -> Call {
    let path = format!("/api/v1/clinics/{}/booking-settings", clinic.facts.clinic);
    let tag = etag(clinic, clinic.facts.clinic).await;
    clinic.admin().put(&path, &settings).header("If-Match", tag)
}

#[tokio::test]
async fn a_clinics_own_settings_count_for_later_bookings_until_they_are_left_out() {
    let clinic = Clinic::open().await;
    let held = async |number| {
        let booked = clinic.book(&clinic.patient(), number).expect(201).await;
        booked
            .text("holdUntil")
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
            - now()
    };
    assert_eq!(held(0).await, TimeDelta::minutes(15));
    let own = json!({"holdMinutes": 40, "horizonDays": 2});
    let own = set(&clinic, own).await.expect(200).await;
    assert_eq!(held(1).await, TimeDelta::minutes(40));
    let late = clinic.booking_request(slot(2) + TimeDelta::days(3));
    let late = clinic.patient().post("/api/v1/appointments", &late);
    late.expect(422).await.is("slot-beyond-horizon");
    let path = format!(
        "/api/v1/doctors/{}/availability?clinicId={}&from=2026-12-01&to=2026-12-05",
        clinic.doctor, clinic.facts.clinic
    );
    let free = clinic.settled(async || clinic.anonymous().get(&path).after(&own));
    let free = free.await.body["slots"].as_array().unwrap().last().unwrap()["start"].clone();
    assert!(free.as_str().unwrap() < "2026-12-03T00:00:01Z", "{free}");
    let shown = format!("/api/v1/clinics/{}", clinic.facts.clinic);
    let shown = clinic.anonymous().get(&shown).expect(200).await;
    assert_eq!(
        (&shown.body["holdMinutes"], &shown.body["horizonDays"]),
        (&json!(40), &json!(2))
    );

    set(&clinic, json!({})).await.expect(200).await;
    assert_eq!(held(3).await, TimeDelta::minutes(15));
    clinic.close().await;
}

#[tokio::test]
async fn settings_out_of_range_are_refused_all_at_once() {
    let clinic = Clinic::open().await;
    let wrong = json!({"holdMinutes": 0, "horizonDays": 731});
    let refused = set(&clinic, wrong).await.expect(422).await;
    let pointers = [0, 1].map(|flaw| refused.body["errors"][flaw]["pointer"].clone());
    assert_eq!(pointers, ["/holdMinutes", "/horizonDays"]);
    for malformed in [
        json!({"holdMinutes": -1}),
        json!({"holdMinutes": "15"}),
        json!({"hold": 15}),
    ] {
        set(&clinic, malformed).await.expect(400).await;
    }
    assert_eq!(clinic.events("clinic.booking_settings_set").await, 0);
    clinic.close().await;
}
