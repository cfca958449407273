//! An erasure that was approved: its certificate, what goes with it, and what happens if it is cut off.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::app::{Principal, SiteMail};

use super::fixture::{Fixture, certificate};
use crate::mail::server::MailServer;
use crate::support::{all_read, eventually};

async fn count(fixture: &Fixture, sql: &str) -> i64 {
    let counted = sqlx::query_scalar(sql).fetch_one(&fixture.clinic.pool);
    counted.await.unwrap()
}

async fn sql(fixture: &Fixture, sql: &str) {
    sqlx::raw_sql(sql)
        .execute(&fixture.clinic.pool)
        .await
        .unwrap();
}

/// Visits the doctor, who leaves a draft and a prescription.
async fn treat(fixture: &Fixture) {
    let clinic = &fixture.clinic;
    clinic.book(&fixture.asha, 0).expect(201).await;
    all_read(clinic.anonymous()).await;
    let doctor = clinic.client(&Principal::doctor(clinic.doctor));
    let draft = json!({
        "clinicId": clinic.facts.clinic, "visitedAt": "2026-11-30T23:00:00Z",
        "content": {"complaint": "A cough"},
    });
    let path = format!("/api/v1/patients/{}", fixture.patient);
    let drafts = format!("{path}/note-drafts");
    doctor.post(&drafts, &draft).expect(201).await;
    let pulse = json!({"measurements": {"pulse": {"value": "72"}}});
    let vitals = format!("{path}/vitals");
    doctor.post(&vitals, &pulse).expect(201).await;
    all_read(clinic.anonymous()).await;
}

fn erased(certificate: &Value, kinds: [&str; 3]) -> [u64; 3] {
    kinds.map(|kind| certificate["counts"]["erased"][kind].as_u64().unwrap())
}

#[tokio::test]
async fn a_certificate_has_counts_the_key_and_the_day_from_which_backups_are_unreadable() {
    let fixture = Fixture::open().await;
    treat(&fixture).await;
    let missing = fixture.admin.get(&fixture.path("/certificate"));
    missing.expect(404).await;
    fixture.request().await;
    fixture.approve(&fixture.admin).expect(200).await;
    let certificate = fixture.certificate().await;
    let kinds = ["appointments", "drafts", "vitals"];
    assert_eq!(erased(&certificate, kinds), [1, 1, 1]);
    assert_eq!(certificate["patientId"], json!(fixture.patient));
    assert_eq!(certificate["erasedAt"], "2026-12-01T00:00:00Z");
    // Keyrings are kept for 7 days.
    assert_eq!(certificate["backupsUnreadableFrom"], "2026-12-09");
    assert_eq!(certificate["keyFingerprint"].as_str().unwrap().len(), 32);
    let shown = fixture.read(&fixture.admin).await;
    assert_eq!(shown.text("status"), "ERASED");
    assert!(shown.body["requested"].get("reason").is_none(), "{shown:?}");
    let certificates = fixture.clinic.events("erasure.carried_out").await;
    let accounts = fixture.clinic.events("account.erased").await;
    assert_eq!((certificates, accounts), (1, 1));
    fixture.close().await;
}

/// The first attempt fails, the second one dies after the key was destroyed, and another node goes on.
#[tokio::test]
async fn an_erasure_that_was_cut_off_is_carried_out_by_another_node() {
    let mut fixture = Fixture::open().await;
    treat(&fixture).await;
    fixture.request().await;
    sql(&fixture, "alter table mailed_codes rename to gone").await;
    fixture.approve(&fixture.admin).expect(200).await;
    eventually("the erasure has failed once", async || {
        let failed = "select count(*) from timers where kind = 'erasure' and tries > 0";
        count(&fixture, failed).await == 1
    })
    .await;
    let shown = fixture.read(&fixture.admin).await;
    assert_eq!(shown.text("status"), "APPROVED");
    assert_eq!(shown.body["requested"]["reason"], "Asked for it");
    fixture
        .step(&fixture.admin, "/hold")
        .expect(409)
        .await
        .is("erasure-approved");
    let commands = &fixture.clinic.app().commands;
    let person = fixture.patient.subject();
    let context = commands.system_context();
    commands.erase_person(person, &context).await.unwrap();
    fixture.clinic.stop_node().await;
    let drafts = "delete from note_drafts; alter table gone rename to mailed_codes";
    sql(&fixture, drafts).await;
    fixture.clinic.site.clock.advance(TimeDelta::minutes(1));
    let other = fixture.clinic.another_node().await;
    let admin = fixture.clinic.client(&Principal::admin());
    let certificate = certificate(&admin.at(&other.client), fixture.patient).await;
    let kinds = ["appointments", "drafts", "vitals"];
    assert_eq!(erased(&certificate, kinds), [1, 1, 1]);
    assert!(certificate["keyFingerprint"].is_string());
    assert_eq!(fixture.clinic.events("erasure.carried_out").await, 1);
    assert_eq!(fixture.clinic.events("account.erased").await, 1);
    let timers = "select count(*) from timers where kind = 'erasure'";
    eventually("nothing is left to do", async || {
        count(&fixture, timers).await == 0
    })
    .await;
    other.stop().await;
    fixture.close().await;
}

#[tokio::test]
async fn mails_that_wait_codes_and_drafts_go_with_the_patient() {
    let mut fixture = Fixture::open().await;
    treat(&fixture).await;
    fixture.clinic.stop_node().await;
    // A server that is away: mails wait.
    let server = MailServer::start().await;
    let address = server.address;
    drop(server);
    fixture.clinic.site.mail = SiteMail::Server(MailServer::config_at(address));
    let other = fixture.clinic.another_node().await;
    let (asha, admin) = (
        fixture.asha.at(&other.client),
        fixture.admin.at(&other.client),
    );
    let reset = "/api/v1/auth/password/forgotten";
    for email in [fixture.email.clone(), "ravi@example.org".to_owned()] {
        let forgotten = other.client.post(reset, &json!({"email": email}));
        forgotten.expect(202).await;
    }
    let mails = "select count(*) from mail_outbox where content is not null";
    eventually("both mails wait", async || {
        count(&fixture, mails).await == 2
    })
    .await;
    let before = count(&fixture, "select count(*) from mailed_codes").await;
    fixture.step(&asha, "").expect(201).await;
    let preview = admin.get(&fixture.path("/preview")).expect(200).await;
    assert_eq!(preview.body["erased"]["mails"], 1);
    fixture.approve(&admin).expect(200).await;
    let certificate = certificate(&admin, fixture.patient).await;
    assert_eq!(
        erased(&certificate, ["mails", "drafts", "accounts"]),
        [1, 1, 1]
    );
    assert_eq!(count(&fixture, mails).await, 1, "another person's mail");
    let codes = count(&fixture, "select count(*) from mailed_codes").await;
    assert_eq!(codes, before - 1);
    assert_eq!(count(&fixture, "select count(*) from note_drafts").await, 0);
    other.stop().await;
    fixture.close().await;
}
