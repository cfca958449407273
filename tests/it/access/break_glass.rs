//! Emergency accesses: opened for a reason and a limited time, told by mail, and reviewed.

use chrono::TimeDelta;
use domain::ClinicScope;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use super::fixture::Fixture;
use crate::support::Reply;

fn emergency(fixture: &Fixture) -> Value {
    json!({"clinicId": fixture.clinic.facts.clinic, "reason": "Unconscious at the front desk"})
}

async fn open(fixture: &Fixture, who: &Principal) -> Reply {
    let path = fixture.path("break-glass");
    let opened = fixture.client(who).post(&path, &emergency(fixture));
    let opened = opened.expect(201).await;
    fixture.settle().await;
    opened
}

fn admin(fixture: &Fixture) -> Principal {
    Principal {
        clinics: ClinicScope::Only([fixture.clinic.facts.clinic].into()),
        ..Principal::admin()
    }
}

#[tokio::test]
async fn a_chart_is_opened_for_an_hour_and_the_log_says_so() {
    let fixture = Fixture::open().await;
    let doctor = fixture.other_doctor().await;
    assert_eq!(fixture.sees_illnesses(&doctor).await, None);
    let opened = open(&fixture, &doctor).await;
    assert_eq!(opened.text("until"), "2026-12-01T01:00:00Z");
    assert_eq!(fixture.sees_illnesses(&doctor).await, Some(true));
    let row = fixture.rows().await.pop().unwrap();
    assert_eq!(row.told(), "DOCTOR PROFILE BREAK_GLASS");
    assert_eq!(row.break_glass, Some(opened.id()));
    let view = fixture.view().await;
    assert_eq!(
        view[1]["text"],
        "Dr. Meera Iyer saw your profile in an emergency."
    );
    assert_eq!(view[1]["breakGlassId"], opened.body["id"]);
    // It is for one account.
    let another = fixture.other_doctor().await;
    assert_eq!(fixture.sees_illnesses(&another).await, None);
    fixture.clinic.site.clock.advance(TimeDelta::minutes(60));
    assert_eq!(fixture.sees_illnesses(&doctor).await, None);
    // The reason is sealed.
    let clear = "select count(*) from events where payload::text like '%' || $1 || '%'";
    assert_eq!(fixture.clinic.count(clear, "Unconscious").await, 0);
    fixture.close().await;
}

#[tokio::test]
async fn an_auditor_sees_clinical_content_in_an_emergency_only() {
    let fixture = Fixture::open().await;
    let auditor = Principal::auditor();
    assert_eq!(fixture.sees_illnesses(&auditor).await, None);
    open(&fixture, &auditor).await;
    assert_eq!(fixture.sees_illnesses(&auditor).await, Some(true));
    // To read and not to write.
    let told = json!({"illnesses": []});
    let record = fixture
        .client(&auditor)
        .put(&fixture.path("illnesses"), &told);
    record.header("If-Match", "\"2\"").expect(403).await;
    fixture.close().await;
}

#[tokio::test]
async fn the_patient_and_the_clinics_admins_are_told_at_once() {
    let fixture = Fixture::open().await;
    let clinic = &fixture.clinic;
    let here = json!({"kind": "only", "clinics": [clinic.facts.clinic]});
    let staff = json!({"email": "admin@example.org", "roles": ["ADMIN"], "clinics": here});
    let group = fixture.client(&Principal::admin());
    group.post("/api/v1/accounts", &staff).expect(201).await;
    clinic.anonymous().mails_after("admin@example.org", 0).await;
    let doctor = fixture.other_doctor().await;
    fixture.settle().await;
    open(&fixture, &doctor).await;
    let own = format!("{}@example.org", fixture.asha.account);
    let mails = clinic.anonymous().mails_after(&own, 0).await;
    let subject = mails[0]["subject"].as_str().unwrap();
    assert_eq!(
        subject,
        "Your record at CareSync was opened in an emergency"
    );
    let mails = clinic.anonymous().mails_after("admin@example.org", 1).await;
    let subject = mails[0]["subject"].as_str().unwrap();
    assert_eq!(subject, "Review an emergency access at your clinic");
    for told in ["Asha", "Unconscious", "Meera"] {
        assert!(!mails[0].to_string().contains(told), "{told}");
    }
    fixture.close().await;
}

