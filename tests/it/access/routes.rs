//! Every route that answers with data of a patient writes a row, and every other one is listed with its reason.

use std::collections::BTreeSet;

use domain::PatientId;
use serde_json::json;
use sqlx::Row as _;
use tests::app::Principal;
use uuid::Uuid;

use crate::money::fixture::Fixture;
use crate::support::{Client, all_read};

/// Queries that show data of patients, with the kind that the log has.
const RECORDED: [(&str, &str); 23] = [
    ("/api/v1/accounts", "ACCOUNTS"),
    ("/api/v1/accounts/{id}", "ACCOUNT"),
    ("/api/v1/appointments", "APPOINTMENTS"),
    ("/api/v1/appointments/{id}", "APPOINTMENT"),
    ("/api/v1/break-glass", "BREAK_GLASS"),
    ("/api/v1/doctors/{id}/day-sheet", "DAY_SHEET"),
    ("/api/v1/patients/{id}", "CARD"),
    ("/api/v1/patients/{id}/access-log", "ACCESS_LOG"),
    ("/api/v1/patients/{id}/consents", "CONSENTS"),
    ("/api/v1/patients/{id}/profile", "PROFILE"),
    ("/api/v1/payments/{id}/receipt", "RECEIPT"),
    ("/api/v1/doctors/{id}/patients", "PATIENTS"),
    ("/api/v1/note-drafts", "CHART"),
    ("/api/v1/note-drafts/{id}", "CHART"),
    ("/api/v1/notes/{id}", "CHART"),
    ("/api/v1/prescriptions/{id}", "CHART"),
    ("/api/v1/patients/{id}/allergies", "CHART"),
    ("/api/v1/patients/{id}/chart", "CHART"),
    ("/api/v1/patients/{id}/chart/{entryId}", "CHART"),
    ("/api/v1/patients/{id}/vitals/trends", "CHART"),
    ("/api/v1/erasures", "ERASURE"),
    ("/api/v1/patients/{id}/erasure", "ERASURE"),
    ("/api/v1/patients/{id}/erasure/preview", "ERASURE"),
];

/// Queries that show none.
const NOT_RECORDED: [(&str, &str); 23] = [
    ("/healthz", "machines"),
    ("/metrics", "machines"),
    ("/readyz", "machines"),
    ("/api/v1/auth/me", "ids and roles of the caller"),
    ("/api/v1/auth/sessions", "devices of the caller"),
    ("/api/v1/blocked-clients", "addresses of clients"),
    ("/api/v1/clinics", "public"),
    ("/api/v1/clinics/{id}", "public"),
    ("/api/v1/clinics/{id}/second-factor", "a setting"),
    ("/api/v1/clinics/{id}/takings", "sums"),
    ("/api/v1/doctors", "public"),
    ("/api/v1/doctors/{id}", "public"),
    ("/api/v1/doctors/{id}/availability", "public"),
    ("/api/v1/doctors/{id}/leaves", "about doctors"),
    ("/api/v1/appointments/{id}/ledger", "ids and money"),
    ("/api/v1/appointments/{id}/refund-preview", "ids and money"),
    ("/api/v1/payments", "ids and money"),
    ("/api/v1/payments/{id}", "ids and money"),
    ("/api/v1/payments/disputes", "ids and money"),
    ("/api/v1/payments/refunds/failed", "ids and money"),
    (
        "/api/v1/patients/{id}/erasure/certificate",
        "numbers, of a patient who was erased",
    ),
    ("/openapi.json", "the description"),
    ("/docs", "the description"),
];

