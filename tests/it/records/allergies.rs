//! A patient's allergies: recorded, corrected, ended, entered in error.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::practice::{Practice, seen};
use crate::support::{Client, now};

#[tokio::test]
async fn allergies_are_recorded_corrected_and_ended() {
    let practice = Practice::open().await;
    let list = practice.path("allergies");
    let none = practice.asha.get(&list).expect(200).await;
    assert_eq!(
        (&none.body["allergies"], none.has("etag")),
        (&json!([]), false)
    );
    let rash = json!({
        "substance": "Penicillin", "reaction": "A rash", "severity": "MODERATE",
        "notedOn": "2019-05-17",
    });
    let first = practice.doctor.post(&list, &rash).expect(201).await;
    practice.clinic.site.clock.advance(TimeDelta::minutes(5));
    let latex = practice
        .colleague
        .post(&list, &json!({"substance": "Latex"}));
    let second = latex.expect(201).await;
    let shown = practice.asha.get(&list).expect(200).await;
    assert_eq!(shown.header("etag"), "\"2\"");
    let allergies = shown.body["allergies"].as_array().unwrap();
    assert_eq!(
        (&allergies[0]["content"], &allergies[0]["status"]),
        (&rash, &json!("ACTIVE"))
    );
    assert_eq!(allergies[0]["recordedBy"], json!(practice.clinic.doctor));

    let one = format!("{list}/{}", first.id());
    let corrected = json!({"substance": "Amoxicillin", "severity": "SEVERE"});
    practice.doctor.put(&one, &corrected).expect(428).await;
    let stale = seen(practice.doctor.put(&one, &corrected), 1)
        .expect(412)
        .await;
    let difference = &stale.body["difference"];
    assert_eq!(difference["changed"], json!([second.id()]));
    assert_eq!(difference["current"], shown.body);
    seen(practice.doctor.put(&one, &corrected), 2)
        .expect(200)
        .await;
    let end = format!("{list}/{}/end", second.id());
    let reason = json!({"reason": "Tolerated"});
    for version in [3, 4] {
        let ended = seen(practice.colleague.post(&end, &reason), version);
        let ended = ended.expect(200).await;
        assert_eq!(ended.header("etag"), "\"4\"");
    }
    let shown = practice.asha.get(&list).expect(200).await.body;
    assert_eq!(shown["allergies"][0]["content"], corrected);
    let ended = &shown["allergies"][1];
    assert_eq!(
        (&ended["status"], &ended["endingReason"]),
        (&json!("ENDED"), &reason["reason"])
    );
    let change = seen(
        practice
            .doctor
            .put(&format!("{list}/{}", second.id()), &rash),
        4,
    );
    change.expect(409).await.is("allergy-ended");

    let before = now() + TimeDelta::minutes(4);
    let before = format!("{list}?asOf={}", before.format("%FT%TZ"));
    let before = practice.asha.get(&before).expect(200).await.body;
    assert_eq!(before["allergies"].as_array().unwrap().len(), 1);
    assert_eq!(before["allergies"][0]["content"], rash);
    practice.close().await;
}

#[tokio::test]
async fn an_allergy_entered_in_error_is_shown_to_doctors_only() {
    let practice = Practice::open().await;
    let list = practice.path("allergies");
    let allergy = practice.allergic("Latex").await.id();
    let mark = format!("{list}/{allergy}/entered-in-error");
    let reason = json!({"reason": "Her sister's"});
    practice.asha.post(&mark, &reason).expect(403).await;
    let mark = |who: &Client| seen(who.post(&mark, &reason), 1);
    mark(&practice.stranger).expect(404).await;
    mark(&practice.doctor).expect(200).await;
    let end = practice
        .doctor
        .post(&format!("{list}/{allergy}/end"), &reason);
    seen(end, 2)
        .expect(409)
        .await
        .is("allergy-entered-in-error");
    let shown = async |who: &Client| -> Value {
        who.get(&list).expect(200).await.body["allergies"].clone()
    };
    assert_eq!(shown(&practice.asha).await, json!([]));
    assert_eq!(
        shown(&practice.colleague).await[0]["content"]["substance"],
        "Latex"
    );
    practice.close().await;
}

#[tokio::test]
async fn impossible_allergies_and_other_callers_are_refused() {
    let practice = Practice::open().await;
    let list = practice.path("allergies");
    for (allergy, status, pointer) in [
        (json!({"substance": ""}), 422, "/substance"),
        (
            json!({"substance": "Latex", "severity": "FATAL"}),
            400,
            "/severity",
        ),
        (
            json!({"substance": "Latex", "notedOn": "2026-02-30"}),
            422,
            "/notedOn",
        ),
        (
            json!({"substance": "Latex", "reaction": "x".repeat(501)}),
            422,
            "/reaction",
        ),
    ] {
        let refused = practice.doctor.post(&list, &allergy).expect(status).await;
        refused.points_at(pointer);
    }
    let latex = json!({"substance": "Latex"});
    let future = json!({"substance": "Latex", "notedOn": "2026-12-03"});
    practice
        .doctor
        .post(&list, &future)
        .expect(422)
        .await
        .is("noted-in-future");
    let unknown = format!("{list}/{}", practice.appointment);
    let end = practice
        .doctor
        .post(&format!("{unknown}/end"), &json!({"reason": "x"}));
    seen(end, 1).expect(404).await;
    practice.stranger.post(&list, &latex).expect(404).await;
    practice.stranger.get(&list).expect(404).await;
    for staff in [practice.clinic.desk(), practice.clinic.admin()] {
        staff.post(&list, &latex).expect(403).await;
        staff.get(&list).expect(403).await;
    }
    practice.asha.post(&list, &latex).expect(403).await;
    practice.doctor.post(&list, &latex).expect(201).await;
    practice.erase().await;
    let shown = practice.doctor.get(&list).expect(200).await;
    assert_eq!(shown.body["allergies"][0].get("content"), None);
    practice
        .doctor
        .post(&list, &latex)
        .expect(409)
        .await
        .is("patient-erased");
    practice.close().await;
}
