//! Holds: an unpaid slot is held until a deadline.

use adapters::system::SystemIds;
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::IdSource as _;
use domain::PatientId;
use serde_json::json;
use tests::app::Principal;
use tests::world::Terms;

use crate::support::{Client, Clinic, Reply, eventually, now, slot};

const EXPIRED: &str = "appointment.hold_expired";

/// A patient whose token outlives the hold.
fn patient(clinic: &Clinic) -> Client {
    let principal = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    lasting(clinic, &principal)
}

fn lasting(clinic: &Clinic, principal: &Principal) -> Client {
    let end = now() + TimeDelta::days(1);
    let token = clinic.site.token_until(principal, end).unwrap();
    clinic.anonymous().with_token(token)
}

fn end_of_hold(booked: &Reply) -> DateTime<Utc> {
    booked.text("holdUntil").parse().unwrap()
}

/// Leases the hold timers so far for ever, so that no node runs them.
async fn stop_timers(clinic: &Clinic) {
    eventually("the hold has a timer", async || {
        let sql = "update timers set taken_until = 'infinity' where kind = $1";
        let updated = sqlx::query(sql).bind("hold").execute(&clinic.pool).await;
        updated.unwrap().rows_affected() > 0
    })
    .await;
}

#[tokio::test]
async fn an_overdue_hold_reads_as_expired_before_its_event() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    stop_timers(&clinic).await;
    clinic
        .site
        .clock
        .set(end_of_hold(&booked) - TimeDelta::microseconds(1));
    assert_eq!(clinic.read(&asha, &booked).await.body["status"], "BOOKED");
    clinic.site.clock.set(end_of_hold(&booked));
    let read = clinic.read(&asha, &booked).await;
    assert_eq!(read.body["status"], "EXPIRED");
    assert_eq!(read.body.get("holdUntil"), None);
    let list = asha.get("/api/v1/appointments?status=EXPIRED");
    assert_eq!(
        list.expect(200).await.body["items"][0]["id"],
        booked.body["id"]
    );
    assert_eq!(clinic.events(EXPIRED).await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn an_overdue_hold_does_not_block_another_patient() {
    let clinic = Clinic::open().await;
    let (asha, ravi) = (patient(&clinic), patient(&clinic));
    let booked = clinic.book(&asha, 0).expect(201).await;
    stop_timers(&clinic).await;
    clinic.book(&ravi, 0).expect(409).await;
    clinic.site.clock.set(end_of_hold(&booked));
    clinic.book(&ravi, 0).expect(201).await;
    assert_eq!(clinic.events(EXPIRED).await, 1);
    clinic
        .book(&asha, 0)
        .expect(409)
        .await
        .is("slot-already-taken");
    clinic.close().await;
}

#[tokio::test]
async fn an_overdue_hold_does_not_block_its_own_patient() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let other_doctor = clinic.world.doctor(clinic.facts, Terms::default()).await;
    let booked = clinic.book(&asha, 0).expect(201).await;
    stop_timers(&clinic).await;
    clinic.site.clock.set(end_of_hold(&booked));
    let mut request = clinic.booking_request(crate::support::slot(0));
    request["doctorId"] = json!(other_doctor.unwrap());
    asha.post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn the_timer_expires_a_hold() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    clinic.site.clock.set(end_of_hold(&booked));
    eventually("the hold is expired", async || {
        clinic.events(EXPIRED).await == 1
    })
    .await;
    assert_eq!(clinic.count(CLAIMS, "doctor").await, 0);
    clinic.close().await;
}

const CLAIMS: &str = "select count(*) from slot_claims where kind = $1";

