//! Requests that change and query a doctor's hours, used by several tests.

use std::fmt::Display;
use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Call, Client, Clinic, Reply, now};

/// Days of the week, as the API names them.
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The `ETag` of an aggregate as it is now.
pub async fn etag(clinic: &Clinic, id: impl ToString) -> String {
    let sql = "select max(sequence) from events where aggregate_id = $1";
    format!("\"{}\"", clinic.count(sql, &id.to_string()).await)
}

/// The doctor's week at the clinic, or a date of it.
pub fn hours_path(clinic: &Clinic, date: &str) -> String {
    let (doctor, at) = (clinic.doctor, clinic.facts.clinic);
    let path = format!("/api/v1/doctors/{doctor}/affiliations/{at}/hours/{date}");
    path.trim_end_matches('/').to_owned()
}

pub fn holiday_path(clinic: &Clinic, date: &str) -> String {
    format!("/api/v1/clinics/{}/holidays/{date}", clinic.facts.clinic)
}

/// Sets the week; openings are `[{"day", "from", "to"}]`.
pub async fn set_week(clinic: &Clinic, who: &Client, openings: Value) -> Call {
    who.put(&hours_path(clinic, ""), &json!({"weeklyHours": openings}))
        .header("If-Match", etag(clinic, clinic.doctor).await)
}

/// Sets the hours of a date; openings are `[{"from", "to"}]`.
pub async fn set_date(clinic: &Clinic, who: &Client, date: &str, openings: Value) -> Call {
    who.put(&hours_path(clinic, date), &json!({"openings": openings}))
        .header("If-Match", etag(clinic, clinic.doctor).await)
}

pub async fn clear_date(clinic: &Clinic, who: &Client, date: &str) -> Call {
    who.call(Method::DELETE, &hours_path(clinic, date))
        .header("If-Match", etag(clinic, clinic.doctor).await)
}

pub async fn declare(clinic: &Clinic, who: &Client, date: &str, name: &str) -> Call {
    who.put(&holiday_path(clinic, date), &json!({"name": name}))
        .header("If-Match", etag(clinic, clinic.facts.clinic).await)
}

pub async fn withdraw(clinic: &Clinic, who: &Client, date: &str) -> Call {
    who.call(Method::DELETE, &holiday_path(clinic, date))
        .header("If-Match", etag(clinic, clinic.facts.clinic).await)
}

/// Availability of some days, with the reason for each time not offered, once `after` is known.
pub async fn explained(
    clinic: &Clinic,
    days: RangeInclusive<impl Display>,
    after: &Reply,
) -> Value {
    let (from, to) = days.into_inner();
    let path = format!(
        "/api/v1/doctors/{}/availability?clinicId={}&from={from}&to={to}&explain=true",
        clinic.doctor, clinic.facts.clinic
    );
    let asked = clinic.settled(async || clinic.anonymous().get(&path).after(after));
    asked.await.body
}

/// Start times of the slots of a day, as `HH:MM` in UTC.
pub async fn starts(clinic: &Clinic, day: &str, after: &Reply) -> Vec<String> {
    let offered = explained(clinic, day..=day, after).await;
    let slots = offered["slots"].as_array().unwrap();
    slots
        .iter()
        .map(|slot| slot["start"].as_str().unwrap()[11..16].to_owned())
        .collect()
}

/// Start times of the slots offered today, once `after` is known.
pub async fn free(clinic: &Clinic, after: &Reply) -> Vec<DateTime<Utc>> {
    let today = now().date_naive();
    let offered = explained(clinic, today..=today, after).await;
    let slots = offered["slots"].as_array().unwrap();
    let start = |slot: &Value| slot["start"].as_str().unwrap().parse().unwrap();
    slots.iter().map(start).collect()
}
