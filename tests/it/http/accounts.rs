//! Accounts that admins keep.

use chrono::TimeDelta;
use serde_json::json;
use tests::app::Principal;

use crate::support::{Client, Clinic, Reply, eventually, slot};

const ME: &str = "/api/v1/auth/me";
const PASSWORD: &str = "correct horse battery";

async fn desk_account(clinic: &Clinic, admin: &Client) -> Reply {
    let new = json!({
        "email": "desk@example.org",
        "password": PASSWORD,
        "roles": ["RECEPTIONIST"],
        "clinics": {"kind": "only", "clinics": [clinic.facts.clinic]},
    });
    admin.invite("/api/v1/accounts", &new).await
}

fn login(clinic: &Clinic) -> crate::support::Call {
    let login = json!({"email": "desk@example.org", "password": PASSWORD});
    clinic.anonymous().post("/api/v1/auth/login", &login)
}

#[tokio::test]
async fn a_disabled_account_is_signed_out_on_every_node_until_it_is_enabled() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let admin = clinic.client(&Principal::admin());
    let account = desk_account(&clinic, &admin).await;
    let path = format!("/api/v1/accounts/{}", account.id());
    let tokens = login(&clinic).expect(200).await;
    let desk = clinic.anonymous().with_token(tokens.text("accessToken"));
    desk.get(ME).expect(200).await;
    let disable = admin.post(&format!("{path}/disable"), &json!({"reason": "Left"}));
    disable.expect(200).await;
    for node in [clinic.anonymous(), &other.client] {
        let desk = desk.at(node);
        eventually("its session ends", async || {
            desk.get(ME).send().await.status == 401
        })
        .await;
    }
    login(&clinic).expect(403).await.is("account-disabled");
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    let refresh = || clinic.anonymous().post("/api/v1/auth/refresh", &refresh);
    refresh().expect(401).await;
    let enable = admin.call(reqwest::Method::POST, &format!("{path}/enable"));
    enable.expect(200).await;
    refresh().expect(401).await;
    clinic.site.clock.advance(TimeDelta::seconds(1));
    login(&clinic).expect(200).await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn an_admin_cannot_disable_their_own_account() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let account = desk_account(&clinic, &admin).await;
    let itself = Principal {
        account: account.text("id").parse().unwrap(),
        ..Principal::admin()
    };
    let path = format!("/api/v1/accounts/{}/disable", account.id());
    let disable = clinic
        .client(&itself)
        .post(&path, &json!({"reason": "Tired"}));
    disable.expect(409).await.is("cannot-disable-oneself");
    clinic.close().await;
}

#[tokio::test]
async fn an_account_gets_no_wider_scope_than_its_registrar_has() {
    let clinic = Clinic::open().await;
    let here = Principal {
        clinics: domain::ClinicScope::Only([clinic.facts.clinic].into()),
        ..Principal::admin()
    };
    let new = json!({
        "email": "auditor@example.org",
        "roles": ["AUDITOR"],
        "clinics": {"kind": "all"},
    });
    let refused = clinic.client(&here).post("/api/v1/accounts", &new);
    refused.expect(403).await.is("scope-wider-than-own");
    clinic.close().await;
}

#[tokio::test]
async fn a_doctor_whose_account_is_disabled_takes_no_bookings_until_it_is_enabled() {
    let clinic = Clinic::open().await;
    let admin = clinic.client(&Principal::admin());
    let arun = json!({
        "name": "Arun Bose", "specialisations": ["cardiology"], "languages": ["en"],
        "email": "arun@example.org",
    });
    let arun = admin.post("/api/v1/doctors", &arun).expect(201).await;
    let path = format!("/api/v1/doctors/{}", arun.id());
    let terms = json!({
        "clinicId": clinic.facts.clinic,
        "fee": {"amount": 0, "currency": "INR"}, "slotMinutes": 15,
    });
    let affiliated = admin.post(&format!("{path}/affiliations"), &terms);
    affiliated.expect(200).await;
    let verified = admin.post(&format!("{path}/verify"), &json!({}));
    let verified = verified.expect(200).await;
    let hours = json!({"weeklyHours": [{"day": "tuesday", "from": "09:00", "to": "17:00"}]});
    let week = format!("{path}/affiliations/{}/hours", clinic.facts.clinic);
    let week = admin.put(&week, &hours);
    week.header("If-Match", verified.header("etag"))
        .expect(200)
        .await;
    let book = async |number| {
        let mut request = clinic.booking_request(slot(number));
        request["doctorId"] = json!(arun.id());
        let patient = clinic.patient();
        patient.post("/api/v1/appointments", &request).send().await
    };
    let visit = book(0).await;
    assert_eq!(visit.status, 201, "{visit:?}");
    let accounts = clinic
        .settled(async || admin.get("/api/v1/accounts").after(&visit))
        .await;
    let accounts = accounts.body["items"].as_array().unwrap().clone();
    let account = accounts
        .iter()
        .find(|one| one["doctorId"] == arun.body["id"]);
    let account = format!(
        "/api/v1/accounts/{}",
        account.unwrap()["id"].as_str().unwrap()
    );
    let why = json!({"reason": "On trial"});
    let disabled = admin.post(&format!("{account}/disable"), &why);
    let disabled = disabled.expect(200).await;
    book(1).await.is("doctor-suspended");
    let listed =
        clinic.settled(async || clinic.anonymous().get("/api/v1/doctors").after(&disabled));
    assert_eq!(listed.await.body["items"].as_array().unwrap().len(), 1);
    let shown = clinic.settled(async || clinic.anonymous().get(&path).after(&disabled));
    assert_eq!(shown.await.body["suspended"], true);
    let free = format!(
        "{path}/availability?clinicId={}&from=2026-12-01&to=2026-12-01&explain=true",
        clinic.facts.clinic
    );
    let free = clinic
        .settled(async || clinic.anonymous().get(&free).after(&disabled))
        .await;
    assert_eq!(free.body["slots"], json!([]));
    assert_eq!(free.body["unoffered"][0]["reason"], "suspended");
    // What is booked stays.
    let stays = clinic.read(&admin, &visit).await;
    assert_eq!(stays.body["status"], "CONFIRMED");
    // Repeating it appends no event, neither for the account nor for the doctor.
    admin
        .post(&format!("{account}/disable"), &why)
        .expect(200)
        .await;
    assert_eq!(clinic.events("doctor.suspended").await, 1);
    admin
        .post(&format!("{account}/enable"), &json!({}))
        .expect(200)
        .await;
    assert_eq!(book(1).await.status, 201);
    clinic.close().await;
}