#[tokio::test]
async fn a_review_is_on_the_list_until_an_admin_of_the_clinic_closes_it() {
    let fixture = Fixture::open().await;
    let doctor = fixture.other_doctor().await;
    let opened = open(&fixture, &doctor).await;
    let admin = fixture.client(&admin(&fixture));
    let list = "/api/v1/break-glass";
    let listed = admin.get(list).expect(200).await;
    let item = &listed.body["items"][0];
    assert_eq!(item["id"], opened.body["id"]);
    assert_eq!(item["reason"], "Unconscious at the front desk");
    assert_eq!(item["accountId"], json!(doctor.account));
    let elsewhere = Principal {
        clinics: ClinicScope::Only([].into()),
        ..Principal::admin()
    };
    let elsewhere = fixture.client(&elsewhere);
    let theirs = elsewhere.get(list).expect(200).await;
    assert_eq!(theirs.body["items"], json!([]));
    let path = format!("{list}/{}/review", opened.id());
    let review = json!({"verdict": "JUSTIFIED", "note": "Seen in the emergency room"});
    elsewhere.post(&path, &review).expect(404).await;
    // An admin who opened it leaves the review to another one.
    let same = Principal {
        account: doctor.account,
        ..self::admin(&fixture)
    };
    let refused = fixture.client(&same).post(&path, &review);
    refused
        .expect(409)
        .await
        .is("break-glass-reviewed-by-itself");
    for _ in 0..2 {
        let closed = admin.post(&path, &review).expect(200).await;
        assert_eq!(closed.text("verdict"), "JUSTIFIED");
    }
    let other = admin.post(&path, &json!({"verdict": "UNJUSTIFIED"}));
    other.expect(409).await.is("break-glass-already-reviewed");
    fixture.settle().await;
    let listed = admin.get(list).expect(200).await;
    assert_eq!(listed.body["items"], json!([]));
    let all = admin.get(&format!("{list}?includeReviewed=true"));
    let all = all.expect(200).await;
    assert_eq!(all.body["items"][0]["note"], "Seen in the emergency room");
    fixture.close().await;
}

#[tokio::test]
async fn wrong_emergencies_are_refused() {
    let fixture = Fixture::open().await;
    let doctor = fixture.client(&fixture.other_doctor().await);
    let path = fixture.path("break-glass");
    let with = |field: &str, value: Value| {
        let mut emergency = emergency(&fixture);
        emergency[field] = value;
        emergency
    };
    for minutes in [0, 61] {
        let refused = doctor.post(&path, &with("minutes", json!(minutes)));
        refused.expect(422).await.points_at("/minutes");
    }
    doctor
        .post(&path, &with("reason", json!("")))
        .expect(422)
        .await;
    doctor
        .post(&path, &with("minutes", json!(-1)))
        .expect(400)
        .await;
    // A clinic where the doctor does not work.
    let nowhere = with("clinicId", json!(Uuid::from_u128(5)));
    doctor.post(&path, &nowhere).expect(403).await;
    let unknown = format!("/api/v1/patients/{}/break-glass", Uuid::from_u128(5));
    doctor
        .post(&unknown, &emergency(&fixture))
        .expect(404)
        .await;
    for role in [
        Principal::receptionist(ClinicScope::All),
        Principal::admin(),
    ] {
        let refused = fixture.client(&role).post(&path, &emergency(&fixture));
        refused.expect(403).await;
    }
    assert_eq!(fixture.clinic.events("break_glass.opened").await, 0);
    fixture.close().await;
}
