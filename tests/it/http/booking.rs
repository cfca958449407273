//! Rules of booking a slot.

use chrono::TimeDelta;
use domain::Currency;
use domain::PatientId;
use serde_json::json;
use tests::world::Terms;

use crate::support::{Clinic, now, slot};

const APPOINTMENTS: &str = "/api/v1/appointments";

#[tokio::test]
async fn a_free_slot_is_booked_and_held_for_a_payment() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    assert_eq!(booked.body["status"], "BOOKED");
    assert_eq!(booked.text("holdUntil"), "2026-12-01T00:15:00Z");
    assert_eq!(
        booked.body["slot"],
        json!({"start": "2026-12-01T03:30:00Z", "end": "2026-12-01T03:45:00Z"})
    );
    assert_eq!(booked.header("location"), booked.appointment(""));
    assert_eq!(booked.header("etag"), "\"1\"");
    let read = clinic.read(&asha, &booked).await;
    assert_eq!(
        read.body["fee"],
        json!({"amount": 80000, "currency": "INR"})
    );
    clinic.close().await;
}

#[tokio::test]
async fn a_taken_slot_cannot_be_booked_twice() {
    let clinic = Clinic::open().await;
    clinic.book(&clinic.patient(), 0).expect(201).await;
    let refused = clinic.book(&clinic.patient(), 0).expect(409).await;
    refused.is("slot-already-taken");
    assert_eq!(clinic.events("appointment.booked").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_patient_cannot_book_two_visits_at_the_same_time() {
    let clinic = Clinic::open().await;
    let other_doctor = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let asha = clinic.patient();
    clinic.book(&asha, 0).expect(201).await;
    let mut request = clinic.booking_request(slot(0));
    request["doctorId"] = json!(other_doctor.unwrap());
    let refused = asha.post(APPOINTMENTS, &request).expect(409).await;
    refused.is("patient-already-booked");
    clinic.close().await;
}

#[tokio::test]
async fn a_slot_that_is_not_offered_cannot_be_booked() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    for (start, slug) in [
        (slot(0) - TimeDelta::days(1), "slot-in-past"),
        (now(), "slot-in-past"),
        (slot(-1), "slot-outside-hours"),
        (slot(32), "slot-outside-hours"),
        (slot(0) + TimeDelta::minutes(5), "slot-off-grid"),
        (slot(0) + TimeDelta::seconds(1), "slot-off-grid"),
        (slot(0) + TimeDelta::days(90), "slot-beyond-horizon"),
    ] {
        let refused = asha
            .post(APPOINTMENTS, &clinic.booking_request(start))
            .expect(422);
        refused.await.is(slug);
    }
    assert_eq!(clinic.events("appointment.booked").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn the_last_slot_before_the_horizon_can_be_booked() {
    let clinic = Clinic::open().await;
    let last = slot(31) + TimeDelta::days(89);
    let asha = clinic.patient();
    asha.post(APPOINTMENTS, &clinic.booking_request(last))
        .expect(201)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn an_unverified_doctor_cannot_be_booked() {
    let terms = Terms {
        verified: false,
        ..Terms::default()
    };
    let clinic = Clinic::with(terms).await;
    let refused = clinic.book(&clinic.patient(), 0).expect(422).await;
    refused.is("doctor-not-verified");
    clinic.close().await;
}

#[tokio::test]
async fn a_doctor_cannot_be_booked_at_a_clinic_where_they_do_not_work() {
    let clinic = Clinic::open().await;
    let inr = Currency::Inr;
    let elsewhere = clinic.world.clinic("Asia/Kolkata", inr).await.unwrap();
    let mut request = clinic.booking_request(slot(0));
    request["clinicId"] = json!(elsewhere.clinic);
    let refused = clinic
        .patient()
        .post(APPOINTMENTS, &request)
        .expect(422)
        .await;
    refused.is("doctor-not-at-clinic");
    clinic.close().await;
}

#[tokio::test]
async fn unknown_doctors_clinics_and_patients_are_not_found() {
    let clinic = Clinic::open().await;
    let unknown = PatientId::from_uuid(uuid::Uuid::from_u128(1));
    let desk = clinic.desk();
    let asha = clinic.patient();
    for (who, field) in [
        (&asha, "doctorId"),
        (&asha, "clinicId"),
        (&asha, "patientId"),
        (&desk, "patientId"),
    ] {
        let mut request = clinic.booking_request(slot(0));
        request[field] = json!(unknown);
        who.post(APPOINTMENTS, &request)
            .expect(404)
            .await
            .is("not-found");
    }
    clinic.close().await;
}

#[tokio::test]
async fn the_front_desk_must_name_the_patient() {
    let clinic = Clinic::open().await;
    let (desk, asha) = (clinic.desk(), clinic.world.patient().await.unwrap());
    let unsaid = clinic.book(&desk, 0).expect(422).await;
    unsaid.points_at("/patientId");
    let mut request = clinic.booking_request(slot(0));
    request["patientId"] = json!(asha);
    let booked = desk.post(APPOINTMENTS, &request).expect(201).await;
    assert_eq!(booked.body["patientId"], json!(asha));
    let elsewhere = clinic.other_desk().post(APPOINTMENTS, &request).expect(404);
    elsewhere.await.is("not-found");
    clinic.close().await;
}
