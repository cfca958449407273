//! Rescheduled visits, and times that only the front desk may book.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::{AccountId, PatientId, Role};
use serde_json::json;
use tests::app::Principal;
use tests::world::Terms;

use super::schedule::free;
use crate::support::{Client, Clinic, Reply, eventually, slot};

/// Holder and start of each claim on a doctor's time.
async fn held(clinic: &Clinic) -> Vec<(String, DateTime<Utc>)> {
    let sql = "select holder, lower(during) from slot_claims where kind = 'doctor' order by during";
    sqlx::query_as(sql).fetch_all(&clinic.pool).await.unwrap()
}

fn moved(who: &Client, visit: &Reply, start: DateTime<Utc>) -> crate::support::Call {
    who.post(&visit.appointment("reschedule"), &json!({"start": start}))
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
    assert!(free.contains(&slot(0)) && !free.contains(&slot(4)));
    let read = clinic.read(&asha, &told).await;
    assert_eq!(read.body["slot"]["start"], json!(slot(4)));
    let sheet = format!(
        "/api/v1/doctors/{}/day-sheet?date=2026-12-01",
        clinic.doctor
    );
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let sheet = clinic
        .settled(async || doctor.get(&sheet).after(&told))
        .await;
    assert_eq!(sheet.body["entries"][0]["slot"]["start"], json!(slot(4)));
    clinic.book(&clinic.patient(), 0).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_move_to_its_own_slot_appends_no_event() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let told = moved(&asha, &visit, slot(0)).expect(200).await;
    assert_eq!(told.header("etag"), "\"1\"");
    assert_eq!(clinic.events("appointment.rescheduled").await, 0);
    clinic.close().await;
}

/// A node with the visit at that slot in its cache reads the log before it answers that nothing changed.
#[tokio::test]
async fn a_visit_moved_on_another_node_can_move_back() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    moved(&asha.at(&other.client), &visit, slot(4))
        .expect(200)
        .await;
    let back = moved(&asha, &visit, slot(0)).expect(200).await;
    assert_eq!(back.header("etag"), "\"3\"");
    assert_eq!(held(&clinic).await[0].1, slot(0));
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_time_that_cannot_be_booked_cannot_be_moved_to() {
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
    let admin = clinic.client(&Principal::admin());
    admin.post(&leaves, &leave).expect(201).await;
    refused(slot(8), 409, "doctor-on-leave").await;
    let id = visit.text("id").to_owned();
    assert_eq!(held(&clinic).await[0], (id, slot(0)));
    clinic.close().await;
}

#[tokio::test]
async fn a_move_to_another_doctor_or_clinic_is_refused() {
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
async fn a_visit_cannot_be_moved_over_another_visit_of_its_patient() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let colleague = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let mut request = clinic.booking_request(slot(3));
    request["doctorId"] = json!(colleague.unwrap());
    asha.post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let refused = moved(&asha, &visit, slot(3)).expect(409).await;
    refused.is("patient-already-booked");
    clinic.close().await;
}

#[tokio::test]
async fn an_overdue_hold_cannot_be_moved_and_does_not_block_a_move() {
    let clinic = Clinic::open().await;
    let asha = Principal::patient(PatientId::from_uuid(SystemIds.id()));
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

/// A hold moved to a slot that begins soon ends no later than the slot begins.
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
    let parent = Principal {
        account: AccountId::from_uuid(SystemIds.id()),
        ..Principal::patient(PatientId::from_uuid(SystemIds.id()))
    };
    let account = clinic
        .world
        .account(parent.account, parent.patient.unwrap());
    account.await.unwrap();
    (patient, clinic.client(&parent), parent.account)
}

