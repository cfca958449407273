//! Who requests, approves, refuses and withdraws, and what a legal hold forbids.

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;

use super::fixture::Fixture;
use crate::support::{Clinic, all_read};

#[tokio::test]
async fn a_request_is_approved_by_another_person_only() {
    let fixture = Fixture::open().await;
    // An account that is the patient and an admin of the group in one, and one of each.
    let both = fixture.clinic.client(&Principal {
        roles: vec![domain::Role::Patient, domain::Role::Admin],
        patient: Some(fixture.patient),
        ..Principal::admin()
    });
    fixture.step(&fixture.admin, "").expect(201).await;
    let same = fixture.approve(&fixture.admin).expect(409).await;
    same.is("erasure-approved-by-requester");
    let patient = fixture.approve(&both).expect(409).await;
    patient.is("erasure-approved-by-requester");
    fixture.approve(&fixture.asha).expect(403).await;
    // Admins of one clinic don't decide about the group's patients.
    fixture.approve(&fixture.clinic.admin()).expect(403).await;
    fixture.step(&fixture.clinic.admin(), "").expect(403).await;
    let approved = fixture.approve(&fixture.second).expect(200).await;
    assert_eq!(approved.text("status"), "APPROVED");
    fixture.certificate().await;
    fixture.close().await;
}

#[tokio::test]
async fn a_request_is_made_once_and_an_ended_one_is_not_approved() {
    let fixture = Fixture::open().await;
    let Fixture { asha, admin, .. } = &fixture;
    fixture
        .approve(admin)
        .expect(409)
        .await
        .is("erasure-not-requested");
    let request = || fixture.step(asha, "").key("the-key-of-a-request");
    let first = request().expect(201).await;
    assert_eq!(first.text("status"), "REQUESTED");
    let again = request().expect(201).await;
    assert_eq!(again.body, first.body);
    for who in [asha, admin] {
        let twice = fixture.step(who, "").expect(409).await;
        twice.is("erasure-already-requested");
    }
    let another = fixture.step(admin, "/withdraw").expect(409).await;
    another.is("erasure-requested-by-another");
    let withdrawn = fixture.step(asha, "/withdraw").expect(200).await;
    assert_eq!(withdrawn.text("status"), "WITHDRAWN");
    fixture
        .approve(admin)
        .expect(409)
        .await
        .is("erasure-not-requested");
    fixture.request().await;
    let refused = fixture.step(admin, "/refuse").expect(200).await;
    assert_eq!(refused.text("status"), "REFUSED");
    let shown = fixture.read(asha).await;
    assert_eq!(shown.body["decided"]["reason"], "Asked for it");
    fixture
        .approve(admin)
        .expect(409)
        .await
        .is("erasure-not-requested");
    let requests = fixture.clinic.events("erasure.requested").await;
    let approvals = fixture.clinic.events("erasure.approved").await;
    assert_eq!((requests, approvals), (2, 0));
    fixture.close().await;
}

#[tokio::test]
async fn nothing_is_requested_or_approved_during_a_legal_hold() {
    let fixture = Fixture::open().await;
    let Fixture { asha, admin, .. } = &fixture;
    fixture
        .step(admin, "/hold/lift")
        .expect(409)
        .await
        .is("no-legal-hold");
    let held = fixture.step(admin, "/hold").expect(200).await;
    assert_eq!(held.body["onLegalHold"], true);
    fixture
        .step(admin, "/hold")
        .expect(409)
        .await
        .is("legal-hold");
    fixture.step(asha, "").expect(409).await.is("legal-hold");
    fixture.step(admin, "/hold/lift").expect(200).await;
    fixture.request().await;
    // Between request and approval.
    fixture.step(admin, "/hold").expect(200).await;
    fixture.approve(admin).expect(409).await.is("legal-hold");
    let shown = fixture.read(asha).await;
    assert_eq!(shown.text("status"), "REQUESTED");
    assert_eq!(shown.body["legalHold"]["reason"], "Asked for it");
    fixture.step(admin, "/hold/lift").expect(200).await;
    fixture.approve(admin).expect(200).await;
    fixture.certificate().await;
    fixture
        .step(admin, "/hold")
        .expect(409)
        .await
        .is("patient-erased");
    fixture.close().await;
}

