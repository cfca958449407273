//! Hours of a single date, which replace the weekly hours.

use domain::Currency;
use serde_json::{Value, json};
use tests::app::Principal;
use tests::world::Terms;

use super::schedule::{clear_date, etag, explained, hours_path, set_date, set_week, starts};
use crate::support::{Clinic, slot};

const TODAY: &str = "2026-12-01";
const TOMORROW: &str = "2026-12-02";

/// Nine to ten at the clinic is half past three to half past four in UTC.
fn nine_to_ten() -> Value {
    json!([{"from": "09:00", "to": "10:00"}])
}

#[tokio::test]
async fn a_doctor_sets_the_hours_of_one_date() {
    let clinic = Clinic::open().await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let set = set_date(&clinic, &doctor, TOMORROW, nine_to_ten()).await;
    let set = set.expect(200).await;
    assert_eq!(
        starts(&clinic, TOMORROW, &set).await,
        ["03:30", "03:45", "04:00", "04:15"]
    );
    assert_eq!(starts(&clinic, "2026-12-03", &set).await.len(), 32);
    let path = format!("/api/v1/doctors/{}", clinic.doctor);
    let shown = clinic
        .settled(async || clinic.anonymous().get(&path).after(&set))
        .await;
    assert_eq!(
        shown.body["affiliations"][0]["datedHours"],
        json!([{"date": TOMORROW, "openings": nine_to_ten()}])
    );
    let cleared = clear_date(&clinic, &doctor, TOMORROW).await;
    let cleared = cleared.expect(200).await;
    assert_eq!(starts(&clinic, TOMORROW, &cleared).await.len(), 32);
    clinic.close().await;
}

#[tokio::test]
async fn a_day_off_takes_no_bookings_and_keeps_those_made() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let off = set_date(&clinic, &clinic.admin(), TODAY, json!([])).await;
    let off = off.expect(200).await;
    let refused = clinic.book(&clinic.patient(), 1).expect(422).await;
    refused.is("slot-outside-hours");
    assert!(starts(&clinic, TODAY, &off).await.is_empty());
    assert_eq!(clinic.read(&asha, &booked).await.text("status"), "BOOKED");
    let again = clear_date(&clinic, &clinic.admin(), TODAY).await;
    again.expect(200).await;
    clinic.book(&clinic.patient(), 1).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_date_hours_needs_the_current_version() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    let path = hours_path(&clinic, TOMORROW);
    let body = json!({"openings": nine_to_ten()});
    admin.put(&path, &body).expect(428).await;
    let stale = admin.put(&path, &body).header("If-Match", "\"3\"");
    stale.expect(412).await.is("stale-version");
    let delete = || admin.call(reqwest::Method::DELETE, &path);
    delete().expect(428).await;
    let stale = delete().header("If-Match", "\"3\"");
    stale.expect(412).await.is("stale-version");
    assert_eq!(etag(&clinic, clinic.doctor).await, "\"4\"");
    clinic.close().await;
}

