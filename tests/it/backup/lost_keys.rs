//! The key of one person is lost: the restore names the subject, and lists show the rest.

use adapters::system::{SystemClock, SystemIds};
use chrono::TimeDelta;
use commands::ports::{Clock as _, IdSource as _};
use domain::PatientId;
use serde_json::json;
use tests::app::Principal;

use super::fixture::{Original, succeeds, text};
use crate::support::{Server, all_read};

/// A patient who has booked a slot of tomorrow for a reason.
async fn patient(original: &Original, slot: i32, reason: &str) -> (PatientId, Principal) {
    let id = PatientId::from_uuid(SystemIds.id());
    let patient = Principal::patient(id);
    original.site.clock.set(SystemClock.now());
    let token = original.site.token(&patient).unwrap();
    let mut request = original.booking_request(slot);
    request["reason"] = reason.into();
    let client = original.server.client.with_token(token);
    let booking = client.post("/api/v1/appointments", &request);
    booking.expect(201).await;
    (id, patient)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_names_the_subject_whose_key_is_lost_and_lists_show_the_row_as_unreadable() {
    let original = Original::start().await;
    let (lost, principal) = patient(&original, 0, "a cough").await;
    let (_, other) = patient(&original, 1, "a rash").await;
    all_read(&original.server.client).await;
    let pool = original.server.pool().await;
    let deleted = sqlx::query("delete from subject_keys where subject = $1")
        .bind(lost.as_uuid())
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(deleted.rows_affected(), 1);
    pool.close().await;
    let backup = original.backup("without-one-key");

    let mut new: Server = original.new_machine();
    let told = succeeds(new.command(&["restore", text(&backup)]));
    assert!(told.contains(&lost.to_string()), "{told}");
    assert!(told.contains("lost=1"), "{told}");
    new.restart().await;
    original.site.clock.set(SystemClock.now());
    let admin = original.site.token(&Principal::admin()).unwrap();
    let tomorrow = (SystemClock.now() + TimeDelta::minutes(330)).date_naive() + TimeDelta::days(1);
    let doctor = original.doctor;
    let path = format!("/api/v1/doctors/{doctor}/day-sheet?date={tomorrow}");
    let sheet = new.client.with_token(admin).get(&path).expect(200).await;
    let [first, second] = [0, 1].map(|entry| sheet.body["entries"][entry].clone());
    assert_eq!(first["unreadable"], true);
    assert!(first.get("reason").is_none());
    assert_eq!(second["reason"], "a rash");
    assert!(second.get("unreadable").is_none());
    let own = new
        .client
        .with_token(original.site.token(&principal).unwrap());
    let listed = own.get("/api/v1/appointments").expect(200).await;
    let visit = &listed.body["items"][0];
    assert_eq!(visit["unreadable"], true);
    // Commands that need it, and queries that are answered from the log, say the same for good.
    let path = |verb: &str| {
        format!(
            "/api/v1/appointments/{}/{verb}",
            visit["id"].as_str().unwrap()
        )
    };
    let start = (SystemClock.now() + TimeDelta::days(2)).to_rfc3339();
    for request in [
        own.post(&path("cancel"), &json!({})),
        own.post(&path("reschedule"), &json!({"start": start})),
        own.post(&path("payment"), &json!({})),
        own.get(&path("refund-preview")),
    ] {
        let refused = request.expect(409).await;
        refused.is("record-unreadable");
        assert!(refused.body["errorId"].is_string());
    }
    let log = new.logged();
    assert!(log.contains("its subject's key is unknown"), "{log}");
    // The other patient is not affected.
    let other = new.client.with_token(original.site.token(&other).unwrap());
    let listed = other.get("/api/v1/appointments").expect(200).await;
    let path = format!(
        "/api/v1/appointments/{}/cancel",
        listed.body["items"][0]["id"].as_str().unwrap()
    );
    other.post(&path, &json!({})).expect(200).await;
    new.stop().await;
}
