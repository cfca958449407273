//! Bookings for emergencies: the next free slot, confirmed at once.

use std::collections::BTreeSet;

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::{AccountId, PatientId};
use futures::future::join_all;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use super::schedule::{declare, etag, set_date};
use crate::support::{Call, Client, Clinic, Reply, all_read, eventually, now, slot};

const PATH: &str = "/api/v1/appointments/emergency";

/// A clinic that takes bookings for emergencies.
async fn open(settings: Value) -> Clinic {
    open_with(Terms::default(), settings).await
}

async fn open_with(terms: Terms, settings: Value) -> Clinic {
    let clinic = Clinic::with(terms).await;
    set(&clinic, settings).await;
    all_read(clinic.anonymous()).await;
    clinic
}

async fn set(clinic: &Clinic, settings: Value) {
    let path = format!("/api/v1/clinics/{}/booking-settings", clinic.facts.clinic);
    let tag = etag(clinic, clinic.facts.clinic).await;
    let set = clinic.admin().put(&path, &settings);
    set.header("If-Match", tag).expect(200).await;
}

fn request(clinic: &Clinic) -> Value {
    json!({"clinicId": clinic.facts.clinic, "specialisation": "cardiology", "reason": "Chest pain"})
}

fn ask(clinic: &Clinic, who: &Client) -> Call {
    who.post(PATH, &request(clinic))
}

fn ask_for(clinic: &Clinic, who: &Client, patient: PatientId) -> Call {
    let mut request = request(clinic);
    request["patientId"] = json!(patient);
    who.post(PATH, &request)
}

/// A client whose token outlives the test's clock.
fn lasting(clinic: &Clinic, principal: &Principal) -> Client {
    let end = now() + TimeDelta::days(9);
    let token = clinic.site.token_until(principal, end).unwrap();
    clinic.anonymous().with_token(token)
}

fn patient(clinic: &Clinic) -> Client {
    let patient = PatientId::from_uuid(SystemIds.id());
    lasting(clinic, &Principal::patient(patient))
}

