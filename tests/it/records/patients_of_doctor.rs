//! The patients of a doctor.

use domain::DoctorId;
use serde_json::json;
use tests::app::Principal;
use uuid::Uuid;

use super::entries::{book_for, items, staff};
use super::practice::Practice;
use crate::support::slot;

#[tokio::test]
async fn a_doctor_lists_those_who_come_or_came_once_each() {
    let practice = Practice::open().await;
    let clinic = &practice.clinic;
    let ravi = clinic.world.patient().await.unwrap();
    let tara = clinic.world.patient().await.unwrap();
    book_for(clinic, ravi, 1).await;
    book_for(clinic, ravi, 4).await;
    book_for(clinic, ravi, 2).await;
    let cancelled = book_for(clinic, tara, 3).await;
    let cancel = clinic.desk().post(
        &cancelled.appointment("cancel"),
        &json!({"reason": "Ill", "onBehalfOf": "PATIENT"}),
    );
    let last = cancel.expect(200).await;
    let path = format!("/api/v1/doctors/{}/patients", clinic.doctor);
    let read = async |query: &str| {
        let path = format!("{path}{query}");
        let read = clinic.settled(async || practice.doctor.get(&path).after(&last));
        read.await.body
    };
    let listed = read("").await;
    let shown: Vec<_> = items(&listed)
        .iter()
        .map(|patient| {
            let (id, name) = (&patient["patientId"], &patient["name"]);
            (id, name, &patient["latestVisit"])
        })
        .collect();
    let name = json!("Asha Rao");
    assert_eq!(
        shown,
        [
            (&json!(practice.patient), &name, &json!(slot(0))),
            (&json!(ravi), &name, &json!(slot(4)))
        ]
    );
    let first = read("?limit=1").await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = read(&format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(items(&first)[0]["patientId"], json!(practice.patient));
    assert_eq!(items(&second)[0]["patientId"], json!(ravi));
    assert_eq!(second.get("nextCursor"), None);

    let commands = &clinic.app().commands;
    let context = commands.system_context();
    commands
        .erase_person(ravi.subject(), &context)
        .await
        .unwrap();
    let listed = read("").await;
    assert_eq!(items(&listed)[1]["patientId"], json!(ravi));
    assert_eq!(items(&listed)[1].get("name"), None);

    let other = Principal::doctor(DoctorId::from_uuid(Uuid::from_u128(3)));
    clinic.client(&other).get(&path).expect(404).await;
    for who in staff(clinic).iter().chain([&practice.asha]) {
        who.get(&path).expect(403).await;
    }
    practice.close().await;
}
