//! Drafts of notes: saved as they are written, seen by their author only, signed once.

use adapters::note_drafts::PgNoteDraftStore;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use super::practice::{Practice, seen};
use crate::support::{Call, Client, eventually};

fn path(note: Uuid) -> String {
    format!("/api/v1/note-drafts/{note}")
}

fn save(practice: &Practice, note: Uuid, content: &Value, version: i64) -> Call {
    let draft = practice.draft(content);
    seen(practice.doctor.put(&path(note), &draft), version)
}

async fn rows(practice: &Practice) -> i64 {
    let sql = "select count(*) from note_drafts where note_id::text like $1";
    practice.clinic.count(sql, "%").await
}

#[tokio::test]
async fn a_draft_is_saved_as_it_is_written_and_becomes_a_note_by_its_signature() {
    let practice = Practice::open().await;
    let note = practice.begin(&json!({"complaint": "A cough"})).await.id();
    let content = json!({
        "complaint": "A cough", "symptoms": ["Cough", "Tired"], "findings": "Wheeze",
        "diagnoses": [{"condition": "Asthma", "icd10": "J45.9"}], "treatment": "Inhaler",
        "text": "With her mother",
    });
    let saved = save(&practice, note, &content, 1).expect(200).await;
    assert_eq!(saved.header("etag"), "\"2\"");
    let shown = practice.doctor.get(&path(note)).expect(200).await;
    assert_eq!(
        (shown.header("etag"), &shown.body["content"]),
        ("\"2\"", &content)
    );
    let listed = practice.doctor.get("/api/v1/note-drafts").expect(200).await;
    assert_eq!(listed.body["items"], json!([shown.body]));
    let of_other = format!("/api/v1/note-drafts?patientId={note}");
    let listed = practice.doctor.get(&of_other).expect(200).await;
    assert_eq!(listed.body["items"], json!([]));

    let stale = Practice::sign(&practice.doctor, note, 1).expect(412).await;
    assert_eq!(stale.body["difference"]["current"], shown.body);
    let signed = Practice::sign(&practice.doctor, note, 2).expect(201).await;
    assert_eq!(signed.header("location"), format!("/api/v1/notes/{note}"));
    assert_eq!((signed.id(), signed.text("status")), (note, "SIGNED"));
    let read = practice
        .asha
        .get(&format!("/api/v1/notes/{note}"))
        .expect(200)
        .await;
    assert_eq!(read.body["content"], content);
    assert_eq!(read.body["appointmentId"], json!(practice.appointment));

    // From the answer on, and not only once the row is gone.
    practice
        .doctor
        .get(&path(note))
        .expect(409)
        .await
        .is("note-already-signed");
    save(&practice, note, &content, 2)
        .expect(409)
        .await
        .is("note-already-signed");
    let listed = practice.doctor.get("/api/v1/note-drafts").expect(200).await;
    assert_eq!(listed.body["items"], json!([]));
    eventually("the row is removed", async || rows(&practice).await == 0).await;
    let again = Practice::sign(&practice.doctor, note, 2).expect(201).await;
    assert_eq!(again.body, signed.body);
    Practice::sign(&practice.doctor, note, 1)
        .expect(409)
        .await
        .is("note-already-signed");
    assert_eq!(practice.clinic.events("note.signed").await, 1);
    practice.close().await;
}

/// As after a crash between the signature and the removal of the row.
#[tokio::test]
async fn a_signed_draft_whose_row_is_still_there_is_no_draft() {
    let practice = Practice::open().await;
    let note = practice.begin(&json!({"text": "Seen"})).await.id();
    let row: String = sqlx::query_scalar("select row_to_json(d)::text from note_drafts d")
        .fetch_one(&practice.clinic.pool)
        .await
        .unwrap();
    let signed = Practice::sign(&practice.doctor, note, 1).expect(201).await;
    eventually("the row is removed", async || rows(&practice).await == 0).await;
    let back =
        "insert into note_drafts select * from json_populate_record(null::note_drafts, $1::json)";
    sqlx::query(back)
        .bind(row)
        .execute(&practice.clinic.pool)
        .await
        .unwrap();
    practice
        .doctor
        .get(&path(note))
        .expect(409)
        .await
        .is("note-already-signed");
    let other = json!({"text": "Something else"});
    save(&practice, note, &other, 1)
        .expect(409)
        .await
        .is("note-already-signed");
    let listed = practice.doctor.get("/api/v1/note-drafts").expect(200).await;
    assert_eq!(listed.body["items"], json!([]));
    let again = Practice::sign(&practice.doctor, note, 1).expect(201).await;
    assert_eq!(again.body, signed.body);
    assert_eq!(practice.clinic.events("note.signed").await, 1);
    practice.close().await;
}

