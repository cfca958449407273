//! The access log: who is in it, and who reads it.

use adapters::access_log::PgAccessLog;
use commands::authorization::Relation;
use commands::ports::{AccessEntry, AccessLog as _, AccessOutcome, AccessedItem, ItemKind};
use domain::{ClinicScope, PatientId, Role};
use event_store::Tasks;
use futures::future::join_all;
use serde_json::Value;
use tests::app::Principal;
use uuid::Uuid;

use super::fixture::Fixture;
use crate::support::{eventually, now, slot};

#[tokio::test]
async fn the_log_says_who_saw_what_by_which_relation_and_who_was_refused() {
    let fixture = Fixture::open().await;
    let booked = fixture.book(slot(0)).await;
    let patient = fixture.patient;
    let card = format!("/api/v1/patients/{patient}");
    let desk = Principal::receptionist(ClinicScope::All);
    let stranger = Principal::patient(PatientId::from_uuid(Uuid::from_u128(9)));
    let reads = [
        (&desk, card.clone(), 200),
        (&fixture.doctor(), fixture.path("profile"), 200),
        (&fixture.asha, booked.appointment(""), 200),
        (&stranger, card, 404),
        (&stranger, booked.appointment(""), 404),
        (
            &stranger,
            format!("/api/v1/appointments?patientId={patient}"),
            404,
        ),
    ];
    for (who, path, status) in &reads {
        fixture.client(who).get(path).expect(*status).await;
    }
    let told: Vec<_> = fixture
        .rows()
        .await
        .iter()
        .map(super::fixture::Row::told)
        .collect();
    assert_eq!(
        told,
        [
            "RECEPTIONIST CARD ANY",
            "DOCTOR PROFILE TREATMENT",
            "PATIENT APPOINTMENT OWN",
            "PATIENT CARD REFUSED",
            "PATIENT APPOINTMENT REFUSED",
            "PATIENT APPOINTMENTS REFUSED",
        ]
    );
    // The patient reads it in words, the latest first.
    let view = fixture.view().await;
    let words: Vec<_> = view
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(words[0], "You saw your list of accesses.");
    assert_eq!(
        words[3],
        "Another patient, or a person who acts for one, wanted to see your name, birth date and contact \
         and was refused."
    );
    assert_eq!(words[4], "You saw your visit, with its reason.");
    assert_eq!(
        words[5],
        "Dr. Meera Iyer, who treats you, saw your profile."
    );
    assert_eq!(
        words[6],
        "The front desk saw your name, birth date and contact."
    );
    assert_eq!(view[5]["doctorName"], "Meera Iyer");
    assert_eq!(
        (&view[5]["outcome"], &view[5]["relation"]),
        (&"GRANTED".into(), &"TREATMENT".into())
    );
    assert_eq!(view[3].get("relation"), None);
    fixture.close().await;
}

#[tokio::test]
async fn a_day_sheet_writes_a_row_for_each_patient_and_an_unknown_patient_none() {
    let fixture = Fixture::open().await;
    fixture.book(slot(0)).await;
    fixture.book(slot(1)).await;
    let other = fixture.clinic.patient();
    fixture.clinic.book(&other, 2).expect(201).await;
    fixture.settle().await;
    let doctor = fixture.clinic.doctor;
    let sheet = format!("/api/v1/doctors/{doctor}/day-sheet?date=2026-12-01");
    let read = fixture.client(&fixture.doctor()).get(&sheet);
    let entries = read.expect(200).await.body["entries"].clone();
    assert_eq!(entries.as_array().unwrap().len(), 3);
    let count = "select count(*) from access_log where item_kind = $1";
    assert_eq!(fixture.clinic.count(count, "DAY_SHEET").await, 2);
    let row = &fixture.rows().await[0];
    assert_eq!(row.told(), "DOCTOR DAY_SHEET DOCTOR");
    assert_eq!(row.item, doctor.as_uuid());
    let unknown = format!("/api/v1/patients/{}", Uuid::from_u128(5));
    let desk = fixture.client(&Principal::receptionist(ClinicScope::All));
    desk.get(&unknown).expect(404).await;
    assert_eq!(fixture.clinic.count(count, "CARD").await, 0);
    fixture.close().await;
}

