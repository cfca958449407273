//! A backup taken during bookings is a consistent snapshot of the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adapters::system::{SystemClock, SystemIds};
use commands::ports::{Clock as _, IdSource as _};
use domain::PatientId;
use tests::app::Principal;
use tests::world::{Terms, World};
use tokio::task::JoinSet;

use super::fixture::{Original, count, succeeds, text};
use crate::support::{all_read, eventually};

const CLIENTS: usize = 4;

/// Rows that a torn backup would have, by what is wrong with them.
const TORN: [(&str, &str); 5] = [
    (
        "a claim without its booking",
        "select count(*) from slot_claims c where not exists (
           select from events e
           where e.aggregate_type = 'appointment' and e.aggregate_id = c.holder)",
    ),
    (
        "a booking without its claims",
        "select count(*) from events e where e.event_type = 'appointment.booked' and 2 <> (
           select count(*) from slot_claims c where c.holder = e.aggregate_id)",
    ),
    (
        "a reply without its event",
        "select count(*) from idempotency_keys k where not exists (
           select from events e
           where (e.aggregate_type, e.aggregate_id, e.sequence)
             = (k.aggregate_type, k.aggregate_id, k.sequence))",
    ),
    (
        "an aggregate with a gap",
        "select count(*) from (
           select from events group by aggregate_type, aggregate_id
           having count(*) <> max(sequence)) gaps",
    ),
    (
        "a row that is ahead of its checkpoint",
        "select count(*) from patient_appointments a
         join events e on e.aggregate_id = a.appointment_id::text and e.sequence = 1
         join subscription_checkpoints c on c.name = 'patient_appointments'
         where (e.epoch, e.transaction_id, e.position) > (c.epoch, c.transaction_id, c.position)",
    ),
];

/// Books slots of its own doctors until it is told to stop.
async fn keep_booking(original: Arc<Original>, stop: Arc<AtomicBool>) -> usize {
    let pool = original.server.pool().await;
    let world = World::new(pool.clone(), SystemClock.now()).await.unwrap();
    let mut booked = 0;
    while !stop.load(Ordering::Relaxed) {
        let doctor = world
            .doctor(original.facts, Terms::default())
            .await
            .unwrap();
        for slot in 0..32 {
            let patient = Principal::patient(PatientId::from_uuid(SystemIds.id()));
            let client = original
                .server
                .client
                .with_token(original.site.token(&patient).unwrap());
            let mut request = original.booking_request(slot);
            request["doctorId"] = serde_json::json!(doctor);
            let key = SystemIds.id().to_string();
            client
                .post("/api/v1/appointments", &request)
                .key(&key)
                .expect(201)
                .await;
            booked += 1;
        }
    }
    pool.close().await;
    booked
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_a_consistent_snapshot() {
    let original = Arc::new(Original::start().await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(keep_booking(original.clone(), stop.clone()));
    }
    let pool = original.server.pool().await;
    let booked = "select count(*) from events where event_type = 'appointment.booked'";
    eventually("bookings are under way", async || {
        count(&pool, booked).await > 100
    })
    .await;
    let taker = original.clone();
    let backup = tokio::task::spawn_blocking(move || taker.backup("under-load"))
        .await
        .unwrap();
    let after = count(&pool, booked).await;
    eventually("bookings go on", async || {
        count(&pool, booked).await > after
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let all: usize = clients.join_all().await.into_iter().sum();
    pool.close().await;

    let mut new = original.new_machine();
    succeeds(new.command(&["restore", text(&backup)]));
    new.restart().await;
    let pool = new.pool().await;
    let restored = count(&pool, booked).await;
    assert!(
        restored >= 100 && restored < i64::try_from(all).unwrap(),
        "{restored} of {all}"
    );
    for (what, sql) in TORN {
        assert_eq!(count(&pool, sql).await, 0, "{what}");
    }
    all_read(&new.client).await;
    let known = "select count(*) from patient_appointments";
    assert_eq!(count(&pool, known).await, restored);
    pool.close().await;
    new.stop().await;
}
