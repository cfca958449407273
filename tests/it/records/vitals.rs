//! Vital signs: what is accepted, what is shown, what is derived.

use chrono::TimeDelta;
use domain::PatientId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::entries::{book_for, items, pulse};
use super::practice::{Practice, seen};
use crate::support::now;

#[tokio::test]
async fn vital_signs_are_shown_as_they_were_entered_with_what_is_derived() {
    let practice = Practice::open().await;
    let measured = json!({
        "takenAt": "2026-11-30T23:30:00Z",
        "appointmentId": practice.appointment,
        "measurements": {
            "systolicPressure": {"value": "128"},
            "diastolicPressure": {"value": "82", "unit": "mm[Hg]"},
            "temperature": {"value": "98.60", "unit": "[degF]"},
            "glucose": {"value": "5.55", "unit": "mmol/L"},
            "weight": {"value": "61.250"},
            "height": {"value": "163.5", "unit": "cm"},
        },
    });
    let recorded = practice
        .record(&practice.doctor, &measured)
        .expect(201)
        .await;
    assert_eq!(recorded.header("etag"), "\"1\"");
    let location = recorded.header("location").to_owned();
    assert_eq!(location, practice.path(&format!("chart/{}", recorded.id())));
    let chart = practice.chart(&practice.asha, "", &recorded).await;
    let entry = &items(&chart)[0];
    assert_eq!(
        (&entry["kind"], &entry["status"], &entry["version"]),
        (&json!("VITALS"), &json!("ACTIVE"), &json!(1))
    );
    assert_eq!(entry["occurredAt"], "2026-11-30T23:30:00Z");
    assert_eq!(entry["appointmentId"], json!(practice.appointment));
    assert_eq!(entry["clinicId"], json!(practice.clinic.facts.clinic));
    assert_eq!(entry["author"]["role"], "DOCTOR");
    assert_eq!(entry["author"]["doctorId"], json!(practice.clinic.doctor));
    let vitals = &entry["content"]["vitals"];
    assert_eq!(
        vitals["temperature"],
        json!({
            "code": "8310-5", "value": "98.60", "unit": "[degF]",
            "canonical": {"value": "37", "unit": "Cel"},
        })
    );
    assert_eq!(
        vitals["weight"],
        json!({"code": "29463-7", "value": "61.250", "unit": "kg"})
    );
    assert_eq!(
        vitals["glucose"]["canonical"],
        json!({"value": "99.99", "unit": "mg/dL"})
    );
    assert_eq!(
        vitals["bodyMassIndex"],
        json!({"code": "39156-5", "value": "22.9", "unit": "kg/m2"})
    );
    assert_eq!(vitals.get("pulse"), None);
    practice.close().await;
}

#[tokio::test]
async fn a_trend_is_in_one_unit_and_tells_the_patients_own_values_apart() {
    let practice = Practice::open().await;
    let temperature = |value: &str, unit: &str, at: &str| {
        json!({
            "takenAt": at,
            "measurements": {"temperature": {"value": value, "unit": unit}},
        })
    };
    let mut last = None;
    for (who, value, unit, at) in [
        (&practice.doctor, "38.2", "Cel", "2026-11-28T08:00:00Z"),
        (&practice.asha, "100.4", "[degF]", "2026-11-29T08:00:00Z"),
        (&practice.asha, "99.5", "[degF]", "2026-11-30T08:00:00Z"),
    ] {
        let measured = temperature(value, unit, at);
        last = Some(practice.record(who, &measured).expect(201).await);
    }
    // Neither another sign nor what was entered in error is part of it.
    practice
        .record(&practice.doctor, &pulse(72))
        .expect(201)
        .await;
    let wrong = temperature("41", "Cel", "2026-11-30T09:00:00Z");
    let wrong = practice.record(&practice.asha, &wrong).expect(201).await;
    let in_error = practice.path(&format!("vitals/{}/entered-in-error", wrong.id()));
    let reason = json!({"reason": "It was my brother's"});
    let in_error = seen(practice.asha.post(&in_error, &reason), 1);
    let in_error = in_error.expect(200).await;
    let trend = async |query: &str| {
        let path = practice.path(&format!("vitals/trends?{query}"));
        let read = practice
            .clinic
            .settled(async || practice.doctor.get(&path).after(&in_error));
        read.await.body
    };
    let shown = trend("code=8310-5").await;
    assert_eq!(
        (&shown["code"], &shown["unit"]),
        (&json!("8310-5"), &json!("Cel"))
    );
    let points: Vec<_> = items(&shown)
        .iter()
        .map(|point| (point["value"].as_str(), point["author"]["role"].as_str()))
        .collect();
    assert_eq!(
        points,
        [
            (Some("37.5"), Some("PATIENT")),
            (Some("38"), Some("PATIENT")),
            (Some("38.2"), Some("DOCTOR"))
        ]
    );
    assert_eq!(items(&shown)[0]["entryId"], last.unwrap().body["id"]);
    let first = trend("code=8310-5&limit=2").await;
    let cursor = first["nextCursor"].as_str().unwrap();
    let second = trend(&format!("code=8310-5&limit=2&cursor={cursor}")).await;
    assert_eq!(
        (items(&first).len(), items(&second).len()),
        (2, 1),
        "{second}"
    );
    let some = trend("code=8310-5&from=2026-11-29T00:00:00Z&to=2026-11-30T00:00:00Z").await;
    assert_eq!(items(&some).len(), 1);
    for query in ["", "?code=", "?code=8310", "?code=8310-5&limit=1001"] {
        let path = practice.path(&format!("vitals/trends{query}"));
        practice.doctor.get(&path).expect(400).await.is("malformed");
    }
    practice.close().await;
}

