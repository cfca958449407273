//! Prescriptions: issued, amended, ended, and the warnings about them.

use adapters::system::SystemIds;
use chrono::TimeDelta;
use commands::ports::IdSource as _;
use serde_json::{Value, json};

use super::practice::{Practice, line, seen};
use crate::support::Client;

#[tokio::test]
async fn a_prescription_is_issued_amended_and_cancelled() {
    let practice = Practice::open().await;
    let mut full = line("Amoxicillin");
    full["ingredients"] = json!(["Penicillin"]);
    full["strength"] = json!("500 mg");
    full["courseDays"] = json!(7);
    full["instructions"] = json!("With water");
    let mut request = practice.prescription(&[full.clone(), line("Salbutamol")]);
    request["appointmentId"] = json!(practice.appointment);
    let call = || {
        practice
            .issue(&practice.doctor, &request)
            .key("a-key-for-the-prescription")
    };
    let issued = call().expect(201).await;
    let again = call().expect(201).await;
    assert_eq!(
        (again.id(), again.header("idempotency-replayed")),
        (issued.id(), "true")
    );
    let path = issued.header("location").to_owned();
    let read = practice.asha.get(&path).expect(200).await;
    assert_eq!(
        (&read.body["lines"][0], read.text("status")),
        (&full, "ACTIVE")
    );
    assert_eq!(read.body["appointmentId"], json!(practice.appointment));

    let amend = format!("{path}/amend");
    let change = json!({"lines": [line("Cefuroxime")], "reason": "A rash"});
    practice.colleague.post(&amend, &change).expect(428).await;
    let amended = seen(practice.colleague.post(&amend, &change), 1)
        .expect(200)
        .await;
    assert_eq!(amended.header("etag"), "\"2\"");
    let stale = seen(practice.doctor.post(&amend, &change), 1)
        .expect(412)
        .await;
    let difference = &stale.body["difference"];
    assert_eq!(difference["changed"], json!(["lines"]));
    assert_eq!(difference["current"]["lines"], change["lines"]);

    let cancel = format!("{path}/cancel");
    let reason = json!({"reason": "Well again"});
    let stale = seen(practice.doctor.post(&cancel, &reason), 1)
        .expect(412)
        .await;
    assert_eq!(stale.body["difference"]["changed"], json!(["lines"]));
    for version in [2, 3] {
        let call = seen(practice.doctor.post(&cancel, &reason), version);
        let cancelled = call.expect(200).await;
        assert_eq!(
            (cancelled.text("status"), cancelled.header("etag")),
            ("CANCELLED", "\"3\"")
        );
    }
    let refused = seen(practice.doctor.post(&amend, &change), 3)
        .expect(409)
        .await;
    refused.is("prescription-cancelled");
    let read = practice.asha.get(&path).expect(200).await;
    assert_eq!(read.body["endingReason"], reason["reason"]);
    practice.close().await;
}

