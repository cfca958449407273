//! Bookings of an account on one day.

use adapters::system::SystemIds;
use chrono::TimeDelta;
use commands::ports::IdSource as _;
use domain::PatientId;
use futures::future::join_all;
use serde_json::json;
use tests::app::Principal;

use super::schedule::etag;
use crate::support::{Client, Clinic, now, slot};

const NUMBERS: &str = "select count(*) from reservations where space = $1";

fn patient(clinic: &Clinic) -> Client {
    let principal = Principal::patient(PatientId::from_uuid(SystemIds.id()));
    let end = now() + TimeDelta::days(2);
    let token = clinic.site.token_until(&principal, end).unwrap();
    clinic.anonymous().with_token(token)
}

/// One account sends many requests at once through two nodes: the numbers are kept apart by the database.
#[tokio::test]
async fn an_account_books_at_most_twenty_times_a_day_on_any_number_of_nodes() {
    let clinic = Clinic::without_fee().await;
    let other = clinic.another_node().await;
    let asha = patient(&clinic);
    let there = asha.at(&other.client);
    let book = |number: i32| {
        let node = if number % 2 == 0 { &asha } else { &there };
        clinic.book(node, number).send()
    };
    let replies = join_all((0..28).map(book)).await;
    let (booked, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 201);
    assert_eq!(booked.len(), 20, "{replies:?}");
    for refused in refused {
        assert_eq!(refused.status, 409, "{refused:?}");
        refused.is("too-many-bookings");
    }
    // A visit that is cancelled was booked all the same.
    let cancel = asha.post(&booked[0].appointment("cancel"), &json!({}));
    cancel.expect(200).await;
    clinic
        .book(&asha, 29)
        .expect(409)
        .await
        .is("too-many-bookings");
    clinic.book(&patient(&clinic), 29).expect(201).await;
    let mut request = clinic.booking_request(slot(30));
    request["patientId"] = json!(clinic.world.patient().await.unwrap());
    let desk = clinic.desk();
    desk.post("/api/v1/appointments", &request)
        .expect(201)
        .await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn the_next_day_begins_anew_and_old_numbers_are_removed() {
    let clinic = Clinic::without_fee().await;
    let path = format!("/api/v1/clinics/{}/booking-settings", clinic.facts.clinic);
    let tag = etag(&clinic, clinic.facts.clinic).await;
    let own = json!({"maxDailyBookings": 2});
    let set = clinic.admin().put(&path, &own).header("If-Match", tag);
    assert_eq!(set.expect(200).await.status, 200);
    let asha = patient(&clinic);
    let series = json!({"first": clinic.booking_request(slot(0)), "everyDays": 1, "visits": 3});
    let series = asha.post("/api/v1/appointments/series", &series);
    series.expect(201).await;
    clinic.book(&asha, 1).expect(201).await;
    let refused = clinic.book(&asha, 2).expect(409).await;
    refused.is("too-many-bookings");
    let series = json!({"first": clinic.booking_request(slot(3)), "everyDays": 1, "visits": 3});
    let series = asha.post("/api/v1/appointments/series", &series);
    series.expect(409).await.is("too-many-bookings");

    clinic.site.clock.advance(TimeDelta::days(1));
    let tomorrow = clinic.booking_request(slot(5) + TimeDelta::days(1));
    asha.post("/api/v1/appointments", &tomorrow)
        .expect(201)
        .await;
    let forget = async |days| {
        let at = now() + TimeDelta::days(days);
        let forgotten = commands::claims::forget_daily_numbers(clinic.store(), at).await;
        forgotten.unwrap()
    };
    assert_eq!(forget(1).await, 0, "clocks of nodes differ");
    assert_eq!(forget(2).await, 2);
    assert_eq!(clinic.count(NUMBERS, "account.booking").await, 1);
    assert_eq!(forget(3).await, 1);
    clinic.close().await;
}