#[tokio::test]
async fn impossible_vital_signs_are_refused_with_the_plausible_range() {
    let practice = Practice::open().await;
    let only = |sign: &str, value: &str, unit: &str| json!({"measurements": {sign: {"value": value, "unit": unit}}});
    let told = [
        (
            only("temperature", "98.6", "Cel"),
            "/measurements/temperature",
            "between 25 and 45 Cel",
        ),
        (
            only("temperature", "37", "[degF]"),
            "/measurements/temperature",
            "between 77 and 113 [degF]",
        ),
        (
            only("pulse", "0", "/min"),
            "/measurements/pulse",
            "between 20 and 300 /min",
        ),
        (
            only("oxygenSaturation", "101", "%"),
            "/measurements/oxygenSaturation",
            "between 30 and 100 %",
        ),
        (
            only("weight", "70", "cm"),
            "/measurements/weight",
            "measured in kg",
        ),
        (
            only("pulse", "72.5", "/min"),
            "/measurements/pulse",
            "at most 0 decimals",
        ),
        (
            only("systolicPressure", "120", "mm[Hg]"),
            "/measurements/systolicPressure",
            "both values",
        ),
        (
            json!({"measurements": {
                "systolicPressure": {"value": "80"}, "diastolicPressure": {"value": "120"},
            }}),
            "/measurements/systolicPressure",
            "above the diastolic",
        ),
        (
            json!({"measurements": {}}),
            "/measurements",
            "one vital sign",
        ),
        (
            only("pulse", "7e1", "/min"),
            "/measurements/pulse/value",
            "digits",
        ),
        (
            only("pulse", "-72", "/min"),
            "/measurements/pulse/value",
            "digits",
        ),
    ];
    for (body, pointer, detail) in told {
        let refused = practice.record(&practice.asha, &body).expect(422).await;
        refused.is("invalid-value");
        refused.points_at(pointer);
        let errors = &refused.body["errors"][0]["detail"];
        assert!(errors.as_str().unwrap().contains(detail), "{errors}");
    }
    assert_eq!(practice.clinic.events("vitals.recorded").await, 0);
    practice.close().await;
}

#[tokio::test]
async fn a_set_that_can_not_be_is_refused() {
    let practice = Practice::open().await;
    let malformed = [
        json!({"measurements": {"pulse": {"value": 72}}}),
        json!({"measurements": {"pulse": {"value": "72", "unit": "bpm"}}}),
        json!({"measurements": {"pulse": "72"}}),
        json!({"measurements": {"heartbeat": {"value": "72"}}}),
        json!({"measurements": [1]}),
        json!({}),
    ];
    for body in malformed {
        let refused = practice.record(&practice.asha, &body).expect(400).await;
        refused.is("malformed");
    }
    let mut later = pulse(72);
    later["takenAt"] = json!(now() + TimeDelta::seconds(1));
    let refused = practice.record(&practice.doctor, &later).expect(422).await;
    refused.points_at("/takenAt");
    let stranger = practice.clinic.world.patient().await.unwrap();
    let strangers_visit = book_for(&practice.clinic, stranger, 3).await;
    for visit in [json!(strangers_visit.id()), json!(Uuid::from_u128(5))] {
        let mut at_visit = pulse(72);
        at_visit["appointmentId"] = visit;
        let refused = practice
            .record(&practice.doctor, &at_visit)
            .expect(422)
            .await;
        refused.is("other-appointment");
    }
    let unknown = PatientId::from_uuid(Uuid::from_u128(6));
    let path = format!("/api/v1/patients/{unknown}/vitals");
    practice.doctor.post(&path, &pulse(72)).expect(404).await;
    assert_eq!(practice.clinic.events("vitals.recorded").await, 0);
    practice.close().await;
}

#[tokio::test]
async fn a_request_that_is_repeated_records_once() {
    let practice = Practice::open().await;
    let record = || {
        let call = practice.record(&practice.asha, &pulse(72));
        call.key("a-key-for-the-pulse")
    };
    let first = record().expect(201).await;
    let second = record().expect(201).await;
    assert_eq!(first.id(), second.id());
    assert_eq!(practice.clinic.events("vitals.recorded").await, 1);
    let other = practice.record(&practice.asha, &pulse(73));
    let other = other.key("a-key-for-the-pulse").expect(422).await;
    other.is("idempotency-key-reused");
    practice.close().await;
}

