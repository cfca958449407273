//! Access to charts: the patient, proxies and doctors with a visit, and no one else.

use domain::{DoctorId, PatientId};
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use super::entries::{book_for, items, problem, pulse, staff};
use super::practice::{Practice, seen};

#[tokio::test]
async fn a_chart_is_for_the_patient_proxies_and_doctors_with_a_visit() {
    let practice = Practice::open().await;
    let added = practice.add(&problem("Asthma", None)).expect(201).await;
    let chart = practice.path("chart");
    for who in [&practice.asha, &practice.doctor] {
        let shown = practice.chart(who, "", &added).await;
        assert_eq!(items(&shown).len(), 1);
    }
    let other_doctor = Principal::doctor(DoctorId::from_uuid(Uuid::from_u128(3)));
    let other_doctor = practice.clinic.client(&other_doctor);
    let stranger = practice.clinic.patient();
    for who in [&other_doctor, &stranger] {
        who.get(&chart).expect(404).await;
        practice.record(who, &pulse(72)).expect(404).await;
    }
    for who in &staff(&practice.clinic) {
        who.get(&chart).expect(403).await;
        who.get(&practice.path("vitals/trends?code=8867-4"))
            .expect(403)
            .await;
        who.get(&practice.path(&format!("chart/{}", added.id())))
            .expect(403)
            .await;
        practice.record(who, &pulse(72)).expect(403).await;
        let item = json!({"content": problem("Asthma", None)});
        who.post(&practice.path("health-summary"), &item)
            .expect(403)
            .await;
    }
    // An auditor may in an emergency.
    let auditor = practice.clinic.client(&Principal::auditor());
    auditor.get(&chart).expect(404).await;
    // The patient reads the summary, and doctors write it.
    let item = json!({"content": problem("Asthma", None)});
    let own = practice.asha.post(&practice.path("health-summary"), &item);
    own.expect(403).await;

    let mother = Principal::patient(practice.clinic.world.patient().await.unwrap());
    let own = mother.patient.unwrap();
    let world = &practice.clinic.world;
    world.account(mother.account, own).await.unwrap();
    let proxy = json!({"accountId": mother.account, "evidence": "BIRTH_CERTIFICATE"});
    let proxies = practice.path("proxies");
    let allowed = practice.clinic.desk().post(&proxies, &proxy);
    allowed.expect(200).await;
    let consent = json!({"purpose": {"kind": "PROXY", "accountId": mother.account}});
    let consent = practice.asha.post(&practice.path("consents"), &consent);
    let allowed = consent.expect(201).await;
    let mother = practice.clinic.client(&mother);
    let shown = practice.chart(&mother, "", &allowed).await;
    assert_eq!(items(&shown).len(), 1);
    let recorded = practice.record(&mother, &pulse(72)).expect(201).await;
    let shown = practice.chart(&practice.doctor, "", &recorded).await;
    let role = items(&shown)
        .iter()
        .find(|entry| entry["id"] == recorded.body["id"]);
    assert_eq!(role.unwrap()["author"]["role"], "PATIENT");

    // An entry of one patient is not found under another.
    let elsewhere = practice.clinic.world.patient().await.unwrap();
    let elsewhere = book_for(&practice.clinic, elsewhere, 5).await;
    let other = format!("/api/v1/patients/{}", elsewhere.text("patientId"));
    let path = format!("{other}/chart/{}", added.id());
    let unread = practice
        .clinic
        .settled(async || {
            practice
                .doctor
                .get(&format!("{other}/chart"))
                .after(&elsewhere)
        })
        .await;
    assert_eq!(items(&unread.body).len(), 0);
    practice.doctor.get(&path).expect(404).await;
    let vitals = format!("{other}/vitals/{}/entered-in-error", recorded.id());
    let reason = json!({"reason": "Another patient's"});
    let marking = practice.doctor.post(&vitals, &reason);
    seen(marking, 1).expect(404).await;
    let unknown = PatientId::from_uuid(Uuid::from_u128(5));
    let path = format!("/api/v1/patients/{unknown}/chart");
    practice.doctor.get(&path).expect(404).await;
    practice.close().await;
}
