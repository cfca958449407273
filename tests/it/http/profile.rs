//! Profiles of patients: read and changed by the patient, proxies and staff.

use domain::{ClinicId, ClinicScope, DoctorId, PatientId};
use futures::future::join_all;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Call, Client, Clinic, Reply, all_read, slot};

fn path(patient: PatientId) -> String {
    format!("/api/v1/patients/{patient}/profile")
}

fn change(who: &Client, patient: PatientId, change: &Value) -> Call {
    who.post(&path(patient), change)
}

fn record(who: &Client, patient: PatientId, illnesses: &Value, version: i64) -> Call {
    let path = format!("/api/v1/patients/{patient}/illnesses");
    let call = who.put(&path, &json!({"illnesses": illnesses}));
    call.header("If-Match", format!("\"{version}\""))
}

async fn read(clinic: &Clinic, who: &Client, patient: PatientId, after: &Reply) -> Value {
    let shown = clinic.settled(async || who.get(&path(patient)).after(after));
    shown.await.body
}

fn address() -> Value {
    json!({
        "lines": ["14 MG Road", "2nd floor"], "city": "Pune", "region": "Maharashtra",
        "postalCode": "411 001", "country": "IN",
    })
}

fn contact() -> Value {
    json!({"name": "Sunita Rao", "phone": "+919812345678", "relationship": "PARENT"})
}

/// A registered patient, and a client of theirs.
async fn patient(clinic: &Clinic) -> (PatientId, Client) {
    let patient = clinic.world.patient().await.unwrap();
    (patient, clinic.client(&Principal::patient(patient)))
}

/// Tells a whole profile with the words that the test of privacy looks for, and one that is refused.
pub async fn tell_profile(clinic: &Clinic, who: &Client, card: &str) {
    let profile = json!({
        "gender": "female",
        "address": {"lines": ["Quillfeather Lodge"], "city": "Zephyrine", "country": "GB"},
        "emergencyContact": {
            "name": "Zephyrine Quillfeather", "phone": "+447700900123", "relationship": "CHILD",
        },
    });
    let path = format!("{card}/profile");
    let changed = who.post(&path, &profile).key("a-key-for-the-profile");
    let changed = changed.expect(200).await;
    let wrong = json!({"bloodGroup": "xanthelasma", "gender": "Zephyrine"});
    who.post(&path, &wrong).expect(400).await;
    let illnesses = json!({"illnesses": ["xanthelasma"]});
    let recorded = who.put(&format!("{card}/illnesses"), &illnesses);
    let recorded = recorded.header("If-Match", changed.header("etag"));
    let recorded = recorded.expect(200).await;
    let seen = clinic.settled(async || who.get(&path).after(&recorded));
    assert_eq!(seen.await.body["knownIllnesses"], json!(["xanthelasma"]));
}

