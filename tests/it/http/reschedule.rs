//! Visits that move, and times that only the front desk takes.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::{AccountId, PatientId, Role};
use serde_json::{Value, json};
use tests::app::Somebody;
use tests::world::Terms;

use crate::support::{Client, Clinic, Reply, eventually, slot};

/// Who holds the doctor's time, and from when.
async fn held(clinic: &Clinic) -> Vec<(String, DateTime<Utc>)> {
    let sql = "select holder, lower(during) from slot_claims where kind = 'doctor' order by during";
    sqlx::query_as(sql).fetch_all(&clinic.pool).await.unwrap()
}

fn moved(who: &Client, visit: &Reply, start: DateTime<Utc>) -> crate::support::Call {
    who.post(&visit.appointment("reschedule"), &json!({"start": start}))
}

async fn free(clinic: &Clinic, after: &Reply) -> Vec<Value> {
    let path = format!(
        "/api/v1/doctors/{}/availability?clinicId={}&from=2026-12-01&to=2026-12-01",
        clinic.doctor, clinic.facts.clinic
    );
    let offered = clinic
        .settled(async || clinic.nobody().get(&path).after(after))
        .await;
    let slots = offered.body["slots"].as_array().unwrap();
    slots.iter().map(|slot| slot["start"].clone()).collect()
}

#[tokio::test]
async fn a_visit_moves_and_its_old_slot_is_free_again() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let told = moved(&asha, &visit, slot(4)).expect(200).await;
    assert_eq!(told.body["status"], "BOOKED");
    assert_eq!(told.body["holdUntil"], visit.body["holdUntil"]);
    assert_eq!(told.header("etag"), "\"2\"");
    let id = visit.text("id").to_owned();
    assert_eq!(held(&clinic).await, [(id, slot(4))]);
    let free = free(&clinic, &told).await;
    assert!(free.contains(&json!(slot(0))) && !free.contains(&json!(slot(4))));
    let read = clinic.read(&asha, &told).await;
    assert_eq!(read.body["slot"]["start"], json!(slot(4)));
    let sheet = format!(
        "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
        clinic.doctor
    );
    let doctor = clinic.client(&Somebody::doctor(clinic.doctor));
    let sheet = clinic
        .settled(async || doctor.get(&sheet).after(&told))
        .await;
    assert_eq!(sheet.body["entries"][0]["slot"]["start"], json!(slot(4)));
    clinic.book(&clinic.patient(), 0).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn onto_its_own_slot_nothing_is_new() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let told = moved(&asha, &visit, slot(0)).expect(200).await;
    assert_eq!(told.header("etag"), "\"1\"");
    assert_eq!(clinic.events("appointment.rescheduled").await, 0);
    clinic.close().await;
}

/// A node that last saw the visit there asks the log before it says that nothing is new.
#[tokio::test]
async fn a_visit_that_another_node_moved_away_moves_back() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    moved(&asha.at(&other.1), &visit, slot(4)).expect(200).await;
    let back = moved(&asha, &visit, slot(0)).expect(200).await;
    assert_eq!(back.header("etag"), "\"3\"");
    assert_eq!(held(&clinic).await[0].1, slot(0));
    clinic.stop(other).await;
    clinic.close().await;
}

#[tokio::test]
async fn what_can_not_be_booked_can_not_be_moved_to_either() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    clinic.book(&clinic.patient(), 1).expect(201).await;
    let refused = async |start, status, slug| {
        moved(&asha, &visit, start).expect(status).await.is(slug);
    };
    refused(slot(1), 409, "slot-already-taken").await;
    refused(slot(-1), 422, "slot-outside-hours").await;
    refused(slot(2) + TimeDelta::minutes(5), 422, "slot-off-grid").await;
    refused(slot(0) - TimeDelta::days(1), 422, "slot-in-past").await;
    refused(slot(0) + TimeDelta::days(91), 422, "slot-beyond-horizon").await;
    let leave = json!({"start": slot(8), "end": slot(12)});
    let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    let admin = clinic.client(&Somebody::admin());
    admin.post(&leaves, &leave).expect(201).await;
    refused(slot(8), 409, "doctor-on-leave").await;
    let id = visit.text("id").to_owned();
    assert_eq!(held(&clinic).await[0], (id, slot(0)));
    clinic.close().await;
}