#[tokio::test]
async fn a_warning_is_overridden_with_a_reason_or_refuses_the_prescription() {
    let practice = Practice::open().await;
    let allergy = practice.allergic("Penicillin").await.id();
    let aspirin = practice.prescription(&[line("Aspirin 75 mg")]);
    let aspirin = practice.issue(&practice.doctor, &aspirin).expect(201).await;
    let mut amoxicillin = line("Amoxicillin");
    amoxicillin["ingredients"] = json!(["Penicillin"]);
    let lines = [line("ASPIRIN"), amoxicillin, line("Aspirin tablets")];
    let mut request = practice.prescription(&lines);
    let refused = practice
        .issue(&practice.colleague, &request)
        .expect(409)
        .await;
    refused.is("prescription-warnings");
    let duplicate =
        |line: u8| json!({"kind": "DUPLICATE_DRUG", "line": line, "prescriptionId": aspirin.id()});
    let warnings = json!([
        {"kind": "ALLERGY", "line": 1, "allergyId": allergy},
        duplicate(0),
        duplicate(2),
        {"kind": "REPEATED_DRUG", "line": 2, "earlierLine": 0},
    ]);
    assert_eq!(refused.body["warnings"], warnings);

    let mut override_with = |warnings: &Value| {
        request["override"] = json!({"warnings": warnings, "reason": "Tolerated before"});
        practice.issue(&practice.colleague, &request)
    };
    let some = json!([warnings[0], warnings[1]]);
    override_with(&some)
        .expect(409)
        .await
        .is("prescription-warnings");
    let other = json!([{"kind": "ALLERGY", "line": 1, "allergyId": SystemIds.id()}]);
    override_with(&other)
        .expect(409)
        .await
        .is("prescription-warnings");
    let issued = override_with(&warnings).expect(201).await;
    let read = practice
        .asha
        .get(issued.header("location"))
        .expect(200)
        .await;
    let overridden = json!({"warnings": warnings, "reason": "Tolerated before"});
    assert_eq!(read.body["overridden"], overridden);

    // An amendment is checked in the same way, and not against itself.
    let amend = format!("/api/v1/prescriptions/{}/amend", aspirin.id());
    let change = |drug: Value| json!({"lines": [drug], "reason": "Another brand"});
    let penicillin = change(line("Penicillin V"));
    let refused = seen(practice.doctor.post(&amend, &penicillin), 1)
        .expect(409)
        .await;
    refused.is("prescription-warnings");
    let mark = format!("{}/entered-in-error", issued.header("location"));
    let reason = json!({"reason": "Another patient"});
    seen(practice.doctor.post(&mark, &reason), 1)
        .expect(200)
        .await;
    seen(
        practice
            .doctor
            .post(&amend, &change(line("Aspirin 100 mg"))),
        1,
    )
    .expect(200)
    .await;
    practice.close().await;
}

#[tokio::test]
async fn drugs_that_are_taken_no_longer_lead_to_no_warning() {
    let practice = Practice::open().await;
    let mut week = line("Amoxicillin");
    week["courseDays"] = json!(7);
    let week = practice.prescription(&[week]);
    let first = practice.issue(&practice.doctor, &week).expect(201).await;
    practice.issue(&practice.doctor, &week).expect(409).await;
    let cancel = format!("{}/cancel", first.header("location"));
    let reason = json!({"reason": "A rash"});
    seen(practice.doctor.post(&cancel, &reason), 1)
        .expect(200)
        .await;
    practice.issue(&practice.doctor, &week).expect(201).await;
    practice.issue(&practice.doctor, &week).expect(409).await;
    practice.clinic.site.clock.advance(TimeDelta::days(7));
    // Tokens of seven days ago have ended.
    let doctor = practice.again(&practice.clinic.doctor);
    let third = practice.issue(&doctor, &week).expect(201).await;
    // The list forgets what is over.
    assert_eq!(
        practice
            .clinic
            .events("medication_list.prescription_listed")
            .await,
        3
    );
    assert_eq!(
        practice
            .clinic
            .events("medication_list.prescription_removed")
            .await,
        2
    );
    let allergy = json!({"substance": "amoxicillin"});
    doctor
        .post(&practice.path("allergies"), &allergy)
        .expect(201)
        .await;
    let cancel = format!("{}/cancel", third.header("location"));
    seen(doctor.post(&cancel, &reason), 1).expect(200).await;
    let refused = practice.issue(&doctor, &week).expect(409).await;
    assert_eq!(refused.body["warnings"][0]["kind"], "ALLERGY");
    practice.close().await;
}

