//! Steps of a visit: arrive, start, complete, no-show.

use chrono::TimeDelta;
use domain::{ClinicScope, DoctorId, PatientId};
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, slot};

const CLAIMS: &str = "select count(*) from slot_claims where kind = $1";
const VERBS: [&str; 4] = ["arrive", "start", "complete", "no-show"];

/// A clinic whose doctor asks no fee, so that what is booked is confirmed, and such a visit.
async fn confirmed() -> (Clinic, Reply) {
    let clinic = Clinic::without_fee().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    assert_eq!(booked.body["status"], "CONFIRMED");
    (clinic, booked)
}

fn doctor(clinic: &Clinic) -> Client {
    clinic.client(&Principal::doctor(clinic.doctor))
}

async fn step(who: &Client, visit: &Reply, verb: &str, body: Value, status: u16) -> Reply {
    let path = visit.appointment(verb);
    who.post(&path, &body).expect(status).await
}

fn why() -> Value {
    json!({"reason": "The doctor has no hand free"})
}

/// Body of a step; an arrival needs no reason.
fn body_of(verb: &str) -> Value {
    if verb == "arrive" { json!({}) } else { why() }
}

fn at_the_slot(clinic: &Clinic) {
    clinic.site.clock.set(slot(0));
}

#[tokio::test]
async fn a_visit_arrives_starts_and_completes() {
    let (clinic, visit) = confirmed().await;
    let arrived = step(&clinic.desk(), &visit, "arrive", json!({}), 200).await;
    assert_eq!(arrived.body["status"], "ARRIVED");
    let doctor = doctor(&clinic);
    let started = step(&doctor, &visit, "start", json!({}), 200).await;
    assert_eq!(started.body["status"], "IN_PROGRESS");
    let completed = step(&doctor, &visit, "complete", json!({}), 200).await;
    assert_eq!(completed.body["status"], "COMPLETED");
    assert_eq!(completed.header("etag"), "\"5\"");
    let read = clinic.settled(async || doctor.get(&visit.appointment("")).after(&completed));
    assert_eq!(read.await.body["status"], "COMPLETED");
    let sheet = format!(
        "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
        clinic.doctor
    );
    let sheet = clinic.settled(async || doctor.get(&sheet).after(&completed));
    assert_eq!(sheet.await.body["entries"][0]["status"], "COMPLETED");
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_keeps_its_claims_when_completed_and_releases_them_when_missed() {
    let (clinic, visit) = confirmed().await;
    let missed = clinic.book(&clinic.patient(), 1).expect(201).await;
    let (desk, doctor) = (clinic.desk(), doctor(&clinic));
    step(&desk, &visit, "arrive", json!({}), 200).await;
    step(&doctor, &visit, "start", json!({}), 200).await;
    step(&doctor, &visit, "complete", json!({}), 200).await;
    assert_eq!(clinic.count(CLAIMS, "doctor").await, 2);
    clinic.site.clock.set(slot(1));
    let noted = step(&clinic.desk(), &missed, "no-show", json!({}), 200).await;
    assert_eq!(noted.body["status"], "NO_SHOW");
    assert_eq!(clinic.count(CLAIMS, "doctor").await, 1);
    assert_eq!(clinic.count(CLAIMS, "patient").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_cancelled_after_arrival_releases_its_claims() {
    let (clinic, visit) = confirmed().await;
    let desk = clinic.desk();
    step(&desk, &visit, "arrive", json!({}), 200).await;
    let cancelled = step(
        &desk,
        &visit,
        "cancel",
        json!({"onBehalfOf": "PATIENT", "reason": "Felt faint"}),
        200,
    )
    .await;
    assert_eq!(cancelled.body["status"], "CANCELLED");
    assert_eq!(clinic.count(CLAIMS, "doctor").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_that_has_begun_can_be_followed_up() {
    let (clinic, visit) = confirmed().await;
    let asha = visit.text("patientId").parse().unwrap();
    let asha = clinic.client(&Principal::patient(PatientId::from_uuid(asha)));
    let mut request = clinic.booking_request(slot(5));
    request["follows"] = visit.body["id"].clone();
    let follow_up = || asha.post("/api/v1/appointments", &request);
    follow_up().expect(409).await.is("nothing-to-follow");
    step(&clinic.desk(), &visit, "arrive", json!({}), 200).await;
    step(&doctor(&clinic), &visit, "start", json!({}), 200).await;
    let booked = follow_up().expect(201).await;
    let read = clinic.read(&asha, &booked).await;
    assert_eq!(read.body["follows"], visit.body["id"]);
    let first = clinic.read(&asha, &visit).await;
    assert_eq!(first.body.get("follows"), None);
    clinic.close().await;
}

#[tokio::test]
async fn a_follow_up_of_another_patients_visit_is_answered_like_an_unknown_one() {
    let (clinic, visit) = confirmed().await;
    step(&clinic.desk(), &visit, "arrive", json!({}), 200).await;
    step(&doctor(&clinic), &visit, "start", json!({}), 200).await;
    for follows in [visit.body["id"].clone(), json!(Uuid::from_u128(1))] {
        let mut request = clinic.booking_request(slot(5));
        request["follows"] = follows;
        let ravi = clinic.patient();
        let refused = ravi
            .post("/api/v1/appointments", &request)
            .expect(404)
            .await;
        refused.is("not-found");
    }
    clinic.close().await;
}

#[tokio::test]
async fn staff_act_for_the_doctor_only_with_a_reason() {
    let (clinic, visit) = confirmed().await;
    let desk = clinic.desk();
    step(&desk, &visit, "arrive", json!({}), 200).await;
    for verb in ["start", "complete"] {
        let refused = step(&desk, &visit, verb, json!({}), 422).await;
        refused.is("override-needs-reason");
        step(&desk, &visit, verb, why(), 200).await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_arrival_before_the_day_of_the_visit_is_refused() {
    let (clinic, _) = confirmed().await;
    let request = clinic.booking_request(slot(0) + TimeDelta::days(1));
    let asha = clinic.patient();
    let tomorrow = asha
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let early = step(&clinic.desk(), &tomorrow, "arrive", json!({}), 409).await;
    early.is("before-day-of-visit");
    // Midnight in Kolkata.
    let midnight = "2026-12-01T18:30:00Z".parse().unwrap();
    clinic.site.clock.set(midnight);
    step(&clinic.desk(), &tomorrow, "arrive", json!({}), 200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_no_show_before_the_slot_begins_is_refused() {
    let (clinic, visit) = confirmed().await;
    let early = step(&clinic.desk(), &visit, "no-show", json!({}), 409).await;
    early.is("slot-not-begun");
    at_the_slot(&clinic);
    step(&clinic.desk(), &visit, "no-show", json!({}), 200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_step_out_of_order_is_refused_with_its_own_slug() {
    let (clinic, visit) = confirmed().await;
    let (desk, doctor) = (clinic.desk(), doctor(&clinic));
    let refused = async |who: &Client, verb, slug| {
        let body = match verb {
            "cancel" => json!({"onBehalfOf": "PATIENT"}),
            _ => json!({}),
        };
        step(who, &visit, verb, body, 409).await.is(slug);
    };
    refused(&doctor, "start", "patient-not-arrived").await;
    refused(&doctor, "complete", "visit-not-in-progress").await;
    step(&desk, &visit, "arrive", json!({}), 200).await;
    refused(&desk, "no-show", "patient-already-arrived").await;
    step(&doctor, &visit, "start", json!({}), 200).await;
    refused(&desk, "cancel", "appointment-already-started").await;
    refused(&desk, "arrive", "appointment-already-started").await;
    step(&doctor, &visit, "complete", json!({}), 200).await;
    for verb in ["arrive", "no-show", "cancel"] {
        refused(&desk, verb, "appointment-already-ended").await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_unconfirmed_hold_cannot_arrive_or_be_missed() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    for verb in ["arrive", "no-show"] {
        let refused = step(&clinic.desk(), &booked, verb, json!({}), 409).await;
        refused.is("appointment-not-confirmed");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_repeated_step_appends_no_event() {
    let (clinic, visit) = confirmed().await;
    let (desk, doctor) = (clinic.desk(), doctor(&clinic));
    for (who, verb) in [(&desk, "arrive"), (&doctor, "start"), (&doctor, "complete")] {
        let first = step(who, &visit, verb, json!({}), 200).await;
        let again = step(who, &visit, verb, json!({}), 200).await;
        assert_eq!(again.body, first.body);
    }
    for event in ["arrived", "started", "completed"] {
        assert_eq!(clinic.events(&format!("appointment.{event}")).await, 1);
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_step_repeated_with_its_key_is_answered_the_same() {
    let (clinic, visit) = confirmed().await;
    let desk = clinic.desk();
    let arrive = || {
        desk.post(&visit.appointment("arrive"), &json!({}))
            .key("the-key-of-an-arrival")
    };
    let first = arrive().expect(200).await;
    step(&doctor(&clinic), &visit, "start", json!({}), 200).await;
    let again = arrive().expect(200).await;
    assert_eq!(again.body, first.body);
    assert!(again.has("idempotency-replayed"));
    clinic.close().await;
}

#[tokio::test]
async fn a_step_with_another_version_is_refused() {
    let (clinic, visit) = confirmed().await;
    at_the_slot(&clinic);
    let desk = clinic.desk();
    for verb in VERBS {
        let stale = desk.post(&visit.appointment(verb), &body_of(verb));
        let refused = stale.header("If-Match", "\"1\"").expect(412).await;
        refused.is("stale-version");
    }
    let fresh = desk.post(&visit.appointment("arrive"), &json!({}));
    let arrived = fresh.header("If-Match", "\"2\"").expect(200).await;
    assert_eq!(arrived.header("etag"), "\"3\"");
    clinic.close().await;
}

#[tokio::test]
async fn unrelated_staff_find_no_such_visit() {
    let (clinic, visit) = confirmed().await;
    let other_doctor = DoctorId::from_uuid(Uuid::from_u128(7));
    let other_doctor = clinic.client(&Principal {
        clinics: ClinicScope::Only([clinic.facts.clinic].into()),
        ..Principal::doctor(other_doctor)
    });
    for verb in VERBS {
        let refused = step(&clinic.other_desk(), &visit, verb, body_of(verb), 404).await;
        refused.is("not-found");
    }
    for verb in ["start", "complete"] {
        let refused = step(&other_doctor, &visit, verb, body_of(verb), 404).await;
        refused.is("not-found");
    }
    clinic.close().await;
}

#[tokio::test]
async fn patients_and_auditors_take_no_step_and_doctors_only_those_of_doctors() {
    let (clinic, visit) = confirmed().await;
    let asha: PatientId = visit
        .text("patientId")
        .parse::<Uuid>()
        .map(PatientId::from_uuid)
        .unwrap();
    let asha = clinic.client(&Principal::patient(asha));
    let auditor = clinic.client(&Principal::auditor());
    for verb in VERBS {
        for who in [&asha, &auditor] {
            let refused = step(who, &visit, verb, json!({}), 403).await;
            refused.is("forbidden");
        }
    }
    for verb in ["arrive", "no-show"] {
        let refused = step(&doctor(&clinic), &visit, verb, json!({}), 403).await;
        refused.is("forbidden");
    }
    clinic.close().await;
}

#[tokio::test]
async fn the_visits_doctor_with_a_desk_role_elsewhere_gets_403_and_not_404() {
    let (clinic, visit) = confirmed().await;
    let both = clinic.client(&Principal {
        roles: vec![domain::Role::Doctor, domain::Role::Receptionist],
        clinics: ClinicScope::Only([].into()),
        ..Principal::doctor(clinic.doctor)
    });
    step(&both, &visit, "arrive", json!({}), 403)
        .await
        .is("forbidden");
    clinic.close().await;
}