fn documented_queries() -> BTreeSet<String> {
    let document = serde_json::to_value(api::document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let queries = paths.iter().filter(|(_, item)| item.get("get").is_some());
    queries.map(|(path, _)| path.clone()).collect()
}

#[test]
fn every_query_is_recorded_or_has_a_reason_why_not() {
    let mut listed = BTreeSet::new();
    for (path, _) in RECORDED.into_iter().chain(NOT_RECORDED) {
        assert!(listed.insert(path.to_owned()), "{path} is listed twice");
    }
    listed.retain(|path| !["/openapi.json", "/docs"].contains(&path.as_str()));
    assert_eq!(documented_queries(), listed);
}

/// The kinds that the log has about a patient for one request.
async fn kinds(fixture: &Fixture, patient: PatientId, request: &str) -> Vec<String> {
    let rows = sqlx::query(
        "select item_kind from access_log where patient_id = $1 and request_id = $2::uuid",
    );
    let rows = rows.bind(patient.as_uuid()).bind(request.to_owned());
    let rows = rows.fetch_all(&fixture.clinic.pool).await.unwrap();
    rows.iter().map(|row| row.get("item_kind")).collect()
}

#[tokio::test]
async fn every_query_that_shows_data_of_a_patient_writes_a_row() {
    let fixture = Fixture::open().await;
    let clinic = &fixture.clinic;
    let patient = clinic.world.patient().await.unwrap();
    let own = Principal::patient(patient);
    clinic.world.account(own.account, patient).await.unwrap();
    let asha = fixture.long_lived(&own);
    let (booked, checkout) = fixture.paid(&asha, 0).await;
    let emergency = json!({"clinicId": clinic.facts.clinic, "reason": "Unconscious"});
    let doctor = fixture.long_lived(&Principal::doctor(clinic.doctor));
    let path = format!("/api/v1/patients/{patient}");
    doctor
        .post(&format!("{path}/break-glass"), &emergency)
        .expect(201)
        .await;
    all_read(clinic.anonymous()).await;
    let draft = json!({
        "clinicId": clinic.facts.clinic, "visitedAt": "2026-11-30T23:00:00Z", "content": {"complaint": "A cough"},
    });
    let begin = async || {
        let begun = doctor.post(&format!("{path}/note-drafts"), &draft);
        begun.expect(201).await.text("id").to_owned()
    };
    let (note, kept) = (begin().await, begin().await);
    let sign = doctor.post(&format!("/api/v1/note-drafts/{note}/sign"), &json!({}));
    sign.header("If-Match", "\"1\"").expect(201).await;
    let prescription = json!({
        "clinicId": clinic.facts.clinic,
        "lines": [{
            "drug": "Salbutamol", "dose": {"amount": "1", "unit": "PUFF"}, "route": "INHALED",
            "frequency": {"times": 2, "per": "DAY"},
        }],
    });
    let issued = doctor.post(&format!("{path}/prescriptions"), &prescription);
    let prescription = issued.expect(201).await.text("id").to_owned();
    all_read(clinic.anonymous()).await;
    let admin = fixture.admin();
    let request = json!({"reason": "Asked for it"});
    let request = asha.post(&format!("{path}/erasure"), &request);
    request.expect(201).await;
    all_read(clinic.anonymous()).await;
    let payment = checkout.text("paymentId");
    let receipt = format!("/api/v1/payments/{payment}/receipt");
    clinic.settled(async || asha.get(&receipt)).await;
    let reads: [(&Client, String); 23] = [
        (&admin, "/api/v1/accounts".to_owned()),
        (&admin, format!("/api/v1/accounts/{}", own.account)),
        (&asha, "/api/v1/appointments".to_owned()),
        (&doctor, booked.appointment("")),
        (&admin, "/api/v1/break-glass".to_owned()),
        (
            &doctor,
            format!(
                "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
                clinic.doctor
            ),
        ),
        (&admin, path.clone()),
        (&asha, format!("{path}/access-log")),
        (&asha, format!("{path}/consents")),
        (&doctor, format!("{path}/profile")),
        (&asha, receipt),
        (
            &doctor,
            format!("/api/v1/doctors/{}/patients", clinic.doctor),
        ),
        (&doctor, "/api/v1/note-drafts".to_owned()),
        (&doctor, format!("/api/v1/note-drafts/{kept}")),
        (&asha, format!("/api/v1/notes/{note}")),
        (&asha, format!("/api/v1/prescriptions/{prescription}")),
        (&asha, format!("{path}/allergies")),
        (&doctor, format!("{path}/chart")),
        (&doctor, format!("{path}/chart/{note}")),
        (&asha, format!("{path}/vitals/trends?code=8867-4")),
        (&admin, "/api/v1/erasures".to_owned()),
        (&admin, format!("{path}/erasure")),
        (&asha, format!("{path}/erasure/preview")),
    ];
    for (number, ((who, read), (route, kind))) in (1..).zip(reads.iter().zip(RECORDED)) {
        let request = Uuid::from_u128(number).to_string();
        let answer = who.get(read).header("X-Request-Id", request.clone());
        answer.expect(200).await;
        assert_eq!(kinds(&fixture, patient, &request).await, [kind], "{route}");
    }
    fixture.close().await;
}
