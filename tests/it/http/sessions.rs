//! Sign-up, sign-in and sign-out.

use serde_json::{Value, json};

use crate::support::{Client, Clinic, Reply};

const ME: &str = "/api/v1/auth/me";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";
const PASSWORD: &str = "correct horse battery";

fn asha() -> Value {
    json!({
        "name": "Asha Rao",
        "birthDate": "1990-04-17",
        "email": "asha@example.org",
        "password": PASSWORD,
    })
}

fn login() -> Value {
    json!({"email": "asha@example.org", "password": PASSWORD})
}

/// Signs up and in.
async fn signed_in(anonymous: &Client) -> Reply {
    anonymous.sign_up(&asha()).await.expect(201).await;
    anonymous.post(LOGIN, &login()).expect(200).await
}

fn refresh(anonymous: &Client, tokens: &Reply) -> crate::support::Call {
    anonymous.post(
        REFRESH,
        &json!({"refreshToken": tokens.text("refreshToken")}),
    )
}

#[tokio::test]
async fn a_new_account_can_sign_in_and_book() {
    let clinic = Clinic::open().await;
    let tokens = signed_in(clinic.anonymous()).await;
    let asha = clinic.anonymous().with_token(tokens.text("accessToken"));
    let me = asha.get(ME).expect(200).await;
    assert_eq!(me.body["roles"], json!(["PATIENT"]));
    assert_eq!(me.body, tokens.body["account"]);
    let booked = clinic.book(&asha, 0).expect(201).await;
    assert_eq!(booked.body["patientId"], me.body["patientId"]);
    clinic.close().await;
}

#[tokio::test]
async fn a_sign_up_with_an_invalid_value_is_refused_with_a_pointer() {
    let clinic = Clinic::open().await;
    for (field, value) in [
        ("name", json!("")),
        ("birthDate", json!("2026-12-02")),
        ("phone", json!("12")),
        ("email", json!("asha")),
        ("password", json!("short")),
        ("password", json!("x".repeat(129))),
    ] {
        let mut wrong = asha();
        wrong["code"] = json!("7KQ2-01MR");
        wrong[field] = value;
        let refused = clinic
            .anonymous()
            .post("/api/v1/auth/register/complete", &wrong);
        refused.expect(422).await.points_at(&format!("/{field}"));
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_get_the_same_answer() {
    let clinic = Clinic::open().await;
    signed_in(clinic.anonymous()).await;
    let wrong = json!({"email": "asha@example.org", "password": "wrong horse battery"});
    let unknown = json!({"email": "ravi@example.org", "password": PASSWORD});
    let wrong = clinic.anonymous().post(LOGIN, &wrong).expect(401).await;
    let unknown = clinic.anonymous().post(LOGIN, &unknown).expect(401).await;
    wrong.is("login-failed");
    assert_eq!(wrong.body, unknown.body);
    clinic.close().await;
}

#[tokio::test]
async fn a_refresh_token_continues_the_session() {
    let clinic = Clinic::open().await;
    let first = signed_in(clinic.anonymous()).await;
    let second = refresh(clinic.anonymous(), &first).expect(200).await;
    let third = refresh(clinic.anonymous(), &second).expect(200).await;
    for tokens in [&first, &second, &third] {
        let asha = clinic.anonymous().with_token(tokens.text("accessToken"));
        asha.get(ME).expect(200).await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn an_unknown_refresh_token_continues_nothing() {
    let clinic = Clinic::open().await;
    for token in [
        "",
        "unknown",
        "\u{0}",
        "é",
        &"0".repeat(64),
        &"0".repeat(9_000),
    ] {
        let refused = clinic
            .anonymous()
            .post(REFRESH, &json!({"refreshToken": token}));
        refused.expect(401).await.is("refresh-failed");
    }
    clinic.close().await;
}

#[tokio::test]
async fn sign_out_ends_that_session_at_once_and_no_other() {
    let clinic = Clinic::open().await;
    let here = signed_in(clinic.anonymous()).await;
    let elsewhere = clinic.anonymous().post(LOGIN, &login()).expect(200).await;
    let asha = clinic.anonymous().with_token(here.text("accessToken"));
    let logout = asha.call(reqwest::Method::POST, "/api/v1/auth/logout");
    logout.expect(204).await;
    asha.get(ME).expect(401).await;
    refresh(clinic.anonymous(), &here).expect(401).await;
    let other = clinic.anonymous().with_token(elsewhere.text("accessToken"));
    other.get(ME).expect(200).await;
    refresh(clinic.anonymous(), &elsewhere).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_was_refreshed() {
    let clinic = Clinic::open().await;
    let tokens = signed_in(clinic.anonymous()).await;
    clinic.site.clock.advance(chrono::TimeDelta::days(29));
    let tokens = refresh(clinic.anonymous(), &tokens).expect(200).await;
    clinic.site.clock.advance(chrono::TimeDelta::days(1));
    refresh(clinic.anonymous(), &tokens).expect(401).await;
    clinic.close().await;
}
