//! Patients' cards and proxies.

use domain::{ClinicId, ClinicScope, PatientId, Role};
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Client, Clinic, Reply, all_read, slot};

/// A parent with an account, and the request that makes it a proxy.
async fn parent(clinic: &Clinic) -> (Principal, Value) {
    let patient = PatientId::from_uuid(Uuid::from_u128(4));
    let principal = Principal::patient(patient);
    clinic
        .world
        .account(principal.account, patient)
        .await
        .unwrap();
    let proxy = json!({"accountId": principal.account, "evidence": "BIRTH_CERTIFICATE"});
    (principal, proxy)
}

/// A child's card, made at the front desk.
async fn child(desk: &Client) -> Reply {
    let child = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
    desk.post("/api/v1/patients", &child).expect(201).await
}

#[tokio::test]
async fn a_proxy_books_for_a_child_until_removed() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let (principal, proxy) = parent(&clinic).await;
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
    let (principal, proxy) = parent(&clinic).await;
    let path = format!("/api/v1/patients/{}/proxies", child(&desk).await.id());
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
    let (principal, proxy) = parent(&clinic).await;
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

#[tokio::test]
async fn staff_adds_no_proxy_without_evidence_nor_itself_nor_staff() {
    let clinic = Clinic::open().await;
    let desk = Principal::receptionist(ClinicScope::Only([clinic.facts.clinic].into()));
    let client = clinic.client(&desk);
    let path = format!("/api/v1/patients/{}/proxies", child(&client).await.id());
    let (_, mut proxy) = parent(&clinic).await;
    proxy["evidence"] = Value::Null;
    let unproven = client.post(&path, &proxy).expect(422).await;
    unproven.is("proxy-needs-evidence");
    let own = json!({"accountId": desk.account, "evidence": "SIGNED_CONSENT"});
    let own = client.post(&path, &own).expect(422).await;
    own.is("proxy-without-patient-role");
    let other = client.post(
        &path,
        &json!({"accountId": desk.account, "evidence": "A friend"}),
    );
    other.expect(400).await;
    clinic.close().await;
}

/// The account of a receptionist who is a patient, too, is made a proxy by a colleague only, and the role of a patient
/// does not reach beyond what a proxy may.
#[tokio::test]
async fn a_receptionist_who_is_a_proxy_acts_as_a_patient_at_other_clinics() {
    let clinic = Clinic::open().await;
    let (mother, proxy) = parent(&clinic).await;
    let mother = Principal {
        roles: vec![Role::Patient, Role::Receptionist],
        clinics: ClinicScope::Only([ClinicId::from_uuid(Uuid::from_u128(77))].into()),
        ..mother
    };
    let client = clinic.client(&mother);
    let child = child(&clinic.desk()).await;
    let path = format!("/api/v1/patients/{}/proxies", child.id());
    let own = client.post(&path, &proxy).expect(422).await;
    own.is("proxy-is-own-account");
    clinic.desk().post(&path, &proxy).expect(200).await;
    let mut request = clinic.booking_request(slot(0));
    request["patientId"] = child.body["id"].clone();
    let booked = client.post("/api/v1/appointments", &request).expect(201);
    let booked = booked.await;
    request["start"] = json!(slot(1));
    request["overrideReason"] = json!("A friend of the house");
    let refused = client.post("/api/v1/appointments", &request);
    refused.expect(403).await;
    let moved = json!({"start": slot(2), "overrideReason": "A friend of the house"});
    let moved = client.post(&booked.appointment("reschedule"), &moved);
    moved.expect(403).await;
    clinic.close().await;
}
