//! Times at which a doctor can be booked.

use chrono::{DateTime, Utc};
use domain::Slot;
use domain::appointment::BookingPolicy;
use domain::{UnavailableReason, Unoffered};
use projections::availability::{Availability, OfferQuery, explained, offered};

use super::fixture::{History, at, clinic, doctor, slot};
use super::scenario::{ARUN, BERLIN, MEERA, PUNE, ZOYA, recorded, today};

async fn kept() -> History {
    let history = recorded().await;
    history.project(&history.projector::<Availability>()).await;
    history
}

/// Meera's Monday in Pune: nine to eleven, in half hours.
fn monday_at_pune() -> OfferQuery {
    let monday = "2026-03-09".parse().unwrap();
    OfferQuery {
        doctor: doctor(MEERA),
        clinic: clinic(PUNE),
        from: monday,
        to: monday,
        now: today(),
        policy: BookingPolicy::default(),
    }
}

/// Meera's night in Berlin: one to five, in hours.
fn night_at_berlin(sunday: &str, now: &str) -> OfferQuery {
    let sunday = sunday.parse().unwrap();
    let (from, to) = (sunday, sunday);
    OfferQuery {
        clinic: clinic(BERLIN),
        from,
        to,
        now: at(now),
        ..monday_at_pune()
    }
}

/// Starts of the offered slots, as in `09T03:30 09T04:00`.
async fn starts(history: &History, query: &OfferQuery) -> Option<String> {
    let slots = offered(&history.pool, query).await.unwrap()?;
    let time = |slot: Slot| slot.start().format("%dT%H:%M").to_string();
    Some(slots.into_iter().map(time).collect::<Vec<_>>().join(" "))
}