fn start(reply: &Reply) -> DateTime<Utc> {
    reply.body["slot"]["start"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn an_emergency_gets_the_next_free_slot_for_good_and_is_paid_afterwards() {
    let clinic = open(json!({"emergencies": true})).await;
    clinic.book(&clinic.patient(), 0).expect(201).await;
    let asha = patient(&clinic);
    let booked = ask(&clinic, &asha).expect(201).await;
    assert_eq!(start(&booked), slot(1));
    assert_eq!(booked.body["status"], "CONFIRMED");
    assert_eq!(booked.body.get("holdUntil"), None);
    let due = slot(2) + TimeDelta::days(30);
    assert_eq!(booked.body["payBy"], json!(due));
    // Days later nothing has released the slot.
    clinic.site.clock.set(now() + TimeDelta::days(3));
    eventually("the other hold has expired", async || {
        clinic.events("appointment.hold_expired").await == 1
    })
    .await;
    let read = clinic.read(&asha, &booked).await;
    assert_eq!(
        (&read.body["status"], &read.body["emergency"]),
        (&json!("CONFIRMED"), &json!(true))
    );
    assert_eq!(read.body["payBy"], json!(due));
    let claims = "select count(*) from slot_claims where kind = $1 and held_until is null";
    assert_eq!(clinic.count(claims, "doctor").await, 1);
    clinic.close().await;
}

/// The hold beside it is an appointment like any other.
#[tokio::test]
async fn an_emergency_is_marked_on_the_day_sheet_and_in_the_list_of_appointments() {
    let clinic = open(json!({"emergencies": true})).await;
    let asha = patient(&clinic);
    clinic.book(&asha, 0).expect(201).await;
    ask(&clinic, &asha).expect(201).await;
    all_read(clinic.anonymous()).await;
    let marks = |reply: &Reply, list: &str| {
        let items = reply.body[list].as_array().unwrap().iter();
        items
            .map(|item| item.get("emergency").cloned())
            .collect::<Vec<_>>()
    };
    let listed = asha.get("/api/v1/appointments").expect(200).await;
    assert_eq!(marks(&listed, "items"), [Some(json!(true)), None]);
    let (doctor, place) = (clinic.doctor, clinic.facts.clinic);
    let sheet = format!("/api/v1/doctors/{doctor}/day-sheet?date=2026-12-01&clinicId={place}");
    let sheet = clinic.desk().get(&sheet).expect(200).await;
    assert_eq!(marks(&sheet, "entries"), [None, Some(json!(true))]);
    clinic.close().await;
}

/// Twelve patients at two nodes and two doctors: the twelve earliest slots, each once.
#[tokio::test(flavor = "multi_thread")]
async fn emergencies_at_once_never_get_the_same_slot() {
    let clinic = open(json!({"emergencies": true})).await;
    let terms = Terms::default();
    clinic.world.doctor(clinic.facts, terms).await.unwrap();
    let unverified = Terms {
        verified: false,
        ..terms
    };
    clinic.world.doctor(clinic.facts, unverified).await.unwrap();
    let other = clinic.another_node().await;
    all_read(clinic.anonymous()).await;
    all_read(&other.client).await;
    let calls = (0..12).map(|number| {
        let asha = patient(&clinic);
        let there = asha.at(&other.client);
        let who = if number % 2 == 0 { &asha } else { &there };
        ask(&clinic, who).expect(201)
    });
    let booked = join_all(calls).await;
    let got: BTreeSet<(DateTime<Utc>, String)> = booked
        .iter()
        .map(|reply| (start(reply), reply.text("doctorId").to_owned()))
        .collect();
    assert_eq!(got.len(), 12, "{got:?}");
    let last = got.last().unwrap().0;
    assert_eq!(last, slot(5), "{got:?}");
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn what_is_not_offered_is_never_taken() {
    let clinic = open(json!({"emergencies": true})).await;
    let admin = clinic.client(&Principal::admin());
    // Of today only the last quarter is open; the doctor is away for it.
    let hours = json!([{"from": "16:00", "to": "17:00"}]);
    let set = set_date(&clinic, &admin, "2026-12-01", hours).await;
    set.expect(200).await;
    let leave = json!({"start": slot(28), "end": slot(32)});
    let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    admin.post(&leaves, &leave).expect(201).await;
    declare(&clinic, &admin, "2026-12-02", "Flood")
        .await
        .expect(200)
        .await;
    let booked = ask(&clinic, &clinic.patient()).expect(201).await;
    assert_eq!(start(&booked), slot(0) + TimeDelta::days(2));
    clinic.close().await;
}

#[tokio::test]
async fn without_a_doctor_or_a_slot_within_a_week_there_is_none() {
    let unverified = Terms {
        verified: false,
        ..Terms::default()
    };
    let clinic = open_with(unverified, json!({"emergencies": true})).await;
    let none = ask(&clinic, &clinic.patient()).expect(409).await;
    none.is("no-slot-for-emergency");
    let mut request = request(&clinic);
    request["specialisation"] = json!("neurology");
    let none = clinic.patient().post(PATH, &request).expect(409).await;
    none.is("no-slot-for-emergency");
    clinic.close().await;

    let clinic = open(json!({"emergencies": true})).await;
    let admin = clinic.client(&Principal::admin());
    let leave = json!({"start": slot(0), "end": slot(0) + TimeDelta::days(8)});
    let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    admin.post(&leaves, &leave).expect(201).await;
    let none = ask(&clinic, &clinic.patient()).expect(409).await;
    none.is("no-slot-for-emergency");
    clinic.close().await;
}

#[tokio::test]
async fn a_clinic_takes_none_unless_it_says_so() {
    let clinic = Clinic::open().await;
    let refused = ask(&clinic, &clinic.patient()).expect(409).await;
    refused.is("emergencies-not-accepted");
    set(&clinic, json!({"emergencies": true})).await;
    all_read(clinic.anonymous()).await;
    ask(&clinic, &clinic.patient()).expect(201).await;
    let shown = format!("/api/v1/clinics/{}", clinic.facts.clinic);
    let shown = clinic.anonymous().get(&shown).expect(200).await;
    assert_eq!(shown.body["emergencies"], true);
    set(&clinic, json!({"emergencies": false})).await;
    let refused = ask(&clinic, &clinic.patient()).expect(409).await;
    refused.is("emergencies-not-accepted");
    clinic.close().await;
}

#[tokio::test]
async fn a_patient_has_as_many_as_the_clinic_allows() {
    let own = json!({"emergencies": true, "maxOpenEmergencies": 1, "maxDailyEmergencies": 2});
    let clinic = open(own).await;
    let asha = patient(&clinic);
    for _ in 0..2 {
        let booked = ask(&clinic, &asha).expect(201).await;
        let second = ask(&clinic, &asha).expect(409).await;
        second.is("too-many-open-emergencies");
        let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
        cancel.expect(200).await;
    }
    // What was cancelled counts for the day, at the clinic's midnight it is another day.
    let third = ask(&clinic, &asha).expect(409).await;
    third.is("too-many-emergencies-today");
    clinic.site.clock.set(now() + TimeDelta::hours(19));
    ask(&clinic, &asha).expect(201).await;
    clinic.close().await;
}

/// Whoever books: the limits of a patient also count bookings of the staff, and those of an account its bookings for
/// others.
#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_for_patients_and_accounts_in_parallel() {
    let clinic = open(json!({"emergencies": true, "maxOpenEmergencies": 2})).await;
    let mother = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let asha = lasting(&clinic, &mother);
    let tries = join_all((0..6).map(|_| ask(&clinic, &asha).send())).await;
    let won = tries.iter().filter(|reply| reply.status == 201).count();
    assert_eq!(won, 2, "{tries:?}");
    for lost in tries.iter().filter(|reply| reply.status != 201) {
        lost.is("too-many-open-emergencies");
    }
    let own = mother.patient.unwrap();
    clinic.world.account(mother.account, own).await.unwrap();
    let child = clinic.world.patient().await.unwrap();
    let desk = clinic.client(&Principal::receptionist(domain::ClinicScope::All));
    let proxies = format!("/api/v1/patients/{child}/proxies");
    let proxy = json!({"accountId": mother.account, "evidence": "BIRTH_CERTIFICATE"});
    desk.post(&proxies, &proxy).expect(200).await;
    let refused = ask_for(&clinic, &asha, child).expect(409).await;
    refused.is("too-many-open-emergencies");
    for _ in 0..2 {
        ask_for(&clinic, &desk, child).expect(201).await;
    }
    let refused = ask_for(&clinic, &desk, child).expect(409).await;
    refused.is("too-many-open-emergencies");
    clinic.close().await;
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer() {
    let clinic = open(json!({"emergencies": true})).await;
    let asha = patient(&clinic);
    let key = "emergency-of-asha-1";
    let first = ask(&clinic, &asha).key(key).expect(201).await;
    let again = ask(&clinic, &asha).key(key).expect(201).await;
    assert_eq!(first.body, again.body);
    assert_eq!(clinic.events("appointment.booked").await, 1);
    // Also if the clinic takes none any more.
    set(&clinic, json!({})).await;
    let again = ask(&clinic, &asha).key(key).expect(201).await;
    assert_eq!(first.body, again.body);
    clinic.close().await;
}

#[tokio::test]
async fn what_is_no_request_for_an_emergency_and_who_may_send_none_is_refused() {
    let clinic = open(json!({"emergencies": true})).await;
    let asha = clinic.patient();
    let with = |field: &str, value: Value| {
        let mut request = request(&clinic);
        request[field] = value;
        request
    };
    for (field, value) in [
        ("specialisation", json!("Cardiology")),
        ("specialisation", json!("")),
        ("specialisation", json!("हृदय")),
        ("specialisation", json!("c".repeat(41))),
        ("reason", json!("")),
        ("reason", json!("a".repeat(501))),
    ] {
        let refused = asha.post(PATH, &with(field, value)).expect(422).await;
        refused.points_at(&format!("/{field}"));
    }
    for (field, value) in [
        ("specialisation", Value::Null),
        ("clinicId", json!(7)),
        ("start", json!(slot(0))),
        ("overrideReason", json!("At once")),
    ] {
        let refused = asha.post(PATH, &with(field, value)).expect(400).await;
        refused.is("malformed");
    }
    let elsewhere =
        json!({"clinicId": AccountId::from_uuid(SystemIds.id()), "specialisation": "cardiology"});
    asha.post(PATH, &elsewhere).expect(404).await;
    assert_eq!(clinic.events("appointment.booked").await, 0);
    let child = clinic.world.patient().await.unwrap();
    ask_for(&clinic, &clinic.patient(), child).expect(404).await;
    ask_for(&clinic, &clinic.other_desk(), child)
        .expect(404)
        .await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    ask_for(&clinic, &doctor, child).expect(403).await;
    ask_for(
        &clinic,
        &clinic.desk(),
        PatientId::from_uuid(SystemIds.id()),
    )
    .expect(404)
    .await;
    ask(&clinic, &clinic.desk()).expect(422).await;
    ask_for(&clinic, &clinic.desk(), child).expect(201).await;
    clinic.close().await;
}
