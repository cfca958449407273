//! Days on which the clocks change: slots offered, bookings, and the date of each visit on the day
//! sheet.

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::ClinicZone;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use super::schedule::{explained, set_date, starts};
use crate::support::{Client, Clinic, Reply};

/// A clinic, two days before a day at noon.
async fn two_days_before(zone: &str, day: NaiveDate, slot_minutes: u16) -> Clinic {
    let noon = (day - Days::new(2))
        .and_hms_opt(12, 0, 0)
        .unwrap()
        .and_utc();
    let terms = Terms {
        slot_minutes,
        ..Terms::default()
    };
    Clinic::on_clock(zone, noon, terms).await
}

async fn book(clinic: &Clinic, start: &Value) -> Reply {
    let mut request = clinic.booking_request(DateTime::UNIX_EPOCH);
    request["start"] = start.clone();
    let booking = clinic.patient().post("/api/v1/appointments", &request);
    booking.expect(201).await
}

#[tokio::test]
async fn slots_are_correct_on_the_days_of_a_clock_change() {
    for (zone, day, (from, to), expected) in [
        (
            "Europe/London",
            "2027-03-28",
            ("00:30", "03:00"),
            "00:30 01:00 01:30",
        ),
        (
            "Europe/London",
            "2027-10-31",
            ("00:30", "03:00"),
            "23:30 00:00 00:30 01:00 01:30 02:00 02:30",
        ),
        (
            "America/New_York",
            "2027-03-14",
            ("01:00", "04:00"),
            "06:00 06:30 07:00 07:30",
        ),
        (
            "America/New_York",
            "2027-11-07",
            ("00:30", "02:30"),
            "04:30 05:00 05:30 06:00 06:30 07:00",
        ),
        (
            "Asia/Kolkata",
            "2027-03-28",
            ("00:30", "02:00"),
            "19:00 19:30 20:00",
        ),
        (
            "Asia/Kolkata",
            "2027-10-31",
            ("00:30", "02:00"),
            "19:00 19:30 20:00",
        ),
    ] {
        let clinic = two_days_before(zone, day.parse().unwrap(), 30).await;
        let opening = json!([{"from": from, "to": to}]);
        let set = set_date(&clinic, &clinic.admin(), day, opening).await;
        let set = set.expect(200).await;
        let offered = starts(&clinic, day, &set).await;
        assert_eq!(offered.join(" "), expected, "{zone} {day}");
        let offered = explained(&clinic, day..=day, &set).await;
        for slot in offered["slots"].as_array().unwrap() {
            book(&clinic, &slot["start"]).await;
        }
        clinic.close().await;
    }
}

#[tokio::test]
async fn a_day_lasts_from_midnight_to_midnight_whatever_its_length() {
    for (zone, day, start, end) in [
        (
            "Europe/London",
            "2027-03-28",
            "2027-03-28T00:00:00Z",
            "2027-03-28T23:00:00Z",
        ),
        (
            "Europe/London",
            "2027-10-31",
            "2027-10-30T23:00:00Z",
            "2027-11-01T00:00:00Z",
        ),
        (
            "America/New_York",
            "2027-03-14",
            "2027-03-14T05:00:00Z",
            "2027-03-15T04:00:00Z",
        ),
        (
            "America/New_York",
            "2027-11-07",
            "2027-11-07T04:00:00Z",
            "2027-11-08T05:00:00Z",
        ),
        // Where the clocks change at midnight: a day begins at one, or has its last hour twice.
        (
            "Africa/Cairo",
            "2027-04-30",
            "2027-04-29T22:00:00Z",
            "2027-04-30T21:00:00Z",
        ),
        (
            "Africa/Cairo",
            "2027-10-28",
            "2027-10-27T21:00:00Z",
            "2027-10-28T22:00:00Z",
        ),
        (
            "Asia/Beirut",
            "2027-03-28",
            "2027-03-27T22:00:00Z",
            "2027-03-28T21:00:00Z",
        ),
        (
            "Asia/Kolkata",
            "2027-03-28",
            "2027-03-27T18:30:00Z",
            "2027-03-28T18:30:00Z",
        ),
    ] {
        let clinic = two_days_before(zone, day.parse().unwrap(), 30).await;
        let set = set_date(&clinic, &clinic.admin(), day, json!([])).await;
        let set = set.expect(200).await;
        let offered = explained(&clinic, day..=day, &set).await;
        let whole_day = json!([{"start": start, "end": end, "reason": "outside-hours"}]);
        assert_eq!(offered["unoffered"], whole_day, "{zone} {day}");
        clinic.close().await;
    }
}

