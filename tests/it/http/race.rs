//! Many concurrent requests for one slot.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adapters::system::SystemIds;
use commands::ports::IdSource as _;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;
use tokio::task::JoinSet;

use crate::support::{Client, Clinic, slot};

const REQUESTS: usize = 1_000;
const AT_ONCE: usize = 64;

/// Status and slug of each answer, counted.
type Tally = BTreeMap<(u16, String), usize>;

/// Sends every booking once, concurrently.
async fn race(nodes: &[&Client], bookings: Vec<(String, Value)>) -> Tally {
    let bookings = Arc::new(bookings);
    let next = Arc::new(AtomicUsize::new(0));
    let mut lanes = JoinSet::new();
    for lane in 0..AT_ONCE {
        let (bookings, next) = (bookings.clone(), next.clone());
        let node = nodes[lane % nodes.len()].clone();
        lanes.spawn(async move {
            let mut tally = Tally::new();
            while let Some((token, request)) = bookings.get(next.fetch_add(1, Ordering::Relaxed)) {
                let patient = node.with_token(token);
                let answer = patient.post("/api/v1/appointments", request).send().await;
                let slug = answer.body["type"].as_str().unwrap_or_default();
                *tally.entry((answer.status, slug.to_owned())).or_default() += 1;
            }
            tally
        });
    }
    let mut all = Tally::new();
    for (answer, count) in lanes.join_all().await.into_iter().flatten() {
        *all.entry(answer).or_default() += count;
    }
    all
}

fn one_winner(losers: &[(&str, usize)]) -> Tally {
    let losers = losers
        .iter()
        .map(|(slug, count)| ((409, (*slug).to_owned()), *count));
    losers.chain([((201, String::new()), 1)]).collect()
}

/// One patient per request, all for the same slot.
fn competing_bookings(clinic: &Clinic) -> Vec<(String, Value)> {
    let patient = || Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let token = |_| clinic.site.token(&patient()).unwrap();
    let request = clinic.booking_request(slot(0));
    (0..REQUESTS)
        .map(|number| (token(number), request.clone()))
        .collect()
}

/// Asserts that the log and the claims contain one booking.
async fn one_booking(clinic: &Clinic) {
    assert_eq!(clinic.events("appointment.booked").await, 1);
    let held = "select count(*) from slot_claims c join events e on e.aggregate_id = c.holder
                where c.kind = any (string_to_array($1, ','))";
    assert_eq!(clinic.count(held, "doctor,patient").await, 2);
    assert_eq!(
        clinic
            .count("select count(*) from slot_claims where kind <> $1", "")
            .await,
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_for_one_slot_make_one_booking() {
    let clinic = Clinic::open().await;
    let tally = race(&[clinic.anonymous()], competing_bookings(&clinic)).await;
    assert_eq!(tally, one_winner(&[("slot-already-taken", 999)]));
    one_booking(&clinic).await;
    clinic.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_requests_at_two_nodes_for_one_slot_make_one_booking() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let tally = race(
        &[clinic.anonymous(), &other.client],
        competing_bookings(&clinic),
    )
    .await;
    assert_eq!(tally, one_winner(&[("slot-already-taken", 999)]));
    one_booking(&clinic).await;
    other.stop().await;
    clinic.close().await;
}

/// Every request takes the doctor's time and the patient's: which is refused first may differ, and
/// two of them can wait for each other.
#[tokio::test(flavor = "multi_thread")]
async fn a_patient_who_requests_two_doctors_at_one_time_gets_one() {
    let clinic = Clinic::open().await;
    let other_doctor = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let asha = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let token = clinic.site.token(&asha).unwrap();
    let mut elsewhere = clinic.booking_request(slot(0));
    elsewhere["doctorId"] = json!(other_doctor.unwrap());
    let requests = [clinic.booking_request(slot(0)), elsewhere];
    let bookings = (0..REQUESTS).map(|number| (token.clone(), requests[number % 2].clone()));
    let mut tally = race(&[clinic.anonymous()], bookings.collect()).await;
    assert_eq!(tally.remove(&(201, String::new())), Some(1), "{tally:?}");
    let lost = ["patient-already-booked", "slot-already-taken"];
    let lost = lost.map(|slug| tally.remove(&(409, slug.to_owned())).unwrap_or(0));
    assert_eq!(tally, Tally::new());
    assert_eq!(lost.iter().sum::<usize>(), REQUESTS - 1);
    assert!(
        lost[0] >= REQUESTS / 2,
        "a booking with the other doctor is refused for the patient: {lost:?}"
    );
    one_booking(&clinic).await;
    clinic.close().await;
}
