//! Days on which a clinic is closed.

use serde_json::{Value, json};
use tests::app::Principal;

use super::schedule::{declare, etag, explained, holiday_path, set_date, starts, withdraw};
use crate::support::{Clinic, Reply};

const TODAY: &str = "2026-12-01";
const CHRISTMAS: &str = "2026-12-25";

async fn shown(clinic: &Clinic, after: &Reply) -> Value {
    let path = format!("/api/v1/clinics/{}", clinic.facts.clinic);
    let clinic = clinic
        .settled(async || clinic.anonymous().get(&path).after(after))
        .await;
    clinic.body["holidays"].clone()
}

#[tokio::test]
async fn a_clinic_offers_no_slots_on_a_holiday_until_it_is_withdrawn() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    let declared = declare(&clinic, &admin, CHRISTMAS, "Christmas").await;
    let declared = declared.expect(200).await;
    assert_eq!(
        shown(&clinic, &declared).await,
        json!([{"date": CHRISTMAS, "name": "Christmas"}])
    );
    let offered = explained(&clinic, CHRISTMAS..=CHRISTMAS, &declared).await;
    let whole_day = json!([{
        "start": "2026-12-24T18:30:00Z", "end": "2026-12-25T18:30:00Z", "reason": "holiday",
    }]);
    assert_eq!(
        (&offered["slots"], &offered["unoffered"]),
        (&json!([]), &whole_day)
    );
    assert_eq!(starts(&clinic, "2026-12-24", &declared).await.len(), 32);
    let withdrawn = withdraw(&clinic, &admin, CHRISTMAS).await;
    let withdrawn = withdrawn.expect(200).await;
    assert_eq!(starts(&clinic, CHRISTMAS, &withdrawn).await.len(), 32);
    assert_eq!(shown(&clinic, &withdrawn).await, json!([]));
    clinic.close().await;
}

#[tokio::test]
async fn a_holiday_takes_precedence_over_date_hours() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    declare(&clinic, &admin, TODAY, "Flood")
        .await
        .expect(200)
        .await;
    let there = json!([{"from": "09:00", "to": "10:00"}]);
    let set = set_date(&clinic, &admin, TODAY, there).await;
    let set = set.expect(200).await;
    assert!(starts(&clinic, TODAY, &set).await.is_empty());
    let refused = clinic.book(&clinic.patient(), 0).expect(422).await;
    refused.is("clinic-closed");
    clinic.close().await;
}

#[tokio::test]
async fn a_holiday_keeps_the_visits_booked_before_it_was_declared() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let booked = clinic.book(&asha, 0).expect(201).await;
    let declared = declare(&clinic, &clinic.admin(), TODAY, "Flood").await;
    declared.expect(200).await;
    let confirm = json!({"reason": "Paid at the desk"});
    let confirmed = clinic.desk().post(&booked.appointment("confirm"), &confirm);
    let confirmed = confirmed.expect(200).await;
    assert_eq!(
        clinic.read(&asha, &confirmed).await.text("status"),
        "CONFIRMED"
    );
    let refused = clinic.book(&clinic.patient(), 1).expect(422).await;
    refused.is("clinic-closed");
    clinic.close().await;
}

/// The other node has the clinic in its cache without the holiday: the append refuses what it
/// decides on that.
#[tokio::test]
async fn another_node_refuses_a_booking_on_a_holiday_that_was_just_declared() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let there = clinic.patient().at(&other.client);
    clinic.book(&there, 0).expect(201).await;
    let declared = declare(&clinic, &clinic.admin(), TODAY, "Flood").await;
    declared.expect(200).await;
    clinic.book(&there, 1).expect(422).await.is("clinic-closed");
    let withdrawn = withdraw(&clinic, &clinic.admin(), TODAY).await;
    withdrawn.expect(200).await;
    clinic.book(&there, 1).expect(201).await;
    other.stop().await;
    clinic.close().await;
}

