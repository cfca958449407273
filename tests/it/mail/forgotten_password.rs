//! Forgotten passwords.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;

use crate::support::{Call, Client, Clinic, Reply, eventually};

const FORGOTTEN: &str = "/api/v1/auth/password/forgotten";
const RESET: &str = "/api/v1/auth/password/reset";
const ME: &str = "/api/v1/auth/me";
const ASHA: &str = "asha@example.org";
const OLD: &str = "correct horse battery";
const NEW: &str = "gentle lamp in the fog";

fn forget(client: &Client, email: &str) -> Call {
    client.post(FORGOTTEN, &json!({"email": email}))
}

fn reset(client: &Client, code: &str, password: &str) -> Call {
    let reset = json!({"email": ASHA, "code": code, "newPassword": password});
    client.post(RESET, &reset)
}

fn login(client: &Client, password: &str) -> Call {
    let login = json!({"email": ASHA, "password": password});
    client.post("/api/v1/auth/login", &login)
}

/// A clinic whose patient Asha has an account.
async fn open() -> Clinic {
    let clinic = Clinic::open().await;
    let asha = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": ASHA, "password": OLD,
    });
    clinic.anonymous().sign_up(&asha).await.expect(201).await;
    clinic
}

async fn code(clinic: &Clinic) -> String {
    let anonymous = clinic.anonymous();
    anonymous.mailed_code(ASHA, forget(anonymous, ASHA)).await
}

#[tokio::test]
async fn a_code_sets_another_password_and_ends_all_sessions_on_every_node() {
    let clinic = open().await;
    let other = clinic.another_node().await;
    let tokens = login(&other.client, OLD).expect(200).await;
    let asha = other.client.with_token(tokens.text("accessToken"));
    let code = code(&clinic).await;
    reset(clinic.anonymous(), &code, NEW).expect(204).await;
    login(&other.client, OLD).expect(401).await;
    login(&other.client, NEW).expect(200).await;
    eventually("the session ends", async || {
        asha.get(ME).send().await.status == 401
    })
    .await;
    let refresh = json!({"refreshToken": tokens.text("refreshToken")});
    let refresh = other.client.post("/api/v1/auth/refresh", &refresh);
    refresh.expect(401).await;
    let devices = "select count(*) from known_devices where $1 <> ''";
    assert_eq!(
        clinic.count(devices, "-").await,
        1,
        "that of the new sign-in"
    );
    // The owner is told.
    let mails = clinic.anonymous().mails_after(ASHA, 2).await;
    assert_eq!(mails[0]["subject"], "Your password at CareSync was changed");
    // The link is followed again.
    let again = reset(clinic.anonymous(), &code, "three quiet herons");
    again.expect(403).await.is("wrong-code");
    login(&other.client, NEW).expect(200).await;
    other.stop().await;
    clinic.close().await;
}

#[tokio::test]
async fn the_answer_is_the_same_whether_or_not_the_address_has_an_account() {
    let clinic = open().await;
    let anonymous = clinic.anonymous();
    let seen = |reply: Reply| (reply.status, reply.raw, reply.headers.len());
    let known = seen(forget(anonymous, ASHA).expect(202).await);
    let unknown = seen(forget(anonymous, "ravi@example.org").expect(202).await);
    assert_eq!(known, unknown);
    let told = anonymous.mails_after("ravi@example.org", 0).await;
    assert!(told[0]["code"].is_null());
    let guess = |email| {
        let guess = json!({"email": email, "code": "7KQ2-01MR", "newPassword": NEW});
        anonymous.post(RESET, &guess).expect(403)
    };
    let known = seen(guess(ASHA).await);
    let unknown = seen(guess("ravi@example.org").await);
    assert_eq!(known, unknown);
    clinic.close().await;
}

#[tokio::test]
async fn a_code_is_good_for_a_quarter_of_an_hour_and_ten_attempts() {
    let clinic = open().await;
    let anonymous = clinic.anonymous();
    let late = code(&clinic).await;
    clinic.site.clock.advance(TimeDelta::minutes(15));
    reset(anonymous, &late, NEW).expect(403).await;
    let guessed = code(&clinic).await;
    for _ in 0..10 {
        reset(anonymous, "7KQ2-01MR", NEW).expect(403).await;
    }
    reset(anonymous, &guessed, NEW).expect(403).await;
    clinic.site.clock.advance(TimeDelta::minutes(2));
    let right = code(&clinic).await;
    let weak = reset(anonymous, &right, "1234567890").expect(422).await;
    weak.points_at("/newPassword");
    reset(anonymous, &right, NEW).expect(204).await;
    clinic.close().await;
}

#[tokio::test]
async fn of_many_that_use_a_code_at_once_one_sets_the_password() {
    let clinic = open().await;
    let other = clinic.another_node().await;
    let code = code(&clinic).await;
    let attempts = (0..8).map(|number| {
        let node = [clinic.anonymous(), &other.client][number % 2];
        reset(node, &code, &format!("gentle lamp number {number}")).send()
    });
    let replies = join_all(attempts).await;
    let set: Vec<_> = (0..8)
        .filter(|number| replies[*number].status == 204)
        .collect();
    assert_eq!(set.len(), 1, "{replies:?}");
    let password = format!("gentle lamp number {}", set[0]);
    login(clinic.anonymous(), &password).expect(200).await;
    other.stop().await;
    clinic.close().await;
}