#[tokio::test]
async fn the_timer_does_not_expire_a_confirmed_visit() {
    let clinic = Clinic::open().await;
    let (asha, ravi) = (patient(&clinic), patient(&clinic));
    let confirmed = clinic.book(&asha, 0).expect(201).await;
    let confirm = clinic.desk().post(
        &confirmed.appointment("confirm"),
        &json!({"reason": "Cash"}),
    );
    confirm.expect(200).await;
    let lapsed = clinic.book(&ravi, 1).expect(201).await;
    clinic.site.clock.set(end_of_hold(&lapsed));
    eventually("the other hold is expired", async || {
        clinic.events(EXPIRED).await == 1
    })
    .await;
    assert_eq!(
        clinic.read(&asha, &confirmed).await.body["status"],
        "CONFIRMED"
    );
    assert_eq!(clinic.count(CLAIMS, "doctor").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_hold_that_has_ended_is_neither_confirmed_nor_cancelled() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    stop_timers(&clinic).await;
    clinic.site.clock.set(end_of_hold(&booked));
    let confirm = clinic
        .desk()
        .post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    confirm.expect(409).await.is("hold-ended");
    let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
    cancel.expect(409).await.is("hold-ended");
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_without_a_fee_is_confirmed_at_once() {
    let clinic = Clinic::without_fee().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    assert_eq!(booked.body["status"], "CONFIRMED");
    assert_eq!(booked.body.get("holdUntil"), None);
    clinic.site.clock.advance(TimeDelta::minutes(16));
    assert_eq!(
        clinic.read(&asha, &booked).await.body["status"],
        "CONFIRMED"
    );
    clinic.book(&patient(&clinic), 0).expect(409).await;
    clinic.close().await;
}

#[tokio::test]
async fn the_front_desk_confirms_an_unpaid_visit_once() {
    let clinic = Clinic::open().await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let desk = clinic.desk();
    let confirm = || desk.post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    let confirmed = confirm().expect(200).await;
    assert_eq!(confirmed.body["status"], "CONFIRMED");
    confirm().expect(409).await.is("not-awaiting-payment");
    let without = desk.post(&booked.appointment("confirm"), &json!({}));
    without.expect(400).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_is_cancelled_once_and_its_slot_is_free() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let cancel = || asha.post(&booked.appointment("cancel"), &json!({"reason": "Away"}));
    assert_eq!(cancel().expect(200).await.body["status"], "CANCELLED");
    cancel().expect(409).await.is("appointment-already-ended");
    clinic.book(&clinic.patient(), 0).expect(201).await;
    assert_eq!(clinic.events("appointment.cancelled").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_visit_that_has_begun_is_not_cancelled() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    let confirm = clinic
        .desk()
        .post(&booked.appointment("confirm"), &json!({"reason": "Cash"}));
    confirm.expect(200).await;
    clinic.site.clock.set(crate::support::slot(0));
    let cancel = asha.post(&booked.appointment("cancel"), &json!({}));
    cancel.expect(409).await.is("appointment-already-started");
    clinic.close().await;
}

/// Clocks are set back: by a time server, by an operator. The log does not follow.
#[tokio::test]
async fn a_clock_that_jumps_back_changes_neither_event_order_nor_holds() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let booked = clinic.book(&asha, 0).expect(201).await;
    clinic.site.clock.set(now() - TimeDelta::hours(2));
    // Signed at the current time: a token issued in the future is refused.
    let desk = clinic.desk();
    let earlier = clinic.book(&patient(&clinic), 1).expect(201).await;
    let confirm = desk.post(
        &booked.appointment("confirm"),
        &json!({"reason": "Pays in cash"}),
    );
    let confirm = confirm.header("if-match", booked.header("etag"));
    let confirmed = confirm.expect(200).await;
    let order: Vec<(String, i64)> = sqlx::query_as(
        "select event_type, sequence from events where aggregate_id = any ($1)
         order by epoch, transaction_id, position",
    )
    .bind([booked.text("id"), earlier.text("id")].as_slice())
    .fetch_all(&clinic.pool)
    .await
    .unwrap();
    let order: Vec<_> = order
        .iter()
        .map(|event| (event.0.as_str(), event.1))
        .collect();
    let expected = [
        ("appointment.booked", 1),
        ("appointment.booked", 1),
        ("appointment.confirmed", 2),
    ];
    assert_eq!(order, expected);
    // The hold made at the later time still applies.
    clinic.site.clock.set(now());
    let read = clinic.read(&asha, &confirmed).await;
    assert_eq!(read.body["status"], "CONFIRMED");
    clinic.close().await;
}

/// One account sends many requests at once through two nodes: the numbers of its holds are kept apart by the database.
#[tokio::test]
async fn an_account_holds_at_most_ten_slots_on_any_number_of_nodes() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let asha = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let token = clinic.site.token(&asha).unwrap();
    let clients = [
        clinic.anonymous().with_token(token.clone()),
        other.client.with_token(token),
    ];
    let book = |number: usize| {
        let client = &clients[number % 2];
        clinic.book(client, i32::try_from(number).unwrap()).send()
    };
    let replies = futures::future::join_all((0..30).map(book)).await;
    let held: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(held.len(), 10, "{replies:?}");
    for refused in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!(refused.status, 409, "{refused:?}");
        refused.is("too-many-holds");
    }
    // The front desk books for the same patient.
    let mut request = clinic.booking_request(slot(31));
    request["patientId"] = json!(clinic.world.patient().await.unwrap());
    let desk = clinic.desk().post("/api/v1/appointments", &request);
    desk.expect(201).await;
    // A hold that has ended makes room for one more.
    let cancel = clients[0].post(&held[0].appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    let free = (0..30)
        .find(|number| replies[*number].status != 201)
        .unwrap();
    assert_eq!(book(free).await.status, 201);
    let last = (0..30)
        .rev()
        .find(|number| replies[*number].status != 201)
        .unwrap();
    assert_eq!(book(last).await.status, 409);
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn a_series_counts_as_one_hold_and_a_visit_without_a_fee_as_none() {
    let clinic = Clinic::open().await;
    let asha = patient(&clinic);
    let series = json!({"first": clinic.booking_request(slot(0)), "everyDays": 1, "visits": 12});
    asha.post("/api/v1/appointments/series", &series)
        .expect(201)
        .await;
    for number in 1..10 {
        clinic.book(&asha, number).expect(201).await;
    }
    clinic
        .book(&asha, 10)
        .expect(409)
        .await
        .is("too-many-holds");
    clinic.close().await;

    let clinic = Clinic::without_fee().await;
    let asha = patient(&clinic);
    for number in 0..12 {
        clinic.book(&asha, number).expect(201).await;
    }
    clinic.close().await;
}
