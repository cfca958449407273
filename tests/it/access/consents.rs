//! Consents are granted, listed and withdrawn.

use chrono::TimeDelta;
use domain::{ClinicScope, PatientId};
use reqwest::Method;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use super::fixture::Fixture;
use crate::support::{now, slot};

fn purposes(body: &Value) -> Vec<Value> {
    let items = body["items"].as_array().unwrap();
    items.iter().map(|item| item["purpose"].clone()).collect()
}

#[tokio::test]
async fn a_consent_is_granted_for_a_purpose_until_an_end_and_withdrawn() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let consents = fixture.path("consents");
    let listed = asha.get(&consents).expect(200).await;
    assert_eq!(listed.body["items"], json!([]));
    let hiv = json!({"kind": "SENSITIVE", "category": "HIV"});
    let research = json!({"kind": "RESEARCH"});
    let end = now() + TimeDelta::days(30);
    let first = asha.post(&consents, &json!({"purpose": hiv}));
    let first = first.expect(201).await;
    fixture.clinic.site.clock.advance(TimeDelta::seconds(1));
    let second = asha.post(&consents, &json!({"purpose": research, "until": end}));
    let second = second.expect(201).await;
    assert_eq!(second.header("etag"), "\"2\"");
    let listed = asha.get(&consents).after(&second).expect(200).await;
    assert_eq!(purposes(&listed.body), [hiv, research]);
    let item = &listed.body["items"][1];
    assert_eq!(item["givenBy"], "PATIENT");
    assert_eq!(
        item["until"].as_str().unwrap(),
        end.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    );
    assert_eq!(item.get("withdrawnAt"), None);
    for _ in 0..2 {
        let path = format!("{consents}/{}", first.text("id"));
        let withdrawn = asha.call(Method::DELETE, &path).expect(200).await;
        assert_eq!(withdrawn.header("etag"), "\"3\"");
    }
    fixture.settle().await;
    let listed = asha.get(&consents).expect(200).await;
    assert!(listed.body["items"][0]["withdrawnAt"].is_string());
    // What a consent is for may tell of an illness.
    let clear = "select count(*) from events where payload::text like '%' || $1 || '%'";
    for word in ["SENSITIVE", "RESEARCH"] {
        assert_eq!(fixture.clinic.count(clear, word).await, 0);
    }
    fixture.close().await;
}

#[tokio::test]
async fn the_front_desk_records_a_signed_form_of_a_patient_in_its_care() {
    let fixture = Fixture::open().await;
    let clinic = fixture.clinic.facts.clinic;
    let desk = fixture.client(&Principal::receptionist(ClinicScope::Only([clinic].into())));
    let consents = fixture.path("consents");
    let sharing = json!({"purpose": {"kind": "SHARING_ACROSS_CLINICS"}});
    desk.post(&consents, &sharing).expect(404).await;
    desk.get(&consents).expect(404).await;
    fixture.book(slot(0)).await;
    let granted = desk.post(&consents, &sharing).expect(201).await;
    let listed = desk.get(&consents).after(&granted).expect(200).await;
    assert_eq!(listed.body["items"][0]["givenBy"], "SIGNED_FORM");
    let doctor = fixture.client(&fixture.doctor());
    doctor.get(&consents).expect(403).await;
    doctor.post(&consents, &sharing).expect(403).await;
    let stranger = Principal::patient(PatientId::from_uuid(Uuid::from_u128(9)));
    let stranger = fixture.client(&stranger);
    stranger.post(&consents, &sharing).expect(404).await;
    fixture.close().await;
}

#[tokio::test]
async fn wrong_consents_are_refused() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let consents = fixture.path("consents");
    let past = json!({"purpose": {"kind": "RESEARCH"}, "until": now()});
    let refused = asha.post(&consents, &past).expect(422).await;
    refused.is("consent-ends-in-past");
    for wrong in [
        json!({}),
        json!({"purpose": {"kind": "MARKETING"}}),
        json!({"purpose": {"kind": "SENSITIVE"}}),
        json!({"purpose": {"kind": "SENSITIVE", "category": "FLU"}}),
        json!({"purpose": {"kind": "RESEARCH"}, "extra": 1}),
    ] {
        asha.post(&consents, &wrong)
            .expect(400)
            .await
            .is("malformed");
    }
    let no_time = json!({"purpose": {"kind": "RESEARCH"}, "until": "tomorrow"});
    asha.post(&consents, &no_time).expect(422).await;
    let no_id = json!({"purpose": {"kind": "PROXY", "accountId": "x"}});
    asha.post(&consents, &no_id).expect(422).await;
    let unknown = format!("{consents}/{}", Uuid::from_u128(5));
    asha.call(Method::DELETE, &unknown).expect(404).await;
    asha.call(Method::DELETE, &format!("{consents}/x"))
        .expect(400)
        .await;
    fixture.close().await;
}

#[tokio::test]
async fn consents_are_gone_with_their_person() {
    let fixture = Fixture::open().await;
    let asha = fixture.client(&fixture.asha);
    let sharing = json!({"purpose": {"kind": "SHARING_ACROSS_CLINICS"}});
    let consents = fixture.path("consents");
    asha.post(&consents, &sharing).expect(201).await;
    fixture.book(slot(0)).await;
    let commands = &fixture.clinic.app().commands;
    let context = commands.system_context();
    let subject = fixture.patient.subject();
    commands.erase_person(subject, &context).await.unwrap();
    let clinic = fixture.clinic.facts.clinic;
    let desk = fixture.client(&Principal::receptionist(ClinicScope::Only([clinic].into())));
    let listed = desk.get(&consents).expect(200).await;
    assert_eq!(purposes(&listed.body), [Value::Null]);
    fixture.settle().await;
    fixture.close().await;
}