#[tokio::test]
async fn the_second_of_two_writers_sees_what_the_first_one_changed() {
    let practice = Practice::open().await;
    let note = practice.begin(&json!({"complaint": "A cough"})).await.id();
    let first = json!({"complaint": "A cough", "findings": "Wheeze"});
    save(&practice, note, &first, 1).expect(200).await;
    let second = json!({"complaint": "A cough", "treatment": "Inhaler"});
    let stale = save(&practice, note, &second, 1).expect(412).await;
    stale.is("stale-version");
    let difference = &stale.body["difference"];
    assert_eq!(difference["changed"], json!(["findings"]));
    assert_eq!(difference["current"]["content"], first);
    assert_eq!(difference["current"]["version"], 2);
    // Whose answer was lost sends it again.
    let again = save(&practice, note, &first, 1).expect(200).await;
    assert_eq!(again.header("etag"), "\"2\"");
    let merged = json!({"complaint": "A cough", "findings": "Wheeze", "treatment": "Inhaler"});
    save(&practice, note, &merged, 2).expect(200).await;
    let stale = seen(
        practice.doctor.call(reqwest::Method::DELETE, &path(note)),
        1,
    );
    let stale = stale.expect(412).await;
    assert_eq!(
        stale.body["difference"]["changed"],
        json!(["findings", "treatment"])
    );
    let path = path(note);
    practice
        .doctor
        .put(&path, &practice.draft(&merged))
        .expect(428)
        .await;
    seen(practice.doctor.call(reqwest::Method::DELETE, &path), 3)
        .expect(204)
        .await;
    practice.doctor.get(&path).expect(404).await;
    practice.close().await;
}

#[tokio::test]
async fn a_draft_is_there_for_its_author_only() {
    let practice = Practice::open().await;
    let content = json!({"complaint": "A cough"});
    let note = practice.begin(&content).await.id();
    let draft = practice.draft(&content);
    let refuse = async |who: &Client, status: u16| {
        who.get(&path(note)).expect(status).await;
        seen(who.put(&path(note), &draft), 1).expect(status).await;
        seen(who.call(reqwest::Method::DELETE, &path(note)), 1)
            .expect(status)
            .await;
        Practice::sign(who, note, 1).expect(status).await;
    };
    refuse(&practice.colleague, 404).await;
    refuse(&practice.asha, 403).await;
    refuse(&practice.clinic.desk(), 403).await;
    let listed = practice
        .colleague
        .get("/api/v1/note-drafts")
        .expect(200)
        .await;
    assert_eq!(listed.body["items"], json!([]));
    assert_eq!(practice.clinic.events("note.signed").await, 0);
    Practice::sign(&practice.doctor, note, 1).expect(201).await;
    refuse(&practice.colleague, 404).await;
    let begin = practice.path("note-drafts");
    practice.stranger.post(&begin, &draft).expect(404).await;
    practice.asha.post(&begin, &draft).expect(403).await;
    practice.close().await;
}

#[tokio::test]
async fn what_can_not_be_a_note_is_not_signed() {
    let practice = Practice::open().await;
    let content = json!({"complaint": "A cough"});
    let mut future = practice.draft(&content);
    future["visitedAt"] = json!("2026-12-01T00:00:01Z");
    let mut elsewhere = practice.draft(&content);
    elsewhere["clinicId"] = json!(practice.appointment);
    let mut unaffiliated = elsewhere.clone();
    unaffiliated
        .as_object_mut()
        .unwrap()
        .remove("appointmentId");
    let mut unknown = practice.draft(&content);
    unknown["appointmentId"] = json!(practice.clinic.facts.clinic);
    let mut of_other = practice.draft(&content);
    let other = practice
        .clinic
        .book(&practice.clinic.patient(), 5)
        .expect(201)
        .await;
    of_other["appointmentId"] = json!(other.id());
    for (draft, slug) in [
        (practice.draft(&json!({})), "note-empty"),
        (future, "visit-in-future"),
        (elsewhere, "other-appointment"),
        (unaffiliated, "doctor-not-at-clinic"),
        (unknown, "other-appointment"),
        (of_other, "other-appointment"),
    ] {
        let begun = practice.doctor.post(&practice.path("note-drafts"), &draft);
        let note = begun.expect(201).await.id();
        let refused = Practice::sign(&practice.doctor, note, 1).send().await;
        refused.is(slug);
    }
    assert_eq!(practice.clinic.events("note.signed").await, 0);
    practice.close().await;
}