#[tokio::test]
async fn impossible_values_are_refused_by_their_place() {
    let practice = Practice::open().await;
    let with = |field: &str, value: Value| {
        let mut line = line("Amoxicillin");
        line[field] = value;
        line
    };
    let dose = |amount: &str| json!({"amount": amount, "unit": "TABLET"});
    for (line, status, pointer) in [
        (with("dose", dose("0")), 422, "/lines/0/dose/amount"),
        (with("dose", dose("-1")), 422, "/lines/0/dose/amount"),
        (with("dose", dose("1e9")), 422, "/lines/0/dose/amount"),
        (
            with("dose", json!({"amount": "1", "unit": "BUCKET"})),
            400,
            "/lines/0/dose/unit",
        ),
        (
            with("frequency", json!({"times": 0, "per": "DAY"})),
            422,
            "/lines/0/frequency/times",
        ),
        (
            with("frequency", json!({"times": 25, "per": "DAY"})),
            422,
            "/lines/0/frequency/times",
        ),
        (with("courseDays", json!(0)), 422, "/lines/0/courseDays"),
        (with("courseDays", json!(367)), 422, "/lines/0/courseDays"),
        (with("route", json!("BY_POST")), 400, "/lines/0/route"),
        (with("drug", json!("--")), 422, "/lines/0/drug"),
        (
            with("ingredients", json!(vec!["Penicillin"; 21])),
            422,
            "/lines/0/ingredients",
        ),
        (with("note", json!("x")), 400, "/lines/0/note"),
    ] {
        let request = practice.prescription(&[line]);
        let refused = practice
            .issue(&practice.doctor, &request)
            .expect(status)
            .await;
        refused.points_at(pointer);
    }
    for lines in [vec![], vec![line("Amoxicillin"); 21]] {
        let request = practice.prescription(&lines);
        let refused = practice.issue(&practice.doctor, &request).expect(422).await;
        refused.points_at("/lines");
    }
    practice.close().await;
}

#[tokio::test]
async fn a_prescription_is_written_and_read_by_those_who_may() {
    let practice = Practice::open().await;
    let request = practice.prescription(&[line("Amoxicillin")]);
    let mut elsewhere = request.clone();
    elsewhere["clinicId"] = json!(practice.appointment);
    let refused = practice
        .issue(&practice.doctor, &elsewhere)
        .expect(422)
        .await;
    refused.is("doctor-not-at-clinic");
    practice
        .issue(&practice.stranger, &request)
        .expect(404)
        .await;
    practice.issue(&practice.asha, &request).expect(403).await;
    practice
        .issue(&practice.clinic.desk(), &request)
        .expect(403)
        .await;
    let issued = practice.issue(&practice.doctor, &request).expect(201).await;
    let path = issued.header("location");
    practice.stranger.get(path).expect(404).await;
    practice.clinic.desk().get(path).expect(403).await;
    let mark = format!("{path}/entered-in-error");
    let reason = json!({"reason": "Another patient"});
    let mark = |who: &Client| seen(who.post(&mark, &reason), 1);
    mark(&practice.stranger).expect(404).await;
    mark(&practice.doctor).expect(200).await;
    let hidden = practice.asha.get(path).expect(200).await;
    assert_eq!(hidden.text("status"), "ENTERED_IN_ERROR");
    assert_eq!(
        (hidden.body.get("lines"), hidden.body.get("endingReason")),
        (None, None)
    );
    let shown = practice.colleague.get(path).expect(200).await;
    assert_eq!(shown.body["lines"], request["lines"]);
    let cancel = practice.doctor.post(&format!("{path}/cancel"), &reason);
    let cancel = seen(cancel, 2).expect(409).await;
    cancel.is("prescription-entered-in-error");
    let unknown = format!("/api/v1/prescriptions/{}", SystemIds.id());
    practice.doctor.get(&unknown).expect(404).await;
    let cancel = practice.doctor.post(&format!("{unknown}/cancel"), &reason);
    seen(cancel, 1).expect(404).await;

    practice.erase().await;
    let read = practice.doctor.get(path).expect(200).await;
    assert_eq!(read.body.get("lines"), None);
    practice
        .issue(&practice.doctor, &request)
        .expect(409)
        .await
        .is("patient-erased");
    practice.close().await;
}
