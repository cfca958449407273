//! Clinics, their doctors, and when these are free.

use serde_json::json;
use tests::app::Principal;

use super::schedule::free;
use crate::support::{Client, Clinic, Reply, slot};

#[tokio::test]
async fn a_booked_slot_is_not_offered_until_it_is_cancelled() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 3).expect(201).await;
    let offered = free(&clinic, &booked).await;
    assert_eq!(offered.len(), 31);
    assert!(!offered.contains(&slot(3)));
    let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
    let cancelled = cancel.expect(200).await;
    let offered = free(&clinic, &cancelled).await;
    assert_eq!(offered, (0..32).map(slot).collect::<Vec<_>>());
    clinic.close().await;
}

#[tokio::test]
async fn every_offered_slot_can_be_booked_and_no_other() {
    let clinic = Clinic::open().await;
    let first = clinic.book(&clinic.patient(), 0).expect(201).await;
    let offered = free(&clinic, &first).await;
    for number in -1..33 {
        let status = if offered.contains(&slot(number)) {
            201
        } else {
            409
        };
        let answer = clinic.book(&clinic.patient(), number).send().await;
        let outside = !(0..32).contains(&number) && answer.status == 422;
        assert!(
            answer.status == status || outside,
            "{number}: {}",
            answer.body
        );
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_slot_whose_hold_has_ended_is_offered_again() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    clinic
        .site
        .clock
        .set(booked.text("holdUntil").parse().unwrap());
    assert_eq!(free(&clinic, &booked).await.len(), 32);
    clinic.close().await;
}

/// An admin opens a clinic, registers a doctor and lets them be booked, all over HTTP.
async fn doctor_from_scratch(admin: &Client) -> (Reply, Reply, Reply) {
    let lakeside = json!({
        "name": "Lakeside", "city": "Pune", "timeZone": "Asia/Kolkata", "currency": "INR",
    });
    let lakeside = admin.post("/api/v1/clinics", &lakeside).expect(201).await;
    let meera = json!({
        "name": "Meera Iyer",
        "specialisations": ["cardiology"],
        "languages": ["en"],
        "email": "meera@example.org",
    });
    let meera = admin.post("/api/v1/doctors", &meera).expect(201).await;
    let path = format!("/api/v1/doctors/{}", meera.id());
    let terms = json!({
        "clinicId": lakeside.body["id"],
        "fee": {"amount": 50_000, "currency": "INR"},
        "slotMinutes": 30,
    });
    let terms = admin
        .post(&format!("{path}/affiliations"), &terms)
        .expect(200)
        .await;
    let hours = json!({"weeklyHours": [{"day": "tuesday", "from": "09:00", "to": "10:00"}]});
    let hours_path = format!("{path}/affiliations/{}/hours", lakeside.id());
    let hours = admin
        .put(&hours_path, &hours)
        .header("If-Match", terms.header("etag"));
    hours.expect(200).await;
    let verify = admin.call(reqwest::Method::POST, &format!("{path}/verify"));
    (lakeside, meera, verify.expect(200).await)
}

#[tokio::test]
async fn a_doctor_who_was_registered_over_http_can_be_found_and_booked() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let (lakeside, meera, verified) = doctor_from_scratch(&admin).await;
    let found = clinic
        .settled(async || {
            let path = format!("/api/v1/doctors?clinicId={}", lakeside.id());
            clinic.anonymous().get(&path).after(&verified)
        })
        .await;
    assert_eq!(found.body["items"][0]["id"], meera.body["id"]);
    let mut request = clinic.booking_request(slot(1));
    request["clinicId"] = lakeside.body["id"].clone();
    request["doctorId"] = meera.body["id"].clone();
    let asha = clinic.patient();
    let off_grid = asha
        .post("/api/v1/appointments", &request)
        .expect(422)
        .await;
    off_grid.is("slot-off-grid");
    request["start"] = json!(slot(2));
    let booked = asha
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    assert_eq!(booked.body["slot"]["end"], json!(slot(4)));
    clinic.close().await;
}

#[tokio::test]
async fn the_doctors_day_sheet_shows_a_booking_with_the_patients_name() {
    let clinic = Clinic::open().await;
    let patient = clinic.world.patient().await.unwrap();
    let asha = clinic.client(&Principal::patient(patient));
    let booked = clinic.book(&asha, 0).expect(201).await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let path = format!(
        "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
        clinic.doctor
    );
    let sheet = clinic
        .settled(async || doctor.get(&path).after(&booked))
        .await;
    assert_eq!(sheet.body["entries"][0]["patientName"], "Asha Rao");
    asha.get(&path).expect(403).await;
    let colleague = Principal::doctor(domain::DoctorId::from_uuid(uuid::Uuid::from_u128(3)));
    clinic.client(&colleague).get(&path).expect(404).await;
    clinic.close().await;
}