/// Start times of a doctor's visits on the day sheet of a date.
async fn sheet(
    clinic: &Clinic,
    doctor: &Client,
    day: NaiveDate,
    after: &Reply,
) -> Vec<DateTime<Utc>> {
    let path = format!("/api/v1/doctors/{}/day-sheet?date={day}", clinic.doctor);
    let sheet = clinic
        .settled(async || doctor.get(&path).after(after))
        .await;
    let entries = sheet.body["entries"].as_array().unwrap();
    let start = |entry: &Value| entry["slot"]["start"].as_str().unwrap().parse().unwrap();
    entries.iter().map(start).collect()
}

/// Half past midnight, a quarter past one and half past eleven at night, on the day before, on the day
/// and on the day after: all of it booked. A quarter past one may come twice, or never.
#[tokio::test]
async fn visits_around_a_clock_change_are_on_the_day_sheet_of_their_own_date_in_order() {
    let openings = json!([
        {"from": "00:30", "to": "00:45"},
        {"from": "01:15", "to": "01:30"},
        {"from": "23:30", "to": "23:45"},
    ]);
    for (zone_name, day, on_the_day) in [
        ("Europe/London", "2027-03-28", 2),
        ("Europe/London", "2027-10-31", 7),
        ("America/New_York", "2027-03-14", 3),
        ("America/New_York", "2027-11-07", 7),
        ("Africa/Cairo", "2027-04-30", 2),
        ("Africa/Cairo", "2027-10-28", 7),
        ("Asia/Kolkata", "2027-03-28", 3),
    ] {
        let day: NaiveDate = day.parse().unwrap();
        let days = [day - Days::new(1), day, day + Days::new(1)];
        let clinic = two_days_before(zone_name, day, 15).await;
        let mut set = None;
        for day in days {
            let day = day.to_string();
            let call = set_date(&clinic, &clinic.admin(), &day, openings.clone()).await;
            set = Some(call.expect(200).await);
        }
        let (last, starts) = everything_booked(&clinic, days, set.unwrap()).await;
        let doctor = clinic.client(&Principal::doctor(clinic.doctor));
        let zone = ClinicZone::parse(zone_name).unwrap();
        for (day, count) in days.into_iter().zip([3, on_the_day, 3]) {
            let shown = sheet(&clinic, &doctor, day, &last).await;
            let of_day = starts.iter().filter(|start| zone.date_at(**start) == day);
            let of_day: Vec<_> = of_day.copied().collect();
            assert_eq!(shown, of_day, "{zone_name} {day}");
            assert_eq!(shown.len(), count, "{zone_name} {day}");
            assert!(shown.is_sorted(), "{zone_name} {day}");
        }
        clinic.close().await;
    }
}

/// Books every slot offered on some days. Returns the last response and the start times.
async fn everything_booked(
    clinic: &Clinic,
    days: [NaiveDate; 3],
    set: Reply,
) -> (Reply, Vec<DateTime<Utc>>) {
    let [first, _, last] = days;
    let mut reply = set;
    let offered = explained(clinic, first..=last, &reply).await;
    let mut starts = Vec::new();
    for slot in offered["slots"].as_array().unwrap() {
        reply = book(clinic, &slot["start"]).await;
        starts.push(slot["start"].as_str().unwrap().parse().unwrap());
    }
    (reply, starts)
}

#[tokio::test]
async fn a_time_zone_that_does_not_exist_is_refused() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    for zone in ["Mars/Olympus", "IST", "+05:30", "asia/kolkata", ""] {
        let lakeside = json!({
            "name": "Lakeside", "city": "Pune", "timeZone": zone, "currency": "INR",
        });
        let refused = admin.post("/api/v1/clinics", &lakeside).expect(422).await;
        refused.is("invalid-value");
        refused.points_at("/timeZone");
    }
    clinic.close().await;
}