#[tokio::test]
async fn a_patient_completes_the_profile_field_by_field() {
    let clinic = Clinic::open().await;
    let (id, asha) = patient(&clinic).await;
    let nothing = change(&asha, id, &json!({})).expect(200).await;
    assert_eq!(nothing.header("etag"), "\"1\"");
    assert_eq!(clinic.events("patient.profile_changed").await, 0);
    let first = change(&asha, id, &json!({"gender": "female", "bloodGroup": "AB-"}));
    let first = first.expect(200).await;
    let shown = read(&clinic, &asha, id, &first).await;
    assert_eq!(
        (&shown["gender"], &shown["bloodGroup"]),
        (&json!("female"), &json!("AB-"))
    );
    let missing = json!(["address", "phone", "emergencyContact", "knownIllnesses"]);
    assert_eq!(
        shown["completeness"],
        json!({"percent": 33, "missing": missing})
    );
    let rest = json!({
        "address": address(), "phone": "+91 98200 00000", "emergencyContact": contact(),
    });
    let rest = change(&asha, id, &rest).expect(200).await;
    let told = record(&asha, id, &json!([]), 3).expect(200).await;
    assert_ne!(told.header("etag"), rest.header("etag"));
    let shown = read(&clinic, &asha, id, &told).await;
    let mut normal = address();
    normal["postalCode"] = json!("411 001");
    assert_eq!(shown["address"], normal);
    assert_eq!(shown["emergencyContact"], contact());
    assert_eq!(shown["phone"], "+919820000000");
    assert_eq!(shown["knownIllnesses"], json!([]));
    assert_eq!(
        shown["completeness"],
        json!({"percent": 100, "missing": []})
    );
    // The phone number is that of the card, and what is null is removed.
    let card = format!("/api/v1/patients/{id}");
    let card = asha.get(&card).after(&told).expect(200).await;
    assert_eq!(card.body["phone"], "+919820000000");
    let removed = change(&asha, id, &json!({"address": null, "phone": null}));
    let removed = removed.expect(200).await;
    let shown = read(&clinic, &asha, id, &removed).await;
    assert_eq!((shown.get("address"), shown.get("phone")), (None, None));
    assert_eq!(
        shown["completeness"]["missing"],
        json!(["address", "phone"])
    );
    assert_eq!(shown["bloodGroup"], "AB-");
    clinic.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_different_fields_at_once_do_not_undo_each_other() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let (id, asha) = patient(&clinic).await;
    let there = asha.at(&other.client);
    let changes = [
        json!({"gender": "other"}),
        json!({"bloodGroup": "O+"}),
        json!({"address": address()}),
        json!({"phone": "+919820000000"}),
        json!({"emergencyContact": contact()}),
    ];
    let calls = changes.iter().enumerate().map(|(number, fields)| {
        let who = if number % 2 == 0 { &asha } else { &there };
        change(who, id, fields).expect(200)
    });
    let done = join_all(calls).await;
    let last = done
        .iter()
        .max_by_key(|reply| reply.body["version"].as_i64());
    let shown = read(&clinic, &asha, id, last.unwrap()).await;
    assert_eq!(shown["completeness"]["missing"], json!(["knownIllnesses"]));
    // With the version that was read, the second change is refused.
    let stale = change(&asha, id, &json!({"gender": "male"})).header("If-Match", "\"1\"");
    stale.expect(412).await.is("stale-version");
    let lists = [json!(["Asthma"]), json!(["Diabetes"])];
    let calls = lists.iter().map(|list| record(&asha, id, list, 6).send());
    let mut statuses: Vec<_> = join_all(calls)
        .await
        .iter()
        .map(|reply| reply.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    other.stop().await;
    clinic.close().await;
}

/// The patient, doctors and desks, with and without a visit.
#[tokio::test]
async fn illnesses_are_for_the_patient_and_doctors_who_treat_the_patient() {
    let clinic = Clinic::without_fee().await;
    let (id, asha) = patient(&clinic).await;
    let desk = clinic.desk();
    let other_desk = clinic.other_desk();
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let other_doctor = Principal::doctor(DoctorId::from_uuid(Uuid::from_u128(3)));
    let other_doctor = clinic.client(&other_doctor);
    let told = record(&asha, id, &json!(["Asthma"]), 1).expect(200).await;
    all_read(clinic.anonymous()).await;
    // Before there is a visit, the desk sees the rest.
    let seen = read(&clinic, &desk, id, &told).await;
    assert_eq!(seen.get("knownIllnesses"), None);
    assert_eq!(seen["completeness"]["percent"], 16);
    record(&desk, id, &json!([]), 2).expect(403).await;
    doctor.get(&path(id)).expect(404).await;
    record(&doctor, id, &json!([]), 2).expect(404).await;

    let mut request = clinic.booking_request(slot(0));
    request["patientId"] = json!(id);
    let booked = desk.post("/api/v1/appointments", &request);
    let booked = booked.expect(201).await;
    for who in [&doctor, &asha] {
        let seen = read(&clinic, who, id, &booked).await;
        assert_eq!(seen["knownIllnesses"], json!(["Asthma"]));
    }
    // The front desk sees demographics and never clinical content.
    let group = clinic.client(&Principal::admin());
    for who in [&desk, &other_desk, &group] {
        let seen = read(&clinic, who, id, &booked).await;
        assert_eq!(seen.get("knownIllnesses"), None);
        record(who, id, &json!([]), 2).expect(403).await;
    }
    other_doctor.get(&path(id)).expect(404).await;
    record(&doctor, id, &json!(["Asthma", "Penicillin allergy"]), 2)
        .expect(200)
        .await;
    // A doctor records illnesses and changes nothing else.
    change(&doctor, id, &json!({"gender": "female"}))
        .expect(403)
        .await;
    let auditor = clinic.client(&Principal::auditor());
    auditor.get(&path(id)).expect(404).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_proxy_keeps_the_profile_of_a_child_and_a_stranger_does_not() {
    let clinic = Clinic::open().await;
    let desk = clinic.desk();
    let (mother, asha) = patient(&clinic).await;
    let mother = Principal::patient(mother);
    let asha = asha.with_token(clinic.site.token(&mother).unwrap());
    let own = mother.patient.unwrap();
    clinic.world.account(mother.account, own).await.unwrap();
    let born = "2020-01-31".parse().unwrap();
    let child = clinic.world.patient_born(born).await.unwrap();
    change(&asha, child, &json!({"gender": "male"}))
        .expect(404)
        .await;
    let proxies = format!("/api/v1/patients/{child}/proxies");
    let proxy = json!({"accountId": mother.account, "evidence": "BIRTH_CERTIFICATE"});
    desk.post(&proxies, &proxy).expect(200).await;
    change(&asha, child, &json!({"gender": "male"}))
        .expect(200)
        .await;
    all_read(clinic.anonymous()).await;
    let told = record(&asha, child, &json!(["Asthma"]), 3)
        .expect(200)
        .await;
    let seen = read(&clinic, &asha, child, &told).await;
    assert_eq!(seen["knownIllnesses"], json!(["Asthma"]));
    clinic.patient().get(&path(child)).expect(404).await;
    // Nor is there one of a patient who is not there.
    let unknown = PatientId::from_uuid(Uuid::from_u128(5));
    desk.get(&path(unknown)).expect(404).await;
    change(&desk, unknown, &json!({"gender": "male"}))
        .expect(404)
        .await;
    let nowhere = ClinicScope::Only([ClinicId::from_uuid(Uuid::from_u128(6))].into());
    let admin = Principal {
        clinics: nowhere,
        ..Principal::admin()
    };
    record(&clinic.client(&admin), unknown, &json!([]), 1)
        .expect(403)
        .await;
    record(&asha, unknown, &json!([]), 1).expect(404).await;
    clinic.close().await;
}

#[tokio::test]
async fn the_profile_is_gone_with_its_person() {
    let clinic = Clinic::open().await;
    let (id, asha) = patient(&clinic).await;
    let profile = json!({"gender": "female", "address": address(), "emergencyContact": contact()});
    change(&asha, id, &profile).expect(200).await;
    let told = record(&asha, id, &json!(["Asthma"]), 2).expect(200).await;
    read(&clinic, &asha, id, &told).await;
    let commands = &clinic.app().commands;
    let context = commands.system_context();
    commands.erase_person(id.subject(), &context).await.unwrap();
    let shown = read(&clinic, &clinic.desk(), id, &told).await;
    assert_eq!(shown, json!({"patientId": id, "version": 3}));
    clinic.close().await;
}

#[tokio::test]
async fn each_field_is_checked() {
    let clinic = Clinic::open().await;
    let (id, asha) = patient(&clinic).await;
    let in_address = |field: &str, value: Value| {
        let mut address = address();
        address[field] = value;
        json!({"address": address})
    };
    let in_contact = |field: &str, value: Value| {
        let mut contact = contact();
        contact[field] = value;
        json!({"emergencyContact": contact})
    };
    let invalid = [
        (json!({"phone": "12"}), "/phone"),
        (json!({"phone": ""}), "/phone"),
        (json!({"phone": "+91 98२00 00000"}), "/phone"),
        (in_address("lines", json!([])), "/address/lines"),
        (in_address("lines", json!(vec!["a"; 4])), "/address/lines"),
        (in_address("lines", json!([""])), "/address/lines/0"),
        (
            in_address("lines", json!(["x".repeat(121)])),
            "/address/lines/0",
        ),
        (
            in_address("lines", json!(["a\u{202e}b"])),
            "/address/lines/0",
        ),
        (in_address("city", json!(" ")), "/address/city"),
        (
            in_address("postalCode", json!("x".repeat(13))),
            "/address/postalCode",
        ),
        (in_address("country", json!("IND")), "/address/country"),
        (
            in_contact("name", json!("\u{200b}")),
            "/emergencyContact/name",
        ),
        (in_contact("phone", json!("911")), "/emergencyContact/phone"),
    ];
    for (body, pointer) in invalid {
        let refused = change(&asha, id, &body).expect(422).await;
        refused.is("invalid-value");
        refused.points_at(pointer);
    }
    let malformed = [
        json!({"gender": "Female"}),
        json!({"gender": ""}),
        json!({"gender": 1}),
        json!({"bloodGroup": "AB"}),
        json!({"bloodGroup": "C+"}),
        json!({"knownIllnesses": ["Asthma"]}),
        json!({"address": "14 MG Road"}),
        json!({"address": {"lines": ["14 MG Road"], "city": "Pune"}}),
        json!({"emergencyContact": {"name": "Sunita Rao"}}),
        in_contact("relationship", json!("MOTHER")),
        json!([]),
    ];
    for body in malformed {
        change(&asha, id, &body).expect(400).await.is("malformed");
    }
    let many: Vec<String> = (0..51).map(|number| format!("Illness {number}")).collect();
    for list in [
        json!(["Asthma", "asthma"]),
        json!([""]),
        json!(["x".repeat(201)]),
        json!(many),
    ] {
        let refused = record(&asha, id, &list, 1).expect(422).await;
        refused.is("invalid-value");
    }
    record(&asha, id, &json!("Asthma"), 1).expect(400).await;
    let unread = format!("/api/v1/patients/{id}/illnesses");
    let unread = asha.put(&unread, &json!({"illnesses": []}));
    unread.expect(428).await.is("if-match-required");
    assert_eq!(clinic.events("patient.profile_changed").await, 0);
    assert_eq!(clinic.events("patient.illnesses_recorded").await, 0);
    // Any script is welcome, up to the longest.
    let long = "आ".repeat(120);
    let own_script = json!({
        "address": {"lines": [long], "city": "पुणे", "country": "in"},
        "emergencyContact": {
            "name": "सुनीता राव", "phone": "+91 (98) 1234-5678", "relationship": "PARENT",
        },
    });
    let changed = change(&asha, id, &own_script).expect(200).await;
    let shown = read(&clinic, &asha, id, &changed).await;
    assert_eq!(shown["address"]["lines"], json!([long]));
    assert_eq!(shown["address"]["country"], "IN");
    clinic.close().await;
}
