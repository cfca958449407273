//! Patients' cards, and who acts for whom.

use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Somebody;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, slot};

/// A child's card, made at the front desk.
async fn child(desk: &Client) -> Reply {
    let child = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
    desk.post("/api/v1/patients", &child).expect(201).await
}

#[tokio::test]
async fn a_parent_books_for_a_child_until_they_are_no_longer_its_proxy() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let somebody = Somebody::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let parent = clinic.client(&somebody);
    let child = child(&desk).await;
    let path = format!("/api/v1/patients/{}", child.id());
    let wish = |number: i32| -> Value {
        let mut wish = clinic.wish(slot(number));
        wish["patientId"] = child.body["id"].clone();
        wish
    };
    let book = |number| parent.post("/api/v1/appointments", &wish(number));
    book(0).expect(404).await.is("not-found");

    let proxy = json!({"accountId": somebody.account});
    desk.post(&format!("{path}/proxies"), &proxy)
        .expect(200)
        .await;
    let booked = book(0).expect(201).await;
    assert_eq!(booked.body["patientId"], child.body["id"]);
    clinic.read(&parent, &booked).await;
    let list = format!("/api/v1/appointments?patientId={}", child.id());
    let card = clinic
        .settled(async || parent.get(&path).after(&booked))
        .await;
    assert_eq!(card.body["proxies"], json!([somebody.account]));
    clinic
        .settled(async || parent.get(&list).after(&booked))
        .await;

    let removal = format!("{path}/proxies/{}", somebody.account);
    let removed = desk
        .call(reqwest::Method::DELETE, &removal)
        .expect(200)
        .await;
    book(1).expect(404).await.is("not-found");
    let cancel = parent.post(&booked.appointment("cancel"), &json!({}));
    cancel.expect(404).await.is("not-found");
    clinic
        .settled(async || desk.get(&path).after(&removed))
        .await;
    for forbidden in [&path, &list, &booked.appointment("")] {
        parent.get(forbidden).expect(404).await.is("not-found");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_proxy_names_no_further_proxy() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let somebody = Somebody::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let path = format!("/api/v1/patients/{}/proxies", child(&desk).await.id());
    let proxy = json!({"accountId": somebody.account});
    desk.post(&path, &proxy).expect(200).await;
    let further = json!({"accountId": Uuid::from_u128(9)});
    clinic
        .client(&somebody)
        .post(&path, &further)
        .expect(403)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_contact_is_changed_from_the_version_that_was_read() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let child = child(&desk).await;
    let path = format!("/api/v1/patients/{}/contact", child.id());
    let contact = json!({"phone": "+919812345678"});
    let unread = desk.put(&path, &contact).expect(428).await;
    unread.is("if-match-required");
    let stale = desk.put(&path, &contact).header("If-Match", "\"7\"");
    stale.expect(412).await.is("stale-version");
    let change = |etag: &str| desk.put(&path, &contact).header("If-Match", etag);
    let changed = change(child.header("etag")).expect(200).await;
    assert_ne!(changed.header("etag"), child.header("etag"));
    let mut second = json!({"email": "tara@example.org"});
    let again = desk
        .put(&path, &second)
        .header("If-Match", child.header("etag"));
    again.expect(412).await.is("stale-version");
    second["phone"] = json!("12");
    let invalid = desk
        .put(&path, &second)
        .header("If-Match", changed.header("etag"));
    invalid.expect(422).await.points_at("/phone");
    clinic.close().await;
}

/// The card is kept from being written while the proxy asks: the answer must not be "not found".
#[tokio::test]
async fn who_was_just_made_a_proxy_is_told_to_wait_and_not_that_there_is_nothing() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let somebody = Somebody::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let parent = clinic.client(&somebody);
    let child = child(&desk).await;
    let mut wish = clinic.wish(slot(0));
    wish["patientId"] = child.body["id"].clone();
    let booked = desk.post("/api/v1/appointments", &wish).expect(201).await;
    clinic.read(&desk, &booked).await;
    all_read(clinic.nobody()).await;

    let mut blocking = clinic.pool.begin().await.unwrap();
    let lock = sqlx::query("lock table patient_cards in share mode");
    lock.execute(&mut *blocking).await.unwrap();
    let path = format!("/api/v1/patients/{}/proxies", child.id());
    let proxy = json!({"accountId": somebody.account});
    let named = desk.post(&path, &proxy).expect(200).await;
    let list = format!("/api/v1/appointments?patientId={}", child.id());
    let (one, all) = tokio::join!(
        parent
            .get(&booked.appointment(""))
            .after(&named)
            .expect(503),
        parent.get(&list).after(&named).expect(503),
    );
    one.is("read-model-behind");
    all.is("read-model-behind");
    blocking.rollback().await.unwrap();
    clinic
        .settled(async || parent.get(&booked.appointment("")).after(&named))
        .await;
    clinic
        .settled(async || parent.get(&list).after(&named))
        .await;
    clinic.close().await;
}