#[tokio::test]
async fn with_another_doctor_or_at_another_clinic_it_would_be_another_visit() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let colleague = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let elsewhere = clinic
        .world
        .clinic("Asia/Kolkata", domain::Currency::Inr)
        .await;
    let path = visit.appointment("reschedule");
    let with = json!({"start": slot(4), "doctorId": colleague.unwrap()});
    asha.post(&path, &with)
        .expect(422)
        .await
        .is("another-doctor");
    let there = json!({"start": slot(4), "clinicId": elsewhere.unwrap().clinic});
    asha.post(&path, &there)
        .expect(422)
        .await
        .is("another-clinic");
    let same = json!({
        "start": slot(4), "doctorId": clinic.doctor, "clinicId": clinic.facts.clinic,
    });
    asha.post(&path, &same).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn nobody_is_moved_into_another_visit_of_theirs() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let colleague = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let mut wish = clinic.wish(slot(3));
    wish["doctorId"] = json!(colleague.unwrap());
    asha.post("/api/v1/appointments", &wish).expect(201).await;
    let refused = moved(&asha, &visit, slot(3)).expect(409).await;
    refused.is("patient-already-booked");
    clinic.close().await;
}

#[tokio::test]
async fn a_hold_that_is_over_moves_nowhere_and_stands_in_nobodys_way() {
    let clinic = Clinic::open().await;
    let asha = Somebody::patient(PatientId::from_uuid(SystemIds.id()));
    let late = clinic.book(&clinic.client(&asha), 0).expect(201).await;
    clinic.site.clock.advance(TimeDelta::minutes(15));
    let (asha, ravi) = (clinic.client(&asha), clinic.patient());
    moved(&asha, &late, slot(2)).expect(409).await;
    let visit = clinic.book(&ravi, 5).expect(201).await;
    moved(&ravi, &visit, slot(0)).expect(200).await;
    let id = visit.text("id").to_owned();
    assert_eq!(held(&clinic).await, [(id, slot(0))]);
    clinic.close().await;
}

/// Whoever moves to a slot that begins soon is not held beyond its beginning.
#[tokio::test]
async fn the_timer_of_a_hold_moves_with_it() {
    let clinic = Clinic::open().await;
    clinic.site.clock.set(slot(0) - TimeDelta::minutes(10));
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 8).expect(201).await;
    let told = moved(&asha, &visit, slot(0)).expect(200).await;
    assert_eq!(told.body["holdUntil"], json!(slot(0)));
    let due = "select count(*) from timers where due_at = $1::timestamptz";
    eventually("the timer was moved", async || {
        let count = sqlx::query_scalar::<_, i64>(due).bind(slot(0));
        count.fetch_one(&clinic.pool).await.unwrap() == 1
    })
    .await;
    clinic.site.clock.set(slot(0));
    eventually("the hold is expired", async || {
        clinic.events("appointment.hold_expired").await == 1
    })
    .await;
    assert_eq!(held(&clinic).await, []);
    clinic.close().await;
}

/// A card, and an account that may act for it.
async fn proxy(clinic: &Clinic) -> (PatientId, Client, AccountId) {
    let patient = clinic.world.patient().await.unwrap();
    let parent = Somebody {
        account: AccountId::from_uuid(SystemIds.id()),
        ..Somebody::patient(PatientId::from_uuid(SystemIds.id()))
    };
    (patient, clinic.client(&parent), parent.account)
}

#[tokio::test]
async fn a_proxy_moves_and_cancels_visits_until_they_are_removed() {
    let clinic = Clinic::open().await;
    let (child, parent, account) = proxy(&clinic).await;
    let proxies = format!("/api/v1/patients/{child}/proxies");
    let mut wish = clinic.wish(slot(0));
    wish["patientId"] = json!(child);
    let book = || parent.post("/api/v1/appointments", &wish);
    book().expect(404).await;
    let desk = clinic.desk();
    let added = desk.post(&proxies, &json!({"accountId": account}));
    added.expect(200).await;
    let visit = book().expect(201).await;
    let told = moved(&parent, &visit, slot(4)).expect(200).await;
    let removed = desk.call(reqwest::Method::DELETE, &format!("{proxies}/{account}"));
    removed.expect(200).await;
    moved(&parent, &visit, slot(6)).expect(404).await;
    let cancel = parent.post(&visit.appointment("cancel"), &json!({}));
    cancel.expect(404).await;
    book().expect(404).await;
    let read = clinic.read(&desk, &told).await;
    assert_eq!(read.body["status"], "BOOKED");
    assert_eq!(read.body["slot"]["start"], json!(slot(4)));
    clinic.close().await;
}

#[tokio::test]
async fn what_has_begun_or_is_over_does_not_move() {
    let clinic = Clinic::with(Terms {
        fee: 0,
        ..Terms::default()
    })
    .await;
    let desk = clinic.desk();
    let late = Somebody::patient(PatientId::from_uuid(SystemIds.id()));
    let here = clinic.patient();
    let missed = clinic.book(&clinic.client(&late), 0).expect(201).await;
    let arrived = clinic.book(&here, 4).expect(201).await;
    let arrive = desk.post(&arrived.appointment("arrive"), &json!({}));
    arrive.expect(200).await;
    let refused = moved(&here, &arrived, slot(6)).expect(409).await;
    refused.is("patient-already-arrived");
    clinic.site.clock.set(slot(0));
    let late = clinic.client(&late);
    let refused = moved(&late, &missed, slot(8)).expect(409).await;
    refused.is("appointment-already-started");
    clinic.close().await;
}

