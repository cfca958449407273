//! Patients' cards and proxies.

use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, slot};

/// A child's card, made at the front desk.
async fn child(desk: &Client) -> Reply {
    let child = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
    desk.post("/api/v1/patients", &child).expect(201).await
}

#[tokio::test]
async fn a_proxy_books_for_a_child_until_removed() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let principal = Principal::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let parent = clinic.client(&principal);
    let child = child(&desk).await;
    let path = format!("/api/v1/patients/{}", child.id());
    let request = |number: i32| -> Value {
        let mut request = clinic.booking_request(slot(number));
        request["patientId"] = child.body["id"].clone();
        request
    };
    let book = |number| parent.post("/api/v1/appointments", &request(number));
    book(0).expect(404).await.is("not-found");

    let proxy = json!({"accountId": principal.account});
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
    assert_eq!(card.body["proxies"], json!([principal.account]));
    clinic
        .settled(async || parent.get(&list).after(&booked))
        .await;

    let removal = format!("{path}/proxies/{}", principal.account);
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
async fn a_proxy_cannot_add_another_proxy() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let principal = Principal::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let path = format!("/api/v1/patients/{}/proxies", child(&desk).await.id());
    let proxy = json!({"accountId": principal.account});
    desk.post(&path, &proxy).expect(200).await;
    let further = json!({"accountId": Uuid::from_u128(9)});
    clinic
        .client(&principal)
        .post(&path, &further)
        .expect(403)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_contact_needs_the_current_version() {
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

/// The card cannot be written while the proxy queries: the response must not be "not found".
#[tokio::test]
async fn a_new_proxy_gets_503_and_not_404_while_the_read_model_is_behind() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let principal = Principal::patient(PatientId::from_uuid(Uuid::from_u128(4)));
    let parent = clinic.client(&principal);
    let child = child(&desk).await;
    let mut request = clinic.booking_request(slot(0));
    request["patientId"] = child.body["id"].clone();
    let booked = desk
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    clinic.read(&desk, &booked).await;
    all_read(clinic.anonymous()).await;

    let mut blocking = clinic.pool.begin().await.unwrap();
    let lock = sqlx::query("lock table patient_cards in share mode");
    lock.execute(&mut *blocking).await.unwrap();
    let path = format!("/api/v1/patients/{}/proxies", child.id());
    let proxy = json!({"accountId": principal.account});
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