async fn claim(history: &History, holder: &str, during: Slot, held_until: Option<DateTime<Utc>>) {
    sqlx::query(
        "insert into slot_claims (kind, resource, during, holder, held_until)
         values ('doctor', $1, tstzrange($2, $3), $4, $5)",
    )
    .bind(doctor(MEERA).as_uuid())
    .bind(during.start())
    .bind(during.end())
    .bind(holder)
    .bind(held_until)
    .execute(&history.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_free_day_offers_every_slot_of_the_timetable() {
    let history = kept().await;
    let monday = starts(&history, &monday_at_pune()).await;
    assert_eq!(
        monday,
        Some("09T03:30 09T04:00 09T04:30 09T05:00".to_owned())
    );
}

#[tokio::test]
async fn a_month_offers_the_openings_of_all_its_weeks() {
    let history = kept().await;
    let month = OfferQuery {
        from: "2026-03-01".parse().unwrap(),
        to: "2026-03-31".parse().unwrap(),
        ..monday_at_pune()
    };
    let slots = offered(&history.pool, &month).await.unwrap().unwrap();
    assert_eq!(slots.len(), 5 * 4);
    assert!(slots.is_sorted());
}

#[tokio::test]
async fn what_anybody_holds_is_not_offered() {
    let history = kept().await;
    // A visit elsewhere that reaches into two slots, and a booking of just one.
    claim(
        &history,
        "elsewhere",
        slot("2026-03-09T03:50:00Z", "2026-03-09T04:10:00Z"),
        None,
    )
    .await;
    claim(
        &history,
        "booking",
        slot("2026-03-09T05:00:00Z", "2026-03-09T05:30:00Z"),
        None,
    )
    .await;
    assert_eq!(
        starts(&history, &monday_at_pune()).await,
        Some("09T04:30".to_owned())
    );
}

#[tokio::test]
async fn a_hold_keeps_its_slot_until_its_hour_and_no_longer() {
    let history = kept().await;
    let hour = at("2026-03-01T06:15:00Z");
    let during = slot("2026-03-09T03:30:00Z", "2026-03-09T04:00:00Z");
    claim(&history, "hold", during, Some(hour)).await;
    let offered_at = |now| OfferQuery {
        now,
        ..monday_at_pune()
    };
    let held = starts(
        &history,
        &offered_at(hour - chrono::TimeDelta::microseconds(1)),
    )
    .await;
    assert_eq!(held, Some("09T04:00 09T04:30 09T05:00".to_owned()));
    let overdue = starts(&history, &offered_at(hour)).await;
    assert_eq!(
        overdue,
        Some("09T03:30 09T04:00 09T04:30 09T05:00".to_owned())
    );
}

#[tokio::test]
async fn a_slot_that_has_begun_is_not_offered() {
    let history = kept().await;
    let during = OfferQuery {
        now: at("2026-03-09T04:00:00Z"),
        ..monday_at_pune()
    };
    assert_eq!(
        starts(&history, &during).await,
        Some("09T04:30 09T05:00".to_owned())
    );
}

#[tokio::test]
async fn a_slot_beyond_the_horizon_is_not_offered() {
    let history = kept().await;
    let policy = BookingPolicy {
        horizon_days: 8,
        ..BookingPolicy::default()
    };
    let query = OfferQuery {
        now: at("2026-03-01T04:00:00Z"),
        policy,
        ..monday_at_pune()
    };
    assert_eq!(
        starts(&history, &query).await,
        Some("09T03:30 09T04:00".to_owned())
    );
}

#[tokio::test]
async fn the_night_that_loses_an_hour_offers_one_slot_less() {
    let history = kept().await;
    let spring = night_at_berlin("2026-03-29", "2026-03-01T06:00:00Z");
    assert_eq!(
        starts(&history, &spring).await,
        Some("29T00:00 29T01:00 29T02:00".to_owned())
    );
}

#[tokio::test]
async fn the_night_that_gains_an_hour_offers_one_slot_more() {
    let history = kept().await;
    let autumn = night_at_berlin("2026-10-25", "2026-10-01T06:00:00Z");
    let five = "24T23:00 25T00:00 25T01:00 25T02:00 25T03:00";
    assert_eq!(starts(&history, &autumn).await, Some(five.to_owned()));
    // The first of the two hours from two to three; the second one stays free.
    claim(
        &history,
        "first",
        slot("2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"),
        None,
    )
    .await;
    let four = "24T23:00 25T01:00 25T02:00 25T03:00";
    assert_eq!(starts(&history, &autumn).await, Some(four.to_owned()));
}

#[tokio::test]
async fn an_unverified_doctor_offers_nothing() {
    let history = kept().await;
    let monday = monday_at_pune();
    let arun = OfferQuery {
        doctor: doctor(ARUN),
        clinic: clinic(BERLIN),
        ..monday
    };
    assert_eq!(starts(&history, &arun).await, Some(String::new()));
}

#[tokio::test]
async fn a_doctor_who_is_unknown_or_elsewhere_has_no_offer_at_all() {
    let history = kept().await;
    let unknown = OfferQuery {
        doctor: doctor(9),
        ..monday_at_pune()
    };
    assert_eq!(starts(&history, &unknown).await, None);
    let elsewhere = OfferQuery {
        doctor: doctor(ARUN),
        ..monday_at_pune()
    };
    assert_eq!(starts(&history, &elsewhere).await, None);
    let nowhere = OfferQuery {
        doctor: doctor(ZOYA),
        ..monday_at_pune()
    };
    assert_eq!(starts(&history, &nowhere).await, None);
}

/// Meera's day in Pune.
fn day_at_pune(day: &str) -> OfferQuery {
    let day = day.parse().unwrap();
    let (from, to) = (day, day);
    OfferQuery {
        from,
        to,
        ..monday_at_pune()
    }
}

/// Times that are not offered, with their reasons, as in `05T18:30-06T18:30 OutsideHours`.
async fn reasons(history: &History, query: &OfferQuery) -> Vec<String> {
    let partition = explained(&history.pool, query).await.unwrap().unwrap();
    let times = |Unoffered { during, reason }: Unoffered| {
        let time = |at: DateTime<Utc>| at.format("%dT%H:%M").to_string();
        format!("{}-{} {reason:?}", time(during.start()), time(during.end()))
    };
    partition.unoffered.into_iter().map(times).collect()
}

#[tokio::test]
async fn what_was_said_of_a_date_holds_instead_of_the_week() {
    let history = kept().await;
    let off = day_at_pune("2026-04-06");
    assert_eq!(starts(&history, &off).await, Some(String::new()));
    assert_eq!(
        reasons(&history, &off).await,
        ["05T18:30-06T18:30 OutsideHours"]
    );
    // A Wednesday, from five to six in the evening.
    let evening = starts(&history, &day_at_pune("2026-04-08")).await;
    assert_eq!(evening, Some("08T11:30 08T12:00".to_owned()));
}

#[tokio::test]
async fn a_date_that_was_taken_back_has_the_hours_of_the_week() {
    let history = kept().await;
    let monday = starts(&history, &day_at_pune("2026-04-20")).await;
    let four = "20T03:30 20T04:00 20T04:30 20T05:00";
    assert_eq!(monday, Some(four.to_owned()));
}

#[tokio::test]
async fn a_holiday_of_the_clinic_offers_nothing() {
    let history = kept().await;
    let holiday = day_at_pune("2026-04-13");
    assert_eq!(starts(&history, &holiday).await, Some(String::new()));
    assert_eq!(
        reasons(&history, &holiday).await,
        ["12T18:30-13T18:30 Holiday"]
    );
    // The other clinic is open: the Sunday before in Berlin, one to five in the night.
    let sunday = night_at_berlin("2026-04-12", "2026-03-01T06:00:00Z");
    assert_eq!(
        starts(&history, &sunday).await,
        Some("11T23:00 12T00:00 12T01:00 12T02:00".to_owned())
    );
}

#[tokio::test]
async fn what_is_taken_is_explained_by_that_and_an_overdue_hold_is_not() {
    let history = kept().await;
    let hour = at("2026-03-01T06:15:00Z");
    let during = slot("2026-03-09T03:50:00Z", "2026-03-09T04:10:00Z");
    claim(&history, "hold", during, Some(hour)).await;
    let asked_at = |now| OfferQuery {
        now,
        ..monday_at_pune()
    };
    let held = asked_at(hour - chrono::TimeDelta::microseconds(1));
    let three = [
        "08T18:30-09T03:30 OutsideHours",
        "09T03:30-09T04:30 Taken",
        "09T05:30-09T18:30 OutsideHours",
    ];
    assert_eq!(reasons(&history, &held).await, three);
    let two = [
        "08T18:30-09T03:30 OutsideHours",
        "09T05:30-09T18:30 OutsideHours",
    ];
    assert_eq!(reasons(&history, &asked_at(hour)).await, two);
}

#[tokio::test]
async fn an_unverified_doctor_is_explained_by_that_alone() {
    let history = kept().await;
    let arun = OfferQuery {
        doctor: doctor(ARUN),
        clinic: clinic(BERLIN),
        ..monday_at_pune()
    };
    let partition = explained(&history.pool, &arun).await.unwrap().unwrap();
    let whole_day = slot("2026-03-08T23:00:00Z", "2026-03-09T23:00:00Z");
    let reason = UnavailableReason::Unverified;
    assert_eq!(
        partition.unoffered,
        [Unoffered {
            during: whole_day,
            reason
        }]
    );
}

/// Meera's night moves to other clocks: one to five, in hours, on their days of change.
#[tokio::test]
async fn nights_of_change_are_right_on_other_clocks_too() {
    let history = kept().await;
    for (zone, sunday, now, expected) in [
        (
            "Europe/London",
            "2026-03-29",
            "2026-03-01T06:00:00Z",
            "29T01:00 29T02:00 29T03:00",
        ),
        (
            "Europe/London",
            "2026-10-25",
            "2026-10-01T06:00:00Z",
            "25T00:00 25T01:00 25T02:00 25T03:00 25T04:00",
        ),
        (
            "America/New_York",
            "2026-03-08",
            "2026-03-01T06:00:00Z",
            "08T06:00 08T07:00 08T08:00",
        ),
        (
            "America/New_York",
            "2026-11-01",
            "2026-10-01T06:00:00Z",
            "01T05:00 01T06:00 01T07:00 01T08:00 01T09:00",
        ),
        (
            "Asia/Kolkata",
            "2026-03-29",
            "2026-03-01T06:00:00Z",
            "28T19:30 28T20:30 28T21:30 28T22:30",
        ),
    ] {
        sqlx::query("update doctor_timetables set zone = $1 where clinic_id = $2")
            .bind(zone)
            .bind(clinic(BERLIN).as_uuid())
            .execute(&history.pool)
            .await
            .unwrap();
        let night = starts(&history, &night_at_berlin(sunday, now)).await;
        assert_eq!(night.as_deref(), Some(expected), "{zone} {sunday}");
    }
}