#[tokio::test]
async fn patients_change_what_patients_recorded_and_error_hides_it() {
    let practice = Practice::open().await;
    let staffs = practice.record(&practice.doctor, &pulse(72));
    let staffs = staffs.expect(201).await;
    let own = practice
        .record(&practice.asha, &pulse(73))
        .expect(201)
        .await;
    let entry = |reply: &crate::support::Reply| format!("vitals/{}", reply.id());
    let mut correction = pulse(74);
    correction["takenAt"] = json!("2026-11-30T08:00:00Z");
    correction["reason"] = json!("Counted again");
    let staffs_entry = entry(&staffs);
    let refused = practice.correct(&practice.asha, &staffs_entry, &correction, 1);
    refused.expect(403).await.is("forbidden");
    let own_entry = entry(&own);
    let corrected = practice.correct(&practice.asha, &own_entry, &correction, 1);
    let corrected = corrected.expect(200).await;
    assert_eq!(corrected.header("etag"), "\"2\"");
    let in_error = |who: &crate::support::Client, entry: &str, version| {
        let path = practice.path(&format!("{entry}/entered-in-error"));
        seen(
            who.post(&path, &json!({"reason": "Another patient's"})),
            version,
        )
    };
    in_error(&practice.asha, &staffs_entry, 1).expect(403).await;
    let marked = in_error(&practice.doctor, &own_entry, 2).expect(200).await;
    let again = in_error(&practice.asha, &own_entry, 3).expect(200).await;
    assert_eq!(again.header("etag"), marked.header("etag"));
    let refused = practice.correct(&practice.doctor, &own_entry, &correction, 3);
    refused.expect(409).await.is("entered-in-error");

    let shown = practice.chart(&practice.asha, "", &marked).await;
    let ids: Vec<_> = items(&shown).iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&staffs.body["id"]]);
    let all = practice
        .chart(&practice.asha, "?includeEnteredInError=true", &marked)
        .await;
    assert_eq!(items(&all).len(), 1, "they are for doctors");
    let all = practice
        .chart(&practice.doctor, "?includeEnteredInError=true", &marked)
        .await;
    let hidden = items(&all)
        .iter()
        .find(|item| item["id"] == own.body["id"])
        .unwrap();
    assert_eq!(
        (&hidden["status"], &hidden["reason"], &hidden["version"]),
        (
            &json!("ENTERED_IN_ERROR"),
            &json!("Another patient's"),
            &json!(3)
        )
    );
    // Nothing is lost: the entry by itself shows all that happened to it.
    let path = practice.path(&format!("chart/{}", own.id()));
    let read = practice
        .clinic
        .settled(async || practice.doctor.get(&path).after(&marked))
        .await;
    assert_eq!(read.header("etag"), "\"3\"");
    let revisions = read.body["revisions"].as_array().unwrap();
    let changes: Vec<&Value> = revisions.iter().map(|one| &one["change"]).collect();
    assert_eq!(changes, ["RECORDED", "CORRECTED", "ENTERED_IN_ERROR"]);
    let pulses: Vec<&Value> = revisions
        .iter()
        .map(|one| &one["content"]["vitals"]["pulse"]["value"])
        .collect();
    assert_eq!(pulses, [&json!("73"), &json!("74"), &Value::Null]);
    assert_eq!(revisions[1]["reason"], "Counted again");
    assert_eq!(revisions[2]["author"]["role"], "DOCTOR");
    // To the patient it is an entry that was made in error, and no more.
    let read = practice.asha.get(&path).expect(200).await;
    assert_eq!(read.body["entry"]["status"], "ENTERED_IN_ERROR");
    assert_eq!(read.body["entry"].get("content"), None);
    assert_eq!(read.body["revisions"], json!([]));
    practice.close().await;
}

#[tokio::test]
async fn an_entry_is_read_as_it_was() {
    let practice = Practice::open().await;
    let recorded = practice.record(&practice.doctor, &pulse(70));
    let recorded = recorded.expect(201).await;
    practice.clinic.site.clock.advance(TimeDelta::minutes(10));
    let mut correction = pulse(71);
    correction["takenAt"] = json!("2026-11-30T08:00:00Z");
    correction["reason"] = json!("Counted again");
    let entry = format!("vitals/{}", recorded.id());
    let corrected = practice.correct(&practice.doctor, &entry, &correction, 1);
    let corrected = corrected.expect(200).await;
    practice.chart(&practice.doctor, "", &corrected).await;
    let path = practice.path(&format!("chart/{}", recorded.id()));
    let as_of = async |minutes: i64| {
        let at = now() + TimeDelta::minutes(minutes);
        let at = at.format("%Y-%m-%dT%H:%M:%SZ");
        let path = format!("{path}?asOf={at}");
        practice.doctor.get(&path).send().await
    };
    let now = as_of(10).await;
    let before = as_of(9).await;
    for (read, pulse, revisions) in [(now, "71", 2), (before, "70", 1)] {
        assert_eq!(read.status, 200);
        let shown = &read.body["entry"]["content"]["vitals"]["pulse"]["value"];
        assert_eq!(shown, pulse);
        assert_eq!(read.body["revisions"].as_array().unwrap().len(), revisions);
    }
    assert_eq!(as_of(-1).await.status, 404);
    practice.close().await;
}
