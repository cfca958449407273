//! A query sent with the position of a command sees what the command did.

use serde_json::json;
use tests::app::Principal;

use crate::support::Clinic;

#[tokio::test]
async fn a_position_that_was_never_issued_is_refused() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let head = booked.header("caresync-position").to_owned();
    let mut parts = head.split('-').map(|part| part.parse::<u64>().unwrap());
    let (epoch, transaction, position) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    for refused in [
        format!("{epoch}-{transaction}-{}", position + 1),
        format!("{epoch}-{}-1", transaction + 1_000_000),
        format!("{}-1-1", epoch + 1),
        "garbage".to_owned(),
        "1-2".to_owned(),
        "1-2-3-4".to_owned(),
        "99999-1-1".to_owned(),
        format!("{head} "),
        String::new(),
    ] {
        let query = asha.get("/api/v1/appointments");
        let query = query.header("CareSync-Position", refused.as_str());
        let answer = query.send().await;
        if refused.trim() == head {
            continue;
        }
        assert_eq!(answer.status, 400, "{refused:?}: {}", answer.body);
        answer.points_at("CareSync-Position");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_booking_is_read_at_its_position_on_every_node() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    for number in 0..16 {
        let asha = clinic.patient();
        let booked = clinic.book(&asha, number).expect(201).await;
        let found = clinic
            .settled(async || asha.get("/api/v1/appointments").after(&booked))
            .await;
        assert_eq!(found.body["items"][0]["id"], booked.body["id"]);
        let there = asha.at(&other.client);
        let found = clinic.read(&there, &booked).await;
        assert_eq!(found.id(), booked.id());
    }
    other.stop().await;
    clinic.close().await;
}

/// Makes one of each resource and reads it at its position, by list and by id: a read model that is
/// behind would return less.
#[tokio::test]
async fn every_read_model_waits_for_the_position_of_a_command() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let desk = clinic.desk();
    for round in 0..5 {
        let card = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
        let lakeside = json!({
            "name": "Lakeside", "city": "Pune", "timeZone": "Asia/Kolkata", "currency": "INR",
        });
        let auditor = json!({
            "email": format!("auditor-{round}@example.org"),
            "roles": ["AUDITOR"],
            "clinics": {"kind": "all"},
        });
        let doctor = json!({
            "name": "Meera Iyer",
            "specialisations": ["cardiology"],
            "languages": ["en"],
            "email": format!("meera-{round}@example.org"),
        });
        for (who, path, new) in [
            (&desk, "/api/v1/patients", card),
            (&admin, "/api/v1/clinics", lakeside),
            (&admin, "/api/v1/accounts", auditor),
            (&admin, "/api/v1/doctors", doctor),
        ] {
            let made = who.post(path, &new).expect(201).await;
            let path = made.header("location").to_owned();
            let found = clinic.settled(async || who.get(&path).after(&made)).await;
            assert_eq!(found.id(), made.id());
            assert_eq!(found.header("etag"), made.header("etag"));
        }
        let asha = clinic.client(&Principal::patient(clinic.world.patient().await.unwrap()));
        let booked = clinic.book(&asha, round).expect(201).await;
        clinic.read(&asha, &booked).await;
        let sheet = format!(
            "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
            clinic.doctor
        );
        let doctor = clinic.client(&Principal::doctor(clinic.doctor));
        let sheet = clinic
            .settled(async || doctor.get(&sheet).after(&booked))
            .await;
        let entries = sheet.body["entries"].as_array().unwrap();
        assert!(
            entries
                .iter()
                .any(|entry| entry["appointmentId"] == booked.body["id"])
        );
    }
    clinic.close().await;
}