#[tokio::test]
async fn values_that_can_not_be_are_refused_by_their_place() {
    let practice = Practice::open().await;
    let long = "x".repeat(10_001);
    let many = vec![json!({"condition": "Asthma"}); 21];
    for (content, status, pointer) in [
        (json!({"complaint": " "}), 422, "/content/complaint"),
        (json!({"text": long}), 422, "/content/text"),
        (json!({"findings": "\u{0}"}), 422, "/content/findings"),
        (json!({"symptoms": ["a\nb"]}), 422, "/content/symptoms/0"),
        (
            json!({"symptoms": vec!["Cough"; 31]}),
            422,
            "/content/symptoms",
        ),
        (json!({"diagnoses": many}), 422, "/content/diagnoses"),
        (
            json!({"diagnoses": [{"condition": "Asthma", "icd10": "asthma"}]}),
            422,
            "/content/diagnoses/0/icd10",
        ),
        (
            json!({"diagnoses": [{"icd10": "J45"}]}),
            400,
            "/content/diagnoses/0",
        ),
        (json!({"diagnosis": "Asthma"}), 400, "/content/diagnosis"),
    ] {
        let draft = practice.draft(&content);
        let refused = practice.doctor.post(&practice.path("note-drafts"), &draft);
        refused.expect(status).await.points_at(pointer);
    }
    let mut ancient = practice.draft(&json!({}));
    ancient["visitedAt"] = json!("1815-12-10T00:00:00Z");
    let refused = practice
        .doctor
        .post(&practice.path("note-drafts"), &ancient);
    refused.expect(422).await.points_at("/visitedAt");
    practice.close().await;
}

#[tokio::test]
async fn a_note_is_begun_once_under_one_key() {
    let practice = Practice::open().await;
    let key = "a-key-for-the-note";
    let draft = practice.draft(&json!({"text": "Seen"}));
    let begin = |draft: &Value| {
        practice
            .doctor
            .post(&practice.path("note-drafts"), draft)
            .key(key)
    };
    let first = begin(&draft).expect(201).await;
    let again = begin(&draft).expect(201).await;
    assert_eq!(
        (again.id(), again.header("idempotency-replayed")),
        (first.id(), "true")
    );
    let other = begin(&practice.draft(&json!({"text": "Other"})));
    other.expect(422).await.is("idempotency-key-reused");
    assert_eq!(rows(&practice).await, 1);
    Practice::sign(&practice.doctor, first.id(), 1)
        .key(key)
        .expect(201)
        .await;
    begin(&draft).expect(409).await.is("note-already-signed");
    practice.close().await;
}

#[tokio::test]
async fn the_drafts_of_an_erased_patient_are_gone() {
    let practice = Practice::open().await;
    let note = practice.begin(&json!({"text": "Seen"})).await.id();
    practice.erase().await;
    let draft = practice.draft(&json!({"text": "Seen"}));
    practice.doctor.get(&path(note)).expect(404).await;
    seen(practice.doctor.put(&path(note), &draft), 1)
        .expect(404)
        .await;
    Practice::sign(&practice.doctor, note, 1).expect(404).await;
    let begin = practice.doctor.post(&practice.path("note-drafts"), &draft);
    begin.expect(409).await.is("patient-erased");
    let listed = practice.doctor.get("/api/v1/note-drafts").expect(200).await;
    assert_eq!(listed.body["items"], json!([]));
    let sealing = practice.clinic.store().sealing().clone();
    let store = PgNoteDraftStore::new(practice.clinic.pool.clone(), sealing);
    assert_eq!(rows(&practice).await, 1);
    store.prune().await.unwrap();
    assert_eq!(rows(&practice).await, 0);
    assert_eq!(practice.clinic.events("note.signed").await, 0);
    practice.close().await;
}

#[tokio::test]
async fn an_unknown_patient_has_no_notes() {
    let practice = Practice::open().await;
    let draft = practice.draft(&json!({"text": "Seen"}));
    let path = |patient: PatientId| format!("/api/v1/patients/{patient}/note-drafts");
    let nobody = PatientId::from_uuid(practice.appointment);
    practice
        .doctor
        .post(&path(nobody), &draft)
        .expect(404)
        .await;
    // Someone who booked for themselves, and has no card.
    let uncarded = PatientId::from_uuid(Uuid::from_u128(7));
    let client = practice.clinic.client(&Principal::patient(uncarded));
    let booked = practice.clinic.book(&client, 7).expect(201).await;
    practice.clinic.read(&client, &booked).await;
    practice
        .doctor
        .post(&path(uncarded), &draft)
        .expect(404)
        .await;
    practice.close().await;
}
