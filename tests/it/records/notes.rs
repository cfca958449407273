//! Signed notes: who reads them, addenda, the mark *entered in error*, and what erasure leaves.

use adapters::system::SystemIds;
use chrono::TimeDelta;
use commands::ports::IdSource as _;
use domain::PatientId;
use serde_json::json;
use tests::app::Principal;

use super::practice::{Practice, seen};
use crate::support::{Client, all_read, now};

#[tokio::test]
async fn a_note_is_read_by_the_patient_proxies_and_doctors_of_the_patient() {
    let practice = Practice::open().await;
    let content = json!({"complaint": "A cough"});
    let note = practice.signed(&content).await;
    let path = format!("/api/v1/notes/{note}");
    let parent = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let account = parent.account;
    let world = &practice.clinic.world;
    world
        .account(account, parent.patient.unwrap())
        .await
        .unwrap();
    let proxy = practice.clinic.client(&parent);
    proxy.get(&path).expect(404).await;
    let add = json!({"accountId": account});
    practice
        .asha
        .post(&practice.path("proxies"), &add)
        .expect(200)
        .await;
    // A grown-up decides whether a proxy reads the chart.
    let proxied = json!({"purpose": {"kind": "PROXY", "accountId": account}});
    let granted = practice.asha.post(&practice.path("consents"), &proxied);
    granted.expect(201).await;
    all_read(practice.clinic.anonymous()).await;
    for reader in [
        &practice.asha,
        &proxy,
        &practice.doctor,
        &practice.colleague,
    ] {
        let read = reader.get(&path).expect(200).await;
        assert_eq!(
            (read.header("etag"), &read.body["content"]),
            ("\"1\"", &content)
        );
        assert_eq!(read.body["doctorId"], json!(practice.clinic.doctor));
    }
    practice.stranger.get(&path).expect(404).await;
    practice.clinic.patient().get(&path).expect(404).await;
    let auditor = practice.clinic.client(&Principal::auditor());
    let owner = practice.clinic.client(&Principal::admin());
    for staff in [practice.clinic.desk(), practice.clinic.admin(), owner] {
        staff.get(&path).expect(403).await;
    }
    // An auditor may in an emergency.
    auditor.get(&path).expect(404).await;
    let unknown = format!("/api/v1/notes/{}", SystemIds.id());
    practice.doctor.get(&unknown).expect(404).await;
    practice.close().await;
}

#[tokio::test]
async fn a_signed_note_changes_by_addenda_only_and_is_read_as_of_any_time() {
    let practice = Practice::open().await;
    let content = json!({"complaint": "A cough"});
    let note = practice.signed(&content).await;
    let path = format!("/api/v1/notes/{note}");
    let addenda = format!("{path}/addenda");
    practice.clinic.site.clock.advance(TimeDelta::minutes(5));
    let addendum = json!({
        "text": "The X-ray is clear", "diagnoses": [{"condition": "Asthma", "icd10": "J45"}],
    });
    let call = || {
        practice
            .colleague
            .post(&addenda, &addendum)
            .key("a-key-for-the-addendum")
    };
    let added = call().expect(201).await;
    assert_eq!(
        (added.text("status"), added.header("etag")),
        ("AMENDED", "\"2\"")
    );
    let again = call().expect(201).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    practice
        .stranger
        .post(&addenda, &addendum)
        .expect(404)
        .await;
    practice.asha.post(&addenda, &addendum).expect(403).await;
    practice
        .doctor
        .post(&addenda, &json!({"text": ""}))
        .expect(422)
        .await;
    let read = practice.asha.get(&path).expect(200).await;
    assert_eq!(
        read.body["content"], content,
        "nothing that was signed is changed"
    );
    let addenda = read.body["addenda"].as_array().unwrap();
    assert_eq!((addenda.len(), &addenda[0]["content"]), (1, &addendum));
    assert_ne!(addenda[0]["doctorId"], read.body["doctorId"]);
    let as_of = |minutes: i64| {
        let at = now() + TimeDelta::minutes(minutes);
        format!("{path}?asOf={}", at.format("%FT%TZ"))
    };
    let before = practice.asha.get(&as_of(4)).expect(200).await;
    assert_eq!(
        (&before.body["status"], &before.body["addenda"]),
        (&json!("SIGNED"), &json!([]))
    );
    let after = practice.asha.get(&as_of(5)).expect(200).await;
    assert_eq!(after.body, read.body);
    practice.asha.get(&as_of(-1)).expect(404).await;
    practice.close().await;
}

#[tokio::test]
async fn a_note_entered_in_error_is_hidden_and_not_deleted() {
    let practice = Practice::open().await;
    let content = json!({"complaint": "Another patient's cough"});
    let note = practice.signed(&content).await;
    let path = format!("/api/v1/notes/{note}");
    let mark = format!("{path}/entered-in-error");
    let reason = json!({"reason": "Another patient's visit"});
    let marking = |who: &Client, version| seen(who.post(&mark, &reason), version);
    marking(&practice.colleague, 1).expect(403).await;
    marking(&practice.stranger, 1).expect(404).await;
    let empty = practice.doctor.post(&mark, &json!({}));
    seen(empty, 1).expect(400).await;
    for version in [1, 2] {
        let marked = marking(&practice.doctor, version).expect(200).await;
        assert_eq!(
            (marked.text("status"), marked.header("etag")),
            ("ENTERED_IN_ERROR", "\"2\"")
        );
    }
    let shown = practice.asha.get(&path).expect(200).await;
    assert_eq!(shown.text("status"), "ENTERED_IN_ERROR");
    assert_eq!(
        (shown.body.get("content"), shown.body.get("errorReason")),
        (None, None)
    );
    let shown = practice.colleague.get(&path).expect(200).await;
    assert_eq!(shown.body["content"], content);
    assert_eq!(shown.body["errorReason"], reason["reason"]);
    let addendum = json!({"text": "More of it"});
    let refused = practice.doctor.post(&format!("{path}/addenda"), &addendum);
    refused.expect(409).await.is("note-entered-in-error");
    practice.close().await;
}

#[tokio::test]
async fn the_note_of_an_erased_patient_says_that_there_was_one() {
    let practice = Practice::open().await;
    let note = practice.signed(&json!({"complaint": "A cough"})).await;
    let path = format!("/api/v1/notes/{note}");
    let addendum = json!({"text": "More of it"});
    let addenda = format!("{path}/addenda");
    practice.doctor.post(&addenda, &addendum).expect(201).await;
    practice.erase().await;
    let read = practice.doctor.get(&path).expect(200).await;
    assert_eq!(read.body.get("content"), None);
    assert_eq!(read.body["addenda"][0].get("content"), None);
    practice
        .doctor
        .post(&addenda, &addendum)
        .expect(409)
        .await
        .is("patient-erased");
    practice.close().await;
}
