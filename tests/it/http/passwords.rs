//! Rules of passwords, and the change of one's own.

use chrono::TimeDelta;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::Principal;
use uuid::Uuid;

use crate::support::{Call, Client, Clinic, Reply, eventually};

const REGISTER: &str = "/api/v1/auth/register/complete";
const CHANGE: &str = "/api/v1/auth/password";
const REFRESH: &str = "/api/v1/auth/refresh";
const ME: &str = "/api/v1/auth/me";
const OLD: &str = "correct horse battery";
const NEW: &str = "gentle lamp in the fog";

fn asha(password: &str) -> Value {
    json!({
        "name": "Asha Rao", "birthDate": "1990-04-17",
        "email": "asha.rao@lakeside.example", "password": password,
    })
}

fn with_code(mut sign_up: Value) -> Value {
    sign_up["code"] = json!("7KQ2-01MR");
    sign_up
}

fn login(client: &Client, password: &str) -> Call {
    let login = json!({"email": "asha.rao@lakeside.example", "password": password});
    client.post("/api/v1/auth/login", &login)
}

fn change(client: &Client, current: &str, new: &str) -> Call {
    client.post(
        CHANGE,
        &json!({"currentPassword": current, "newPassword": new}),
    )
}

fn refresh(client: &Client, tokens: &Reply) -> Call {
    client.post(
        REFRESH,
        &json!({"refreshToken": tokens.text("refreshToken")}),
    )
}

/// A client with the tokens of a new sign-in.
async fn signed_in(client: &Client) -> (Client, Reply) {
    let tokens = login(client, OLD).expect(200).await;
    (client.with_token(tokens.text("accessToken")), tokens)
}

async fn registered() -> Clinic {
    let clinic = Clinic::open().await;
    let sign_up = clinic.anonymous().sign_up(&asha(OLD)).await;
    sign_up.expect(201).await;
    clinic
}

/// Passwords that guessers try first, for the owner of the address.
const GUESSABLE: [&str; 10] = [
    "1234567890",
    "qwertyuiop",
    "aaaaaaaaaaaa",
    "Password2026!",
    "P@ssw0rd123",
    "caresync2026",
    "iloveyou12345",
    "asha.rao@lakeside.example",
    "Lakeside2026",
    "asharao1990",
];

#[tokio::test]
async fn a_password_that_is_guessed_first_is_refused_wherever_one_is_set() {
    let clinic = registered().await;
    let accept = |password: &str| json!({"email": "asha.rao@lakeside.example", "code": "7KQ2-01MR", "password": password});
    let (client, _) = signed_in(clinic.anonymous()).await;
    for password in GUESSABLE {
        for (path, body) in [
            (REGISTER, with_code(asha(password))),
            ("/api/v1/auth/invitation/accept", accept(password)),
        ] {
            client
                .post(path, &body)
                .expect(422)
                .await
                .points_at("/password");
        }
        change(&client, OLD, password)
            .expect(422)
            .await
            .points_at("/newPassword");
    }
    login(clinic.anonymous(), OLD).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_password_needs_no_mixture_of_characters() {
    let clinic = registered().await;
    let (client, _) = signed_in(clinic.anonymous()).await;
    change(&client, OLD, "tumbler of green ink")
        .expect(204)
        .await;
    change(&client, "tumbler of green ink", "मेरा पुराना घर")
        .expect(204)
        .await;
    login(clinic.anonymous(), "मेरा पुराना घर").expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_change_of_password_ends_all_other_sessions() {
    let clinic = registered().await;
    let other = clinic.another_node().await;
    let (here, tokens) = signed_in(clinic.anonymous()).await;
    let (elsewhere, stale) = signed_in(&other.client).await;
    change(&here, OLD, NEW).expect(204).await;
    here.get(ME).expect(200).await;
    refresh(clinic.anonymous(), &tokens).expect(200).await;
    elsewhere.at(clinic.anonymous()).get(ME).expect(401).await;
    refresh(&other.client, &stale).expect(401).await;
    eventually("the session ends on its own node", async || {
        elsewhere.get(ME).send().await.status == 401
    })
    .await;
    login(&other.client, OLD).expect(401).await;
    login(&other.client, NEW).expect(200).await;
    let told = here.mails_after("asha.rao@lakeside.example", 1).await;
    assert_eq!(told[0]["subject"], "Your password at CareSync was changed");
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn the_present_password_is_needed_and_guessing_it_is_slowed_down() {
    let clinic = registered().await;
    let (client, _) = signed_in(clinic.anonymous()).await;
    for _ in 0..5 {
        change(&client, NEW, NEW)
            .expect(403)
            .await
            .is("wrong-password");
    }
    let throttled = change(&client, OLD, NEW).expect(429).await;
    throttled.is("too-many-attempts");
    assert_eq!(throttled.header("retry-after"), "1");
    // Guesses in one session keep the owner out of no other.
    let (other, _) = signed_in(clinic.anonymous()).await;
    change(&other, OLD, NEW).expect(204).await;
    clinic.site.clock.advance(TimeDelta::seconds(1));
    change(&client, OLD, NEW).expect(401).await;
    clinic.close().await;
}

#[tokio::test]
async fn of_two_changes_at_once_one_is_made() {
    let clinic = registered().await;
    let (client, _) = signed_in(clinic.anonymous()).await;
    let changes = ["gentle lamp in the fog", "tumbler of green ink"]
        .map(|new| change(&client, OLD, new).send());
    let [one, other] = changes;
    let (one, other) = tokio::join!(one, other);
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 403]);
    clinic.close().await;
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_refused() {
    let clinic = registered().await;
    let (client, _) = signed_in(clinic.anonymous()).await;
    change(&client, OLD, "short")
        .expect(422)
        .await
        .points_at("/newPassword");
    change(&client, OLD, &"long ".repeat(26))
        .expect(422)
        .await
        .points_at("/newPassword");
    change(&client, OLD, "null\u{0}in the middle")
        .expect(422)
        .await
        .points_at("/newPassword");
    for body in [
        json!({}),
        json!({"currentPassword": OLD}),
        json!({"newPassword": NEW}),
        json!({"currentPassword": null, "newPassword": NEW}),
        json!({"currentPassword": OLD, "newPassword": [NEW]}),
        json!({"currentPassword": OLD, "newPassword": NEW, "account": "another"}),
    ] {
        client.post(CHANGE, &body).expect(400).await.is("malformed");
    }
    let nobody = clinic.client(&Principal::patient(PatientId::from_uuid(Uuid::from_u128(
        1,
    ))));
    change(&nobody, OLD, NEW)
        .expect(403)
        .await
        .is("wrong-password");
    login(clinic.anonymous(), OLD).expect(200).await;
    clinic.close().await;
}