#[tokio::test]
async fn a_proxy_moves_and_cancels_visits_until_they_are_removed() {
    let clinic = Clinic::open().await;
    let (child, parent, account) = proxy(&clinic).await;
    let proxies = format!("/api/v1/patients/{child}/proxies");
    let mut request = clinic.booking_request(slot(0));
    request["patientId"] = json!(child);
    let book = || parent.post("/api/v1/appointments", &request);
    book().expect(404).await;
    let desk = clinic.desk();
    let added = desk.post(
        &proxies,
        &json!({"accountId": account, "evidence": "GUARDIANSHIP_ORDER"}),
    );
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
async fn a_visit_that_has_begun_or_was_missed_cannot_be_moved() {
    let clinic = Clinic::without_fee().await;
    let desk = clinic.desk();
    let late = Principal::patient(PatientId::from_uuid(SystemIds.id()));
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
async fn a_move_with_an_old_version_is_refused() {
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
async fn a_move_repeated_with_its_key_is_answered_the_same() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 0).expect(201).await;
    let once = moved(&asha, &visit, slot(4))
        .key("move-of-asha-one")
        .expect(200)
        .await;
    // The repeat gets the first response, even though the visit was moved since.
    moved(&asha, &visit, slot(6)).expect(200).await;
    let again = moved(&asha, &visit, slot(4))
        .key("move-of-asha-one")
        .expect(200)
        .await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, once.body);
    clinic.close().await;
}

/// The log has the reason of an override, sealed, and the rules that were overridden.
#[tokio::test]
async fn the_front_desk_overrides_opening_hours_with_a_reason() {
    let clinic = Clinic::open().await;
    let (desk, patient) = (clinic.desk(), clinic.world.patient().await.unwrap());
    let evening = slot(40);
    let mut request = clinic.booking_request(evening);
    request["patientId"] = json!(patient);
    let refused = desk
        .post("/api/v1/appointments", &request)
        .expect(422)
        .await;
    refused.is("slot-outside-hours");
    request["overrideReason"] = json!("Comes from far away");
    let booked = desk
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let given_way = "select count(*) from events where payload -> 'overridden' = $1::jsonb";
    assert_eq!(clinic.count(given_way, r#"["outsideHours"]"#).await, 1);
    let mut on = json!({"start": slot(44), "overrideReason": "The bus is late"});
    let moved = desk.post(&booked.appointment("reschedule"), &on);
    moved.expect(200).await;
    assert_eq!(clinic.count(given_way, r#"["outsideHours"]"#).await, 2);
    // A taken slot cannot be overridden.
    let mut other = clinic.booking_request(slot(44));
    other["patientId"] = json!(clinic.world.patient().await.unwrap());
    other["overrideReason"] = json!("Urgent");
    let refused = desk.post("/api/v1/appointments", &other).expect(409).await;
    refused.is("slot-already-taken");
    // Neither the patient nor another clinic's desk may override.
    on["start"] = json!(slot(48));
    let own = clinic.client(&Principal::patient(patient));
    let forbidden = own.post(&booked.appointment("reschedule"), &on);
    forbidden.expect(403).await;
    let elsewhere = clinic.other_desk();
    elsewhere
        .post("/api/v1/appointments", &request)
        .expect(404)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_walk_in_is_booked_for_the_current_slot() {
    let clinic = Clinic::open().await;
    clinic.site.clock.set(slot(3) + TimeDelta::minutes(4));
    let desk = clinic.desk();
    let mut request = clinic.booking_request(slot(3));
    request["patientId"] = json!(clinic.world.patient().await.unwrap());
    let late = desk
        .post("/api/v1/appointments", &request)
        .expect(422)
        .await;
    late.is("slot-in-past");
    request["overrideReason"] = json!("Walked in with a fever");
    let booked = desk
        .post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    let why = json!({"reason": "Pays at the desk"});
    desk.post(&booked.appointment("confirm"), &why)
        .expect(200)
        .await;
    desk.post(&booked.appointment("arrive"), &json!({}))
        .expect(200)
        .await;
    clinic.close().await;
}

/// A patient who works at the desk overrides in the role of receptionist.
#[tokio::test]
async fn a_receptionist_overrides_as_receptionist_even_for_themselves() {
    let clinic = Clinic::open().await;
    let patient = PatientId::from_uuid(SystemIds.id());
    let both = Principal {
        patient: Some(patient),
        roles: vec![Role::Patient, Role::Receptionist],
        ..Principal::receptionist(domain::ClinicScope::Only([clinic.facts.clinic].into()))
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