#[tokio::test]
async fn the_log_is_for_the_patient_and_for_auditors_and_comes_in_pages() {
    let fixture = Fixture::open().await;
    fixture.book(slot(0)).await;
    let log = fixture.path("access-log");
    let card = format!("/api/v1/patients/{}", fixture.patient);
    let asha = fixture.client(&fixture.asha);
    for _ in 0..5 {
        asha.get(&card).expect(200).await;
    }
    let (mut cursor, mut kinds) = (String::new(), Vec::new());
    loop {
        let page = asha
            .get(&format!("{log}?limit=2{cursor}"))
            .expect(200)
            .await;
        let items = page.body["items"].as_array().unwrap();
        let own = items.iter().filter(|item| item["kind"] == "CARD");
        kinds.extend(own.map(|item| item["requestId"].clone()));
        match page.body["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // Each once, though every page wrote a row of its own.
    assert_eq!(kinds.len(), 5);
    kinds.dedup();
    assert_eq!(kinds.len(), 5);

    let auditor = |clinics| Principal {
        clinics,
        ..Principal::auditor()
    };
    let here = auditor(ClinicScope::Only([fixture.clinic.facts.clinic].into()));
    let elsewhere = auditor(ClinicScope::Only([].into()));
    let seen = fixture.client(&here).get(&log).expect(200).await;
    let text = &seen.body["items"][1]["text"];
    assert_eq!(
        *text,
        Value::from("The patient saw the patient's list of accesses.")
    );
    fixture
        .client(&Principal::auditor())
        .get(&log)
        .expect(200)
        .await;
    fixture.client(&elsewhere).get(&log).expect(404).await;
    fixture
        .client(&fixture.doctor())
        .get(&log)
        .expect(403)
        .await;
    let desk = Principal::receptionist(ClinicScope::All);
    fixture.client(&desk).get(&log).expect(403).await;
    let stranger = Principal::patient(PatientId::from_uuid(Uuid::from_u128(9)));
    fixture.client(&stranger).get(&log).expect(404).await;
    asha.get(&format!("{log}?cursor=AAAA")).expect(400).await;
    fixture.close().await;
}

/// The first reader waits for a lock, and the others for the first.
#[tokio::test]
async fn concurrent_readers_share_a_commit() {
    const READERS: usize = 100;
    let fixture = Fixture::open().await;
    let log = PgAccessLog::start(fixture.clinic.pool.clone(), &Tasks::default());
    let mut lock = fixture.clinic.pool.begin().await.unwrap();
    sqlx::query("lock table access_log in share mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    let entry = AccessEntry {
        at: now(),
        account: fixture.asha.account,
        doctor: None,
        role: Role::Patient,
        patient: fixture.patient,
        item: AccessedItem::new(ItemKind::Card, fixture.patient.as_uuid()),
        outcome: AccessOutcome::Granted(Relation::OwnPatient),
        break_glass: None,
        request: Uuid::from_u128(1),
    };
    // Every one is in the queue before the lock is released.
    let records = join_all((0..READERS).map(|_| log.record(vec![entry])));
    let waiting = "select count(*) from pg_locks
                   where relation = 'access_log'::regclass and not granted and $1 = ''
                     and database = (select oid from pg_database where datname = current_database())";
    let release = async {
        eventually("the writer waits", async || {
            fixture.clinic.count(waiting, "").await > 0
        })
        .await;
        lock.rollback().await.unwrap();
    };
    let (recorded, ()) = tokio::join!(records, release);
    assert!(recorded.iter().all(Result::is_ok), "{recorded:?}");
    assert_eq!(fixture.rows().await.len(), READERS);
    let commits =
        "select count(distinct (epoch, transaction_id)) from access_log where item_kind = $1";
    let commits = fixture.clinic.count(commits, "CARD").await;
    assert!(commits <= 2, "{commits} commits");
    fixture.close().await;
}