#[tokio::test]
async fn an_old_version_moves_nothing() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let path = visit.appointment("reschedule");
    let first = asha.post(&path, &json!({"start": slot(1)}));
    first.header("If-Match", "\"1\"").expect(200).await;
    let second = asha.post(&path, &json!({"start": slot(2)}));
    let refused = second.header("If-Match", "\"1\"").expect(412).await;
    refused.is("stale-version");
    clinic.close().await;
}

#[tokio::test]
async fn the_same_move_sent_again_is_told_again() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let once = moved(&asha, &visit, slot(4))
        .key("move-of-asha-one")
        .expect(200)
        .await;
    // Whoever asks again is told what was done, even if somebody else moved it on.
    moved(&asha, &visit, slot(6)).expect(200).await;
    let again = moved(&asha, &visit, slot(4))
        .key("move-of-asha-one")
        .expect(200)
        .await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, once.body);
    clinic.close().await;
}

/// The reason of an override stands in the log, sealed, and which rules gave way stands beside it.
#[tokio::test]
async fn the_front_desk_takes_times_that_are_not_offered_and_says_why() {
    let clinic = Clinic::open().await;
    let (desk, patient) = (clinic.desk(), clinic.world.patient().await.unwrap());
    let evening = slot(40);
    let mut wish = clinic.wish(evening);
    wish["patientId"] = json!(patient);
    let refused = desk.post("/api/v1/appointments", &wish).expect(422).await;
    refused.is("slot-outside-hours");
    wish["overrideReason"] = json!("Comes from far away");
    let booked = desk.post("/api/v1/appointments", &wish).expect(201).await;
    let given_way = "select count(*) from events where payload -> 'overridden' = $1::jsonb";
    assert_eq!(clinic.count(given_way, r#"["outsideHours"]"#).await, 1);
    let mut on = json!({"start": slot(44), "overrideReason": "The bus is late"});
    let moved = desk.post(&booked.appointment("reschedule"), &on);
    moved.expect(200).await;
    assert_eq!(clinic.count(given_way, r#"["outsideHours"]"#).await, 2);
    // What somebody has is not taken for any reason.
    let mut other = clinic.wish(slot(44));
    other["patientId"] = json!(clinic.world.patient().await.unwrap());
    other["overrideReason"] = json!("Urgent");
    let refused = desk.post("/api/v1/appointments", &other).expect(409).await;
    refused.is("slot-already-taken");
    // Nobody else takes what is not offered: not the patient, not another clinic's desk.
    on["start"] = json!(slot(48));
    let own = clinic.client(&Somebody::patient(patient));
    let forbidden = own.post(&booked.appointment("reschedule"), &on);
    forbidden.expect(403).await;
    let elsewhere = clinic.other_desk();
    elsewhere
        .post("/api/v1/appointments", &wish)
        .expect(404)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn somebody_who_walks_in_is_booked_for_this_very_moment() {
    let clinic = Clinic::open().await;
    clinic.site.clock.set(slot(3) + TimeDelta::minutes(4));
    let desk = clinic.desk();
    let mut wish = clinic.wish(slot(3));
    wish["patientId"] = json!(clinic.world.patient().await.unwrap());
    let late = desk.post("/api/v1/appointments", &wish).expect(422).await;
    late.is("slot-in-past");
    wish["overrideReason"] = json!("Walked in with a fever");
    let booked = desk.post("/api/v1/appointments", &wish).expect(201).await;
    let why = json!({"reason": "Pays at the desk"});
    desk.post(&booked.appointment("confirm"), &why)
        .expect(200)
        .await;
    desk.post(&booked.appointment("arrive"), &json!({}))
        .expect(200)
        .await;
    clinic.close().await;
}

/// Somebody who is a patient and works at the desk moves their own visit as what they are asked to.
#[tokio::test]
async fn a_receptionist_overrides_as_receptionist_even_for_themselves() {
    let clinic = Clinic::open().await;
    let patient = PatientId::from_uuid(SystemIds.id());
    let both = Somebody {
        patient: Some(patient),
        roles: vec![Role::Patient, Role::Receptionist],
        ..Somebody::receptionist(domain::ClinicScope::Only([clinic.facts.clinic].into()))
    };
    let both = clinic.client(&both);
    let visit = clinic.book(&both, 0).expect(201).await;
    let on = json!({"start": slot(40), "overrideReason": "After my shift"});
    both.post(&visit.appointment("reschedule"), &on)
        .expect(200)
        .await;
    let role = "select count(*) from events where event_type = 'appointment.rescheduled'
                and payload -> 'by' ->> 'role' = $1";
    assert_eq!(clinic.count(role, "RECEPTIONIST").await, 1);
    clinic.close().await;
}
