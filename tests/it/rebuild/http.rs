//! Clients notice nothing of a switch: they are answered, completely, and read what they wrote.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use event_store::rebuild::{Operator, RebuildFrom};
use event_store::{ClaimRules, EventStore};
use tests::sealing::sealing;
use tests::world::Terms;

use crate::support::{Client, Clinic, eventually, slot};

const CLIENTS: usize = 4;
const SWITCHES: usize = 6;
/// Others may hold a read model up for longer, since all tests share one cluster.
const PATIENCE: Duration = Duration::from_mins(2);

/// Books, reads the booking at its position, and reads all that was booked before. Goes on until it is shadow
/// to stop, at a doctor of its own.
async fn book_and_read(clinic: &Clinic, node: &Client, stop: &AtomicBool, done: &AtomicUsize) {
    while !stop.load(Ordering::Relaxed) {
        let doctor = clinic
            .world
            .doctor(clinic.facts, Terms::default())
            .await
            .unwrap();
        let asha = clinic.patient().at(node);
        let mut booked = Vec::new();
        // As many as an account may hold.
        for number in (0..30).step_by(3) {
            let mut wish = clinic.booking_request(slot(number));
            wish["doctorId"] = serde_json::json!(doctor);
            let reply = asha.post("/api/v1/appointments", &wish).expect(201).await;
            booked.push(reply.body["id"].clone());
            // A reader never finds less than was there.
            let found = clinic
                .settled(async || asha.get("/api/v1/appointments?limit=100").after(&reply))
                .await;
            let items = found.body["items"].as_array().unwrap();
            let mut ids: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
            ids.sort_by_key(ToString::to_string);
            let mut expected = booked.clone();
            expected.sort_by_key(ToString::to_string);
            assert_eq!(ids, expected);
            let one = clinic
                .settled(async || asha.get(&reply.appointment("")).after(&reply))
                .await;
            assert_eq!(one.id(), reply.id());
            // And without a position no request is refused.
            let clinics = asha.get("/api/v1/clinics").expect(200).await;
            assert_eq!(clinics.body["items"].as_array().unwrap().len(), 1);
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Switches all read models back and forth, with a few bookings between.
async fn switch_back_and_forth(clinic: &Clinic, done: &AtomicUsize) {
    let pool = clinic.site.database.pool(6).await.unwrap();
    let sealing = sealing(pool.clone()).await.unwrap();
    let store = EventStore::open(pool, ClaimRules::none(), sealing)
        .await
        .unwrap();
    let models = projections::read_models(store.sealing());
    let operator = Operator::open(&store, models).await.unwrap();
    let mut operator = operator.with_timeout(PATIENCE);
    operator
        .rebuild(RebuildFrom::Checkpoint, &|_, _| {})
        .await
        .unwrap();
    for _ in 0..SWITCHES {
        let before = done.load(Ordering::Relaxed);
        operator.switch().await.unwrap();
        // Clients read and write before and after every switch.
        eventually("bookings go on", async || {
            done.load(Ordering::Relaxed) >= before + 2 * CLIENTS
        })
        .await;
        for verified in operator.verify().await.unwrap() {
            assert!(verified.is_same(), "{verified:?}");
        }
    }
    operator.release().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_notices_that_read_models_are_switched_back_and_forth() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let (stop, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    let nodes = [clinic.anonymous(), &other.client];
    let clients =
        (0..CLIENTS).map(|number| book_and_read(&clinic, nodes[number % 2], &stop, &done));
    let switching = async {
        switch_back_and_forth(&clinic, &done).await;
        stop.store(true, Ordering::Relaxed);
    };
    futures::join!(futures::future::join_all(clients), switching);
    other.stop().await;
    clinic.close().await;
}