#[tokio::test]
async fn setting_the_same_hours_again_appends_no_event() {
    let clinic = Clinic::open().await;
    for _ in 0..2 {
        let set = set_date(&clinic, &clinic.admin(), TOMORROW, nine_to_ten()).await;
        set.expect(200).await;
    }
    assert_eq!(clinic.events("doctor.date_hours_set").await, 1);
    for _ in 0..2 {
        let cleared = clear_date(&clinic, &clinic.admin(), TOMORROW).await;
        cleared.expect(200).await;
    }
    assert_eq!(clinic.events("doctor.date_hours_cleared").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn date_hours_are_refused_for_past_dates_and_dates_years_ahead() {
    let clinic = Clinic::open().await;
    for (date, slug) in [
        ("2026-11-30", "date-in-past"),
        ("2028-02-01", "date-too-far-ahead"),
    ] {
        let set = set_date(&clinic, &clinic.admin(), date, json!([])).await;
        set.expect(422).await.is(slug);
        let cleared = clear_date(&clinic, &clinic.admin(), date).await;
        cleared.expect(422).await.is(slug);
    }
    let no_day = set_date(&clinic, &clinic.admin(), "2026-02-30", json!([])).await;
    let no_day = no_day.expect(400).await;
    no_day.is("malformed");
    no_day.points_at("date");
    clinic.close().await;
}

/// Today by the clinic's calendar, which is another day than in UTC from half past six in the evening.
#[tokio::test]
async fn today_is_the_date_in_the_clinics_time_zone() {
    let clinic = Clinic::open().await;
    let evening = "2026-12-01T18:30:00Z".parse().unwrap();
    clinic.site.clock.set(evening);
    let set = set_date(&clinic, &clinic.admin(), TODAY, json!([])).await;
    set.expect(422).await.is("date-in-past");
    let set = set_date(&clinic, &clinic.admin(), TOMORROW, json!([])).await;
    set.expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn invalid_openings_are_refused() {
    let clinic = Clinic::open().await;
    let opening = |from: &str, to: &str| json!({"from": from, "to": to});
    let on_monday = |mut opening: Value| {
        opening["day"] = json!("monday");
        opening
    };
    for openings in [
        vec![opening("09:00", "12:00"), opening("11:00", "13:00")],
        vec![opening("22:00", "06:00")],
        vec![opening("22:00", "24:00")],
        vec![opening("09:00", "09:00")],
        vec![opening("9:00", "10:00")],
        vec![opening("09:00:30", "10:00")],
    ] {
        let on_a_date = set_date(&clinic, &clinic.admin(), TOMORROW, json!(openings)).await;
        on_a_date.expect(422).await.is("invalid-value");
        let weekly: Vec<Value> = openings.into_iter().map(on_monday).collect();
        let weekly = set_week(&clinic, &clinic.admin(), json!(weekly)).await;
        weekly.expect(422).await.is("invalid-value");
    }
    let seven: Vec<Value> = (9..16)
        .map(|hour| opening(&format!("{hour:02}:00"), &format!("{hour:02}:30")))
        .collect();
    let too_many = set_date(&clinic, &clinic.admin(), TOMORROW, json!(seven)).await;
    too_many.expect(422).await.is("invalid-value");
    assert_eq!(etag(&clinic, clinic.doctor).await, "\"4\"");
    clinic.close().await;
}

/// A second clinic, in London, where the doctor starts to work; the first is open from 03:30 to 11:30
/// UTC every day.
#[tokio::test]
async fn date_hours_at_two_clinics_cannot_overlap() {
    let mut clinic = Clinic::open().await;
    let first = clinic.facts;
    clinic.facts = (clinic.world.clinic("Europe/London", Currency::Gbp).await).unwrap();
    let admin = clinic.client(&Principal::admin());
    let terms = json!({
        "clinicId": clinic.facts.clinic,
        "fee": {"amount": 0, "currency": "GBP"},
        "slotMinutes": 15,
    });
    let path = format!("/api/v1/doctors/{}/affiliations", clinic.doctor);
    admin.post(&path, &terms).expect(200).await;
    let opening = |from: &str, to: &str| json!([{"from": from, "to": to}]);
    let overlapping = set_date(&clinic, &admin, TOMORROW, opening("11:00", "12:00")).await;
    let overlapping = overlapping.expect(409).await;
    overlapping.is("hours-overlap-at-other-clinic");
    let after = set_date(&clinic, &admin, TOMORROW, opening("11:30", "12:00")).await;
    after.expect(200).await;
    // The other way round: what holds in London tomorrow is in the way of longer days in India.
    let second = std::mem::replace(&mut clinic.facts, first);
    let longer = set_date(&clinic, &admin, TOMORROW, opening("09:00", "17:15")).await;
    let longer = longer.expect(409).await;
    longer.is("hours-overlap-at-other-clinic");
    let longer = json!([{"day": "wednesday", "from": "09:00", "to": "17:15"}]);
    let weekly = set_week(&clinic, &admin, longer).await;
    weekly.expect(409).await.is("hours-overlap-at-other-clinic");
    // On the day off in India, the doctor can be in London all day.
    let off = set_date(&clinic, &admin, TOMORROW, json!([])).await;
    off.expect(200).await;
    clinic.facts = second;
    let all_day = set_date(&clinic, &admin, TOMORROW, opening("03:30", "12:00")).await;
    let all_day = all_day.expect(200).await;
    assert_eq!(starts(&clinic, TOMORROW, &all_day).await.len(), 34);
    clinic.facts = first;
    let back = clear_date(&clinic, &admin, TOMORROW).await;
    back.expect(409).await.is("hours-overlap-at-other-clinic");
    clinic.close().await;
}

#[tokio::test]
async fn another_node_refuses_a_booking_on_a_day_off_that_was_just_set() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let there = clinic.patient().at(&other.client);
    // That node has the doctor in its cache, with the weekly hours.
    clinic.book(&there, 0).expect(201).await;
    let off = set_date(&clinic, &clinic.admin(), TODAY, json!([])).await;
    off.expect(200).await;
    let refused = clinic.book(&there, 1).expect(422).await;
    refused.is("slot-outside-hours");
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn availability_gives_reasons_only_on_request() {
    let clinic = Clinic::with(Terms {
        hours: (9, 10),
        ..Terms::default()
    })
    .await;
    let booked = clinic.book(&clinic.patient(), 0).expect(201).await;
    let path = format!(
        "/api/v1/doctors/{}/availability?clinicId={}&from={TODAY}&to={TODAY}",
        clinic.doctor, clinic.facts.clinic
    );
    let plain = clinic
        .settled(async || clinic.anonymous().get(&path).after(&booked))
        .await;
    assert_eq!(plain.body.get("unoffered"), None);
    let explained = explained(&clinic, TODAY..=TODAY, &booked).await;
    assert_eq!(explained["slots"], plain.body["slots"]);
    let reasons = explained["unoffered"].as_array().unwrap();
    let told: Vec<_> = reasons
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["past", "outside-hours", "taken", "outside-hours"]);
    assert_eq!(
        reasons[2],
        json!({"start": slot(0), "end": slot(1), "reason": "taken"})
    );
    clinic.close().await;
}
