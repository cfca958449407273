//! Leaves of doctors.

use chrono::{DateTime, TimeDelta, Utc};
use domain::ClinicScope;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Call, Client, Clinic, now, slot};

fn plan(clinic: &Clinic, who: &Client, body: &Value) -> Call {
    who.post(&format!("/api/v1/doctors/{}/leaves", clinic.doctor), body)
}

fn from_to(start: DateTime<Utc>, end: DateTime<Utc>) -> Value {
    json!({"start": start, "end": end})
}

fn doctor(clinic: &Clinic) -> Client {
    clinic.client(&Principal::doctor(clinic.doctor))
}

async fn leaves(clinic: &Clinic, who: &Client, after: &crate::support::Reply) -> Value {
    let path = format!("/api/v1/doctors/{}/leaves", clinic.doctor);
    clinic
        .settled(async || who.get(&path).after(after))
        .await
        .body["items"]
        .clone()
}

#[tokio::test]
async fn a_leave_blocks_bookings_until_it_is_withdrawn() {
    let clinic = Clinic::open().await;
    let doctor = doctor(&clinic);
    let mut request = from_to(slot(2), slot(4));
    request["reason"] = json!("A wedding");
    let planned = plan(&clinic, &doctor, &request).expect(201).await;
    assert_eq!(planned.body["cancelled"], json!([]));
    let asha = clinic.patient();
    clinic
        .book(&asha, 2)
        .expect(409)
        .await
        .is("doctor-on-leave");
    clinic
        .book(&asha, 3)
        .expect(409)
        .await
        .is("doctor-on-leave");
    clinic.book(&asha, 4).expect(201).await;
    let listed = leaves(&clinic, &doctor, &planned).await;
    assert_eq!(listed[0]["reason"], "A wedding");
    // The front desk sees when, and not why.
    let listed = leaves(&clinic, &clinic.desk(), &planned).await;
    assert_eq!(
        listed[0]["during"],
        json!({"start": slot(2), "end": slot(4)})
    );
    assert_eq!(listed[0].get("reason"), None);
    let path = format!("/api/v1/leaves/{}/withdraw", planned.id());
    let withdrawn = doctor.post(&path, &json!({})).expect(200).await;
    assert_eq!(leaves(&clinic, &doctor, &withdrawn).await, json!([]));
    let again = doctor.post(&path, &json!({})).expect(200).await;
    assert_eq!(again.header("etag"), "\"2\"");
    clinic.book(&clinic.patient(), 2).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_leave_over_visits_is_refused_and_lists_them() {
    let clinic = Clinic::open().await;
    let mut expected = Vec::new();
    for number in [1, 2] {
        let visit = clinic.book(&clinic.patient(), number).expect(201).await;
        expected.push(json!({
            "start": slot(number), "end": slot(number + 1),
            "appointmentId": visit.body["id"], "type": "visit",
        }));
    }
    let refused = plan(&clinic, &doctor(&clinic), &from_to(slot(0), slot(8)))
        .expect(409)
        .await;
    refused.is("leave-over-visits");
    assert_eq!(refused.body["clashes"], json!(expected));
    assert_eq!(clinic.events("leave.planned").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn a_leave_with_cascade_cancels_the_visits_it_covers() {
    let clinic = Clinic::open().await;
    let asha = clinic.patient();
    let visit = clinic.book(&asha, 1).expect(201).await;
    let outside = clinic.book(&clinic.patient(), 9).expect(201).await;
    let mut request = from_to(slot(0), slot(8));
    request["cascade"] = json!(true);
    let planned = plan(&clinic, &doctor(&clinic), &request)
        .key("leave-of-meera-1")
        .expect(201)
        .await;
    assert_eq!(planned.body["cancelled"], json!([visit.body["id"]]));
    let read = clinic
        .settled(async || asha.get(&visit.appointment("")).after(&planned))
        .await;
    assert_eq!(read.body["status"], "CANCELLED");
    assert_eq!(read.body["cancelledBy"], "CLINIC");
    let one = "select count(distinct transaction_id) from events
               where event_type = any (string_to_array($1, ','))";
    assert_eq!(
        clinic
            .count(one, "leave.planned,appointment.cancelled")
            .await,
        1
    );
    let claims = "select count(*) from slot_claims where kind = $1";
    assert_eq!(clinic.count(claims, "doctor").await, 2);
    assert_eq!(clinic.count(claims, "patient").await, 1);
    assert_eq!(outside.body["status"], "BOOKED");
    let again = plan(&clinic, &doctor(&clinic), &request).expect(409).await;
    again.is("leave-overlaps-leave");
    clinic.close().await;
}

#[tokio::test]
async fn a_leave_with_cascade_does_not_cancel_a_visit_that_has_begun() {
    let clinic = Clinic::without_fee().await;
    let desk = clinic.desk();
    let visit = clinic.book(&clinic.patient(), 4).expect(201).await;
    let other = clinic.book(&clinic.patient(), 5).expect(201).await;
    desk.post(&visit.appointment("arrive"), &json!({}))
        .expect(200)
        .await;
    let why = json!({"reason": "The doctor has no hand free"});
    desk.post(&visit.appointment("start"), &why)
        .expect(200)
        .await;
    let mut request = from_to(slot(4), slot(8));
    request["cascade"] = json!(true);
    let refused = plan(&clinic, &doctor(&clinic), &request).expect(409).await;
    refused.is("leave-over-visits");
    let stays = json!([{
        "start": slot(4), "end": slot(5),
        "appointmentId": visit.body["id"], "type": "appointment-already-started",
    }]);
    assert_eq!(refused.body["clashes"], stays);
    let read = clinic.read(&desk, &other).await;
    assert_eq!(read.body["status"], "CONFIRMED");
    clinic.close().await;
}

#[tokio::test]
async fn an_overdue_hold_does_not_block_a_leave() {
    let clinic = Clinic::open().await;
    clinic.book(&clinic.patient(), 8).expect(201).await;
    clinic.site.clock.advance(TimeDelta::minutes(15));
    let request = from_to(slot(8), slot(12));
    plan(&clinic, &doctor(&clinic), &request).expect(201).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_leave_that_is_past_reversed_or_too_long_is_refused() {
    let clinic = Clinic::open().await;
    let doctor = doctor(&clinic);
    let minute = TimeDelta::minutes(1);
    let refused = async |start, end, slug| {
        let refused = plan(&clinic, &doctor, &from_to(start, end))
            .expect(422)
            .await;
        refused.is(slug);
        refused
    };
    refused(now() - minute, slot(4), "leave-in-past").await;
    refused(slot(4), slot(3), "invalid-value")
        .await
        .points_at("/end");
    refused(slot(4), slot(4), "invalid-value")
        .await
        .points_at("/end");
    refused(
        slot(0),
        slot(0) + TimeDelta::days(366) + minute,
        "leave-too-long",
    )
    .await;
    let odd = slot(0) + TimeDelta::seconds(30);
    refused(odd, slot(4), "leave-between-minutes").await;
    clinic.close().await;
}

#[tokio::test]
async fn an_admin_of_one_clinic_cannot_plan_a_leave_that_affects_another() {
    let clinic = Clinic::open().await;
    let here = Principal {
        clinics: ClinicScope::Only([clinic.facts.clinic].into()),
        ..Principal::admin()
    };
    let here = clinic.client(&here);
    let planned = plan(&clinic, &here, &from_to(slot(0), slot(1)))
        .expect(201)
        .await;
    let elsewhere = clinic
        .world
        .clinic("Europe/London", domain::Currency::Gbp)
        .await;
    let terms = json!({
        "clinicId": elsewhere.unwrap().clinic,
        "fee": {"amount": 100, "currency": "GBP"}, "slotMinutes": 15,
    });
    let group = clinic.client(&Principal::admin());
    let affiliations = format!("/api/v1/doctors/{}/affiliations", clinic.doctor);
    group.post(&affiliations, &terms).expect(200).await;
    plan(&clinic, &here, &from_to(slot(2), slot(3)))
        .expect(404)
        .await;
    let withdraw = format!("/api/v1/leaves/{}/withdraw", planned.id());
    here.post(&withdraw, &json!({})).expect(404).await;
    group.post(&withdraw, &json!({})).expect(200).await;
    let unknown = format!("/api/v1/leaves/{}/withdraw", Uuid::nil());
    group.post(&unknown, &json!({})).expect(404).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_leave_that_is_over_is_not_withdrawn() {
    let clinic = Clinic::open().await;
    let group = clinic.client(&Principal::admin());
    let planned = plan(&clinic, &group, &from_to(slot(0), slot(1)))
        .expect(201)
        .await;
    clinic.site.clock.set(slot(1));
    let group = clinic.client(&Principal::admin());
    let path = format!("/api/v1/leaves/{}/withdraw", planned.id());
    group
        .post(&path, &json!({}))
        .expect(409)
        .await
        .is("leave-over");
    clinic.close().await;
}
