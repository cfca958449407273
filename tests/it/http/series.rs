//! Series of visits.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::app::Principal;

use crate::support::{Client, Clinic, slot};

const SERIES: &str = "/api/v1/appointments/series";

fn weekly(clinic: &Clinic, visits: u16) -> Value {
    json!({"first": clinic.booking_request(slot(0)), "everyDays": 7, "visits": visits})
}

fn week(number: i64) -> DateTime<Utc> {
    slot(0) + TimeDelta::weeks(number)
}

async fn take(clinic: &Clinic, who: &Client, start: DateTime<Utc>) {
    let request = clinic.booking_request(start);
    who.post("/api/v1/appointments", &request).expect(201).await;
}

fn starts(items: &Value) -> Vec<Value> {
    let items = items.as_array().unwrap().iter();
    items.map(|item| item["start"].clone()).collect()
}

fn booked(body: &Value) -> Vec<Value> {
    let items = body["booked"].as_array().unwrap().iter();
    items.map(|item| item["slot"]["start"].clone()).collect()
}

#[tokio::test]
async fn a_series_is_booked_in_one_step() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let series = weekly(&clinic, 4);
    let told = asha
        .post(SERIES, &series)
        .key("series-of-asha-1")
        .expect(201)
        .await;
    assert_eq!(booked(&told.body), [0, 1, 2, 3].map(|n| json!(week(n))));
    assert_eq!(told.body["clashes"], json!([]));
    assert_eq!(clinic.events("appointment.booked").await, 4);
    let one = "select count(distinct transaction_id) from events where event_type = $1";
    assert_eq!(clinic.count(one, "appointment.booked").await, 1);
    let again = asha
        .post(SERIES, &series)
        .key("series-of-asha-1")
        .expect(201)
        .await;
    assert_eq!(
        (again.header("idempotency-replayed"), &again.body),
        ("true", &told.body)
    );
    assert_eq!(clinic.events("appointment.booked").await, 4);
    clinic.close().await;
}

#[tokio::test]
async fn a_series_reports_every_clash_and_then_books_the_rest() {
    let clinic = Clinic::open().await;
    let (asha, other) = (clinic.patient(), clinic.patient());
    take(&clinic, &other, week(1)).await;
    let leave = json!({"start": week(3), "end": week(3) + TimeDelta::hours(1)});
    let leaves = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    let admin = clinic.client(&Principal::admin());
    admin.post(&leaves, &leave).expect(201).await;
    // The last of fourteen weeks lies beyond the ninety days.
    let mut series = weekly(&clinic, 14);
    let refused = asha.post(SERIES, &series).expect(409).await;
    refused.is("series-clashes");
    let clashes = &refused.body["clashes"];
    assert_eq!(starts(clashes), [1, 3, 13].map(|n| json!(week(n))));
    let types: Vec<_> = clashes
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["type"])
        .collect();
    assert_eq!(
        types,
        [
            "slot-already-taken",
            "doctor-on-leave",
            "slot-beyond-horizon"
        ]
    );
    assert_eq!(clinic.events("appointment.booked").await, 1);
    series["onClash"] = json!("book-the-rest");
    let told = asha.post(SERIES, &series).expect(201).await;
    assert_eq!(&told.body["clashes"], clashes);
    let rest = [0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12].map(|n| json!(week(n)));
    assert_eq!(booked(&told.body), rest);
    assert_eq!(clinic.events("appointment.booked").await, 12);
    clinic.close().await;
}

#[tokio::test]
async fn a_series_of_which_nothing_can_be_booked_books_nothing() {
    let clinic = Clinic::open().await;
    let other = clinic.patient();
    for n in 0..2 {
        take(&clinic, &other, week(n)).await;
    }
    let mut series = weekly(&clinic, 2);
    series["onClash"] = json!("book-the-rest");
    let refused = clinic.patient().post(SERIES, &series).expect(409).await;
    refused.is("series-clashes");
    assert_eq!(starts(&refused.body["clashes"]).len(), 2);
    clinic.close().await;
}

#[tokio::test]
async fn a_rule_that_forbids_the_whole_series_is_reported_once() {
    let clinic = Clinic::open().await;
    let mut series = weekly(&clinic, 2);
    series["first"]["overrideReason"] = json!("I would like that");
    let asha = clinic.patient();
    asha.post(SERIES, &series).expect(403).await;
    let mut unknown = weekly(&clinic, 2);
    unknown["first"]["doctorId"] = json!(uuid::Uuid::nil());
    asha.post(SERIES, &unknown).expect(404).await;
    for (every, visits) in [(7, 1), (0, 2), (7, 27), (367, 2)] {
        let mut wrong = weekly(&clinic, 2);
        (wrong["everyDays"], wrong["visits"]) = (json!(every), json!(visits));
        asha.post(SERIES, &wrong)
            .expect(422)
            .await
            .points_at("/visits");
    }
    clinic.close().await;
}

/// An overdue hold does not block a series.
#[tokio::test]
async fn overdue_holds_do_not_clash_with_a_series() {
    let clinic = Clinic::open().await;
    take(&clinic, &clinic.patient(), week(1)).await;
    clinic.site.clock.advance(TimeDelta::minutes(15));
    let told = clinic.patient().post(SERIES, &weekly(&clinic, 3));
    let told = told.expect(201).await;
    assert_eq!(booked(&told.body).len(), 3);
    clinic.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_series_for_the_same_slots_have_one_winner() {
    let clinic = Clinic::open().await;
    for round in 0..10 {
        let mut series = weekly(&clinic, 5);
        series["first"]["start"] = json!(slot(round));
        let (asha, ravi) = (clinic.patient(), clinic.patient());
        let (one, two) = tokio::join!(
            asha.post(SERIES, &series).send(),
            ravi.post(SERIES, &series).send()
        );
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{one:?} {two:?}");
    }
    assert_eq!(clinic.events("appointment.booked").await, 50);
    clinic.close().await;
}
