//! Idempotency keys: a repeated request is executed once.

use serde_json::json;
use tests::app::Principal;

use crate::support::{Clinic, eventually, slot};

const KEY: &str = "5f0c9ac0-0000-4000-8000-000000000001";
const BOOKED: &str = "appointment.booked";

#[tokio::test]
async fn a_booking_repeated_with_its_key_is_made_once_and_answered_the_same() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let first = clinic.book(&asha, 0).key(KEY).expect(201).await;
    let second = clinic.book(&asha, 0).key(KEY).expect(201).await;
    assert!(!first.has("idempotency-replayed"));
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(first.body, second.body);
    for name in ["caresync-position", "location", "etag"] {
        assert_eq!(first.header(name), second.header(name));
    }
    assert_eq!(clinic.events(BOOKED).await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_replay_repeats_the_first_answer_after_the_appointment_changed() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let first = clinic.book(&asha, 0).key(KEY).expect(201).await;
    let cancel = asha.post(&first.appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    let second = clinic.book(&asha, 0).key(KEY).expect(201).await;
    assert_eq!(first.body, second.body);
    assert_eq!(clinic.events(BOOKED).await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_cancellation_repeated_with_its_key_is_answered_the_same() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let cancel = || {
        asha.post(&booked.appointment("cancel"), &json!({}))
            .key(KEY)
    };
    let first = cancel().expect(200).await;
    let second = cancel().expect(200).await;
    assert_eq!(first.body, second.body);
    assert_eq!(second.header("idempotency-replayed"), "true");
    clinic.close().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).key(KEY).expect(201).await;
    let other_body = clinic.book(&asha, 1).key(KEY).expect(422).await;
    other_body.is("idempotency-key-reused");
    let other_path = asha.post(&booked.appointment("cancel"), &json!({}));
    let other_path = other_path.key(KEY).expect(422).await;
    other_path.is("idempotency-key-reused");
    assert_eq!(clinic.events(BOOKED).await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_key_belongs_to_one_account() {
    let clinic = Clinic::open().await;
    clinic.book(&clinic.patient(), 0).key(KEY).expect(201).await;
    let other = clinic.book(&clinic.patient(), 1).key(KEY).expect(201);
    assert!(!other.await.has("idempotency-replayed"));
    clinic.close().await;
}

#[tokio::test]
async fn a_refused_request_is_decided_again_under_its_key() {
    let clinic = Clinic::open().await;
    let (asha, ravi) = (clinic.patient(), clinic.patient());
    let taken = clinic.book(&ravi, 0).expect(201).await;
    clinic.book(&asha, 0).key(KEY).expect(409).await;
    let cancel = ravi.post(&taken.appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    clinic.book(&asha, 0).key(KEY).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_key_that_could_be_guessed_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    for key in [
        "short",
        "fifteen-letters",
        "",
        "has a space in the middle",
        &"k".repeat(256),
    ] {
        let refused = clinic.book(&asha, 0).key(key).expect(400).await;
        refused.points_at("Idempotency-Key");
    }
    clinic
        .book(&asha, 0)
        .key(&"k".repeat(255))
        .expect(201)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_repeat_is_refused_while_the_first_request_is_in_progress() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let mut claim = clinic.pool.begin().await.unwrap();
    sqlx::query(
        "insert into slot_claims (kind, resource, during, holder)
         values ('doctor', $1, tstzrange($2, $2 + interval '15 minutes'), 'other')",
    )
    .bind(clinic.doctor.as_uuid())
    .bind(slot(0))
    .execute(&mut *claim)
    .await
    .unwrap();
    let first = clinic.book(&asha, 0).key(KEY).expect(201);
    let meanwhile = async {
        eventually("the first waits for the claim", async || {
            let sql = "select count(*) from pg_stat_activity
                       where datname = current_database() and wait_event_type = $1";
            clinic.count(sql, "Lock").await > 0
        })
        .await;
        let second = clinic.book(&asha, 0).key(KEY).expect(409).await;
        second.is("request-in-progress");
        assert_eq!(second.header("retry-after"), "1");
        claim.rollback().await.unwrap();
    };
    let (first, ()) = tokio::join!(first, meanwhile);
    let third = clinic.book(&asha, 0).key(KEY).expect(201).await;
    assert_eq!(first.body, third.body);
    clinic.close().await;
}

#[tokio::test]
async fn one_key_sent_to_two_nodes_at_once_makes_one_booking() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let asha = Principal::patient(clinic.world.patient().await.unwrap());
    let here = clinic.client(&asha);
    let there = other.client.with_token(clinic.site.token(&asha).unwrap());
    for number in 0..8 {
        let key = format!("{KEY}-{number}");
        let (one, two) = tokio::join!(
            clinic.book(&here, number).key(&key).expect(201),
            clinic.book(&there, number).key(&key).expect(201),
        );
        assert_eq!(one.body, two.body);
        let replayed = |reply: &crate::support::Reply| reply.has("idempotency-replayed");
        assert!(
            replayed(&one) != replayed(&two),
            "one is the other's replay"
        );
    }
    assert_eq!(clinic.events(BOOKED).await, 8);
    other.stop().await;
    clinic.close().await;
}