/// A booking during the declaration may be accepted or refused; a later one is refused, whatever the
/// nodes have cached.
#[tokio::test]
async fn concurrent_bookings_are_accepted_before_a_holiday_or_refused_after_it() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let patients: Vec<_> = (0..24).map(|_| clinic.patient()).collect();
    let at_either = |number: i32| {
        let patient = &patients[usize::try_from(number).unwrap()];
        let patient = if number % 2 == 0 {
            patient.clone()
        } else {
            patient.at(&other.client)
        };
        let booking = clinic.book(&patient, number);
        async move { booking.send().await }
    };
    let bookings = (0..16).map(at_either);
    let closing = async {
        let declared = declare(&clinic, &clinic.admin(), TODAY, "Flood").await;
        declared.expect(200).await
    };
    let (booked, _) = futures::join!(futures::future::join_all(bookings), closing);
    for reply in &booked {
        match reply.status {
            201 => {}
            422 => reply.is("clinic-closed"),
            other => panic!("{other}: {}", reply.body),
        }
    }
    for late in futures::future::join_all((16..24).map(at_either)).await {
        late.is("clinic-closed");
    }
    let taken = booked.iter().filter(|reply| reply.status == 201).count();
    let events = clinic.events("appointment.booked").await;
    assert_eq!(events, i64::try_from(taken).unwrap());
    other.stop().await;
    clinic.close().await;
}

/// Admins close a clinic, as they change its name and terms; the front desk may not.
#[tokio::test]
async fn only_admins_of_the_clinic_declare_holidays() {
    let clinic = Clinic::open().await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    for who in [clinic.patient(), doctor, clinic.desk()] {
        let declared = declare(&clinic, &who, CHRISTMAS, "Christmas").await;
        declared.expect(403).await.is("forbidden");
        withdraw(&clinic, &who, CHRISTMAS).await.expect(403).await;
    }
    let group = clinic.client(&Principal::admin());
    let declared = declare(&clinic, &group, CHRISTMAS, "Christmas").await;
    declared.expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_holidays_needs_the_current_version() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    let path = holiday_path(&clinic, CHRISTMAS);
    let body = json!({"name": "Christmas"});
    admin.put(&path, &body).expect(428).await;
    let stale = admin.put(&path, &body).header("If-Match", "\"2\"");
    stale.expect(412).await.is("stale-version");
    let delete = || admin.call(reqwest::Method::DELETE, &path);
    delete().expect(428).await;
    let stale = delete().header("If-Match", "\"2\"");
    stale.expect(412).await.is("stale-version");
    assert_eq!(etag(&clinic, clinic.facts.clinic).await, "\"1\"");
    clinic.close().await;
}

#[tokio::test]
async fn holidays_are_declared_from_today_on_and_not_years_ahead() {
    let clinic = Clinic::open().await;
    for (date, slug) in [
        ("2026-11-30", "date-in-past"),
        ("2028-02-01", "date-too-far-ahead"),
    ] {
        let declared = declare(&clinic, &clinic.admin(), date, "Diwali").await;
        declared.expect(422).await.is(slug);
        let withdrawn = withdraw(&clinic, &clinic.admin(), date).await;
        withdrawn.expect(422).await.is(slug);
    }
    let nameless = declare(&clinic, &clinic.admin(), CHRISTMAS, " ").await;
    let nameless = nameless.expect(422).await;
    nameless.is("invalid-value");
    nameless.points_at("/name");
    let no_day = declare(&clinic, &clinic.admin(), "2026-02-30", "Diwali").await;
    no_day.expect(400).await.is("malformed");
    clinic.close().await;
}

#[tokio::test]
async fn a_holiday_that_is_declared_twice_under_one_key_is_declared_once() {
    let clinic = Clinic::open().await;
    let key = "01981b1c-0000-7000-8000-000000000001";
    let admin = clinic.admin();
    let at = etag(&clinic, clinic.facts.clinic).await;
    let path = holiday_path(&clinic, CHRISTMAS);
    let call = || {
        let body = json!({"name": "Christmas"});
        admin.put(&path, &body).header("If-Match", &at).key(key)
    };
    call().expect(200).await;
    let again = call().expect(200).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(clinic.events("clinic.holiday_declared").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn a_clinic_has_at_most_120_holidays_to_come() {
    let clinic = Clinic::open().await;
    let admin = clinic.admin();
    let first: chrono::NaiveDate = TODAY.parse().unwrap();
    for day in first.iter_days().take(120) {
        let declared = declare(&clinic, &admin, &day.to_string(), "Closed").await;
        declared.expect(200).await;
    }
    let one_more = declare(&clinic, &admin, "2027-12-25", "Christmas").await;
    one_more.expect(409).await.is("too-many-holidays");
    clinic.close().await;
}