#[tokio::test]
async fn requests_that_wait_are_listed_for_those_of_the_group() {
    let fixture = Fixture::open().await;
    fixture.request().await;
    all_read(fixture.clinic.anonymous()).await;
    let auditor = fixture.clinic.client(&Principal {
        roles: vec![domain::Role::Auditor],
        ..Principal::admin()
    });
    for who in [&fixture.admin, &auditor] {
        let listed = who.get("/api/v1/erasures?status=REQUESTED");
        let listed = listed.expect(200).await;
        let [item] = &listed.body["items"].as_array().unwrap()[..] else {
            panic!("{listed:?}");
        };
        assert_eq!(item["patientId"], json!(fixture.patient));
        assert_eq!(item["requested"]["reason"], "Asked for it");
        let others = who.get("/api/v1/erasures?status=REFUSED").expect(200).await;
        assert_eq!(others.body["items"], json!([]));
        who.get("/api/v1/erasures?status=SOON").expect(400).await;
    }
    let seen =
        "select count(*) from access_log where item_kind = 'ERASURE' and patient_id = $1::uuid";
    let patient = fixture.patient.to_string();
    assert_eq!(fixture.clinic.count(seen, &patient).await, 2);
    fixture.close().await;
}

/// The steps and queries of a patient, with the status of each.
async fn answers(clinic: &Clinic, patient: PatientId) -> Vec<(String, u16, Value)> {
    let admin = clinic.client(&Principal::admin());
    let path = |of: &str| format!("/api/v1/patients/{patient}/erasure{of}");
    let mut answers = Vec::new();
    for step in ["", "/withdraw", "/refuse", "/hold", "/hold/lift"] {
        let reply = admin.post(&path(step), &json!({"reason": "Asked for it"}));
        let reply = reply.send().await;
        answers.push((
            format!("post {step}"),
            reply.status,
            reply.body["type"].clone(),
        ));
    }
    let reply = admin.post(&path("/approve"), &json!({})).send().await;
    answers.push((
        "post /approve".to_owned(),
        reply.status,
        reply.body["type"].clone(),
    ));
    for query in ["", "/preview", "/certificate"] {
        let reply = admin.get(&path(query)).send().await;
        answers.push((
            format!("get {query}"),
            reply.status,
            reply.body["type"].clone(),
        ));
    }
    answers
}

#[tokio::test]
async fn an_unknown_patient_is_not_found() {
    let clinic = Clinic::open().await;
    let unknown = PatientId::from_uuid(SystemIds.id());
    for (what, status, _) in answers(&clinic, unknown).await {
        assert_eq!(status, 404, "{what}");
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_erased_patient_is_not_erased_again() {
    let fixture = Fixture::open().await;
    fixture.request().await;
    fixture.approve(&fixture.admin).expect(200).await;
    fixture.certificate().await;
    for (what, status, problem) in answers(&fixture.clinic, fixture.patient).await {
        match what.as_str() {
            "get " | "get /certificate" => assert_eq!(status, 200, "{what}"),
            "post /hold/lift" => assert_eq!((status, problem), (409, json!("no-legal-hold"))),
            _ => assert_eq!((status, problem), (409, json!("patient-erased")), "{what}"),
        }
    }
    fixture.close().await;
}

/// A tombstone without an erasure in the log, such as that of an earlier version.
#[tokio::test]
async fn a_patient_whose_key_was_destroyed_before_is_erased_as_well() {
    let fixture = Fixture::open().await;
    let sealing = fixture.clinic.store().sealing();
    sealing.erase(fixture.patient.as_uuid()).await.unwrap();
    fixture
        .step(&fixture.admin, "")
        .expect(409)
        .await
        .is("patient-erased");
    let preview = fixture.admin.get(&fixture.path("/preview"));
    preview.expect(409).await.is("patient-erased");
    fixture.close().await;
}
