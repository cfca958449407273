//! Accounts of erased persons, sign-ins while an account is disabled, and staff of many clinics.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Call, Client, Clinic, Reply, all_read, eventually, slot};

const ME: &str = "/api/v1/auth/me";
const PASSWORD: &str = "correct horse battery";

fn asha() -> Value {
    json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": "asha@example.org", "password": PASSWORD,
    })
}

async fn register(clinic: &Clinic) -> Reply {
    let sign_up = clinic.anonymous().sign_up(&asha()).await;
    sign_up.expect(201).await
}

fn login(client: &Client, email: &str) -> Call {
    client.post(
        "/api/v1/auth/login",
        &json!({"email": email, "password": PASSWORD}),
    )
}

fn refresh(client: &Client, tokens: &Reply) -> Call {
    client.post(
        "/api/v1/auth/refresh",
        &json!({"refreshToken": tokens.text("refreshToken")}),
    )
}

async fn erase(clinic: &Clinic, person: Uuid) {
    let commands = &clinic.app().commands;
    let person = domain::SubjectId::from_uuid(person);
    commands
        .erase_person(person, &commands.system_context())
        .await
        .unwrap();
}

#[tokio::test]
async fn an_erasure_ends_the_account_and_its_sessions_on_every_node() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let registered = register(&clinic).await;
    let tokens = login(clinic.anonymous(), "asha@example.org").header("User-Agent", "Asha's phone");
    let tokens = tokens.expect(200).await;
    let asha = clinic.anonymous().with_token(tokens.text("accessToken"));
    let patient: Uuid = registered.text("patientId").parse().unwrap();
    erase(&clinic, patient).await;
    for node in [clinic.anonymous(), &other.client] {
        let asha = asha.at(node);
        eventually("the session ends", async || {
            asha.get(ME).send().await.status == 401
        })
        .await;
        refresh(node, &tokens).expect(401).await;
        login(node, "asha@example.org")
            .expect(401)
            .await
            .is("login-failed");
    }
    for left in [
        "credentials",
        "known_devices",
        "sessions where device is not null",
    ] {
        let left: i64 = sqlx::query_scalar(&format!("select count(*) from {left}"))
            .fetch_one(&clinic.pool)
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
    // An admin sees that it has ended, and cannot bring it back.
    all_read(clinic.anonymous()).await;
    let admin = clinic.client(&Principal::admin());
    let path = format!("/api/v1/accounts/{}", registered.text("accountId"));
    let shown = admin.get(&path).expect(200).await;
    assert_eq!(
        (&shown.body["disabled"], &shown.body["email"]),
        (&json!(true), &Value::Null)
    );
    let enable = admin.post(&format!("{path}/enable"), &json!({}));
    enable.expect(409).await.is("account-erased");
    let disable = admin.post(&format!("{path}/disable"), &json!({"reason": "Left"}));
    disable.expect(200).await;
    // A second erasure is no new fact, and the address is free.
    erase(&clinic, patient).await;
    assert_eq!(clinic.events("account.erased").await, 1);
    assert_eq!(clinic.events("account.disabled").await, 0);
    clinic.site.clock.advance(TimeDelta::minutes(1));
    let again = register(&clinic).await;
    assert_ne!(again.body["accountId"], registered.body["accountId"]);
    login(&other.client, "asha@example.org").expect(200).await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn an_erasure_of_a_person_without_an_account_is_one_as_well() {
    let clinic = Clinic::open().await;
    let card = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
    let desk = clinic.desk();
    let tara = desk.post("/api/v1/patients", &card).expect(201).await;
    erase(&clinic, tara.id()).await;
    let path = format!("/api/v1/patients/{}", tara.id());
    let shown = clinic.settled(async || desk.get(&path).after(&tara)).await;
    assert!(shown.body["name"].is_null());
    assert_eq!(clinic.events("account.erased").await, 0);
    clinic.close().await;
}

#[tokio::test]
async fn an_erased_doctor_takes_no_bookings() {
    let clinic = Clinic::without_fee().await;
    let admin = clinic.client(&Principal::admin());
    let arun = json!({
        "name": "Arun Bose", "specialisations": ["cardiology"], "languages": ["en"],
        "email": "arun@example.org", "password": PASSWORD,
    });
    let arun = admin.invite("/api/v1/doctors", &arun).await;
    login(clinic.anonymous(), "arun@example.org")
        .expect(200)
        .await;
    erase(&clinic, arun.id()).await;
    login(clinic.anonymous(), "arun@example.org")
        .expect(401)
        .await;
    let mut request = clinic.booking_request(slot(0));
    request["doctorId"] = json!(arun.id());
    let refused = clinic
        .patient()
        .post("/api/v1/appointments", &request)
        .send()
        .await;
    assert!([404, 422].contains(&refused.status), "{refused:?}");
    assert_eq!(clinic.events("doctor.suspended").await, 1);
    clinic.close().await;
}

#[tokio::test]
async fn an_account_that_is_disabled_during_sign_ins_keeps_no_session() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let admin = clinic.client(&Principal::admin());
    let staff = |number: usize| {
        json!({
            "email": format!("staff-{number}@example.org"), "password": PASSWORD,
            "roles": ["AUDITOR"], "clinics": {"kind": "all"},
        })
    };
    for number in 0..4 {
        let account = admin.invite("/api/v1/accounts", &staff(number)).await;
        let email = format!("staff-{number}@example.org");
        let sign_ins = (0..8).map(|turn| {
            let node = if turn % 2 == 0 {
                clinic.anonymous()
            } else {
                &other.client
            };
            login(node, &email).send()
        });
        let path = format!("/api/v1/accounts/{}/disable", account.id());
        let disable = admin.post(&path, &json!({"reason": "Left"})).expect(200);
        let (sign_ins, _) = tokio::join!(join_all(sign_ins), disable);
        for tokens in sign_ins {
            if tokens.status != 200 {
                tokens.is("account-disabled");
                continue;
            }
            let client = clinic.anonymous().with_token(tokens.text("accessToken"));
            eventually("the session ends", async || {
                client.get(ME).send().await.status == 401
            })
            .await;
            refresh(&other.client, &tokens).expect(401).await;
        }
    }
    let open: i64 = sqlx::query_scalar("select count(*) from sessions where revoked_at is null")
        .fetch_one(&clinic.pool)
        .await
        .unwrap();
    assert_eq!(open, 0);
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn staff_of_many_clinics_work_at_each_of_them_and_at_no_other() {
    let clinic = Clinic::open().await;
    let other = clinic.another_node().await;
    let admin = clinic.client(&Principal::admin());
    let mut number = 0;
    for size in [1, 32, 33, 69, 500] {
        let mut clinics: Vec<_> = (1..size).map(Uuid::from_u128).collect();
        clinics.push(clinic.facts.clinic.as_uuid());
        let email = format!("desk-{size}@example.org");
        let desk = json!({
            "email": email, "password": PASSWORD, "roles": ["RECEPTIONIST"],
            "clinics": {"kind": "only", "clinics": clinics},
        });
        admin.invite("/api/v1/accounts", &desk).await;
        let tokens = login(clinic.anonymous(), &email).expect(200).await;
        let token = tokens.text("accessToken");
        assert!(token.len() < 4_096, "{}", token.len());
        for node in [clinic.anonymous(), &other.client] {
            let desk = node.with_token(token);
            let me = desk.get(ME).expect(200).await;
            let listed = me.body["clinics"]["clinics"].as_array().unwrap();
            assert_eq!(listed.len(), clinics.len());
            let mut booking = clinic.booking_request(slot(number));
            let card = json!({"name": "Tara Rao", "birthDate": "2020-01-31"});
            let tara = desk.post("/api/v1/patients", &card).expect(201).await;
            booking["patientId"] = json!(tara.id());
            let mut elsewhere = booking.clone();
            elsewhere["clinicId"] = json!(Uuid::from_u128(u128::MAX));
            desk.post("/api/v1/appointments", &elsewhere)
                .expect(404)
                .await;
            desk.post("/api/v1/appointments", &booking)
                .expect(201)
                .await;
            number += 1;
        }
    }
    other.stop().await;
    clinic.close().await;
}
