//! One-time codes as a second factor.

use chrono::TimeDelta;
use futures::future::join_all;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::support::{Call, Client, Clinic, Reply};

const BEGIN: &str = "/api/v1/auth/second-factor";
const CONFIRM: &str = "/api/v1/auth/second-factor/confirm";
const REMOVE: &str = "/api/v1/auth/second-factor/remove";
const PASSWORD: &str = "correct horse battery";

/// An authenticator app: the six digits of RFC 6238 at the time of the clinic's clock, so many steps later.
pub fn code(clinic: &Clinic, secret: &str, later: i64) -> String {
    let bits = secret.bytes().flat_map(|letter| {
        let value = if letter.is_ascii_digit() {
            letter - b'2' + 26
        } else {
            letter - b'A'
        };
        (0..5).rev().map(move |bit| (value >> bit) & 1)
    });
    let bits: Vec<u8> = bits.collect();
    let bytes = bits.chunks_exact(8);
    let secret: Vec<u8> = bytes
        .map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit))
        .collect();
    let step = clinic.site.clock_now().timestamp() / 30 + later;
    let mut mac = Hmac::<Sha1>::new_from_slice(&secret).unwrap();
    mac.update(&step.to_be_bytes());
    let tag = mac.finalize().into_bytes();
    let offset = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn login(clinic: &Clinic, code: Option<&str>) -> Call {
    let mut login = json!({"email": "asha@example.org", "password": PASSWORD});
    if let Some(code) = code {
        login["code"] = json!(code);
    }
    clinic.anonymous().post("/api/v1/auth/login", &login)
}

fn begin(client: &Client) -> Call {
    client.post(BEGIN, &json!({"currentPassword": PASSWORD}))
}

fn confirm(client: &Client, code: &str) -> Call {
    client.post(CONFIRM, &json!({"code": code}))
}

/// A clinic whose patient Asha has a second factor.
struct Fixture {
    clinic: Clinic,
    asha: Client,
    secret: String,
    recovery: Vec<String>,
}

async fn signed_in(clinic: &Clinic) -> Client {
    let new = json!({
        "name": "Asha Rao", "birthDate": "1990-04-17", "email": "asha@example.org", "password": PASSWORD,
    });
    clinic.anonymous().sign_up(&new).await.expect(201).await;
    let tokens = login(clinic, None).expect(200).await;
    clinic.anonymous().with_token(tokens.text("accessToken"))
}

fn listed(reply: &Reply) -> Vec<String> {
    let codes = reply.body["recoveryCodes"].as_array().unwrap();
    codes
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

impl Fixture {
    async fn open() -> Self {
        let clinic = Clinic::open().await;
        let asha = signed_in(&clinic).await;
        let secret = begin(&asha).expect(200).await.text("secret").to_owned();
        let confirmed = confirm(&asha, &code(&clinic, &secret, 0)).expect(200).await;
        let recovery = listed(&confirmed);
        clinic.site.clock.advance(TimeDelta::seconds(30));
        Self {
            clinic,
            asha,
            secret,
            recovery,
        }
    }
}

#[tokio::test]
async fn a_sign_in_needs_a_code_once_the_second_factor_is_confirmed() {
    let clinic = Clinic::open().await;
    let asha = signed_in(&clinic).await;
    let begun = begin(&asha).expect(200).await;
    let secret = begun.text("secret");
    assert!(
        begun
            .text("uri")
            .starts_with("otpauth://totp/CareSync?secret=")
    );
    login(&clinic, None).expect(200).await;
    confirm(&asha, "000000").expect(403).await.is("wrong-code");
    login(&clinic, None).expect(200).await;
    confirm(&asha, &code(&clinic, secret, 0)).expect(200).await;
    login(&clinic, None).expect(401).await.is("code-required");
    clinic.site.clock.advance(TimeDelta::seconds(30));
    login(&clinic, Some(&code(&clinic, secret, 0)))
        .expect(200)
        .await;
    begin(&asha)
        .expect(409)
        .await
        .is("second-factor-already-set");
    confirm(&asha, &code(&clinic, secret, 1))
        .expect(409)
        .await
        .is("second-factor-already-set");
    clinic.close().await;
}

#[tokio::test]
async fn a_code_is_good_once() {
    let Fixture { clinic, secret, .. } = Fixture::open().await;
    let now = code(&clinic, &secret, 0);
    let attempts = (0..3).map(|_| login(&clinic, Some(&now)).send());
    let statuses: Vec<_> = join_all(attempts)
        .await
        .iter()
        .map(|reply| reply.status)
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    login(&clinic, Some(&code(&clinic, &secret, -1)))
        .expect(401)
        .await
        .is("code-failed");
    clinic.site.clock.advance(TimeDelta::seconds(30));
    let spaced = code(&clinic, &secret, 0);
    let spaced = format!(" {} {} ", &spaced[..3], &spaced[3..]);
    login(&clinic, Some(&spaced)).expect(200).await;
    login(&clinic, Some(&code(&clinic, &secret, 3)))
        .expect(401)
        .await
        .is("code-failed");
    clinic.close().await;
}

#[tokio::test]
async fn a_recovery_code_is_good_once() {
    let Fixture {
        clinic, recovery, ..
    } = Fixture::open().await;
    assert_eq!(recovery.len(), 10);
    let lower = recovery[0].to_lowercase().replace('-', "");
    login(&clinic, Some(&lower)).expect(200).await;
    login(&clinic, Some(&recovery[0]))
        .expect(401)
        .await
        .is("code-failed");
    for code in &recovery[1..] {
        login(&clinic, Some(code)).expect(200).await;
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_code_cannot_be_guessed() {
    let Fixture { clinic, secret, .. } = Fixture::open().await;
    let right: Vec<_> = (-1..=1).map(|step| code(&clinic, &secret, step)).collect();
    let wrong = (0..)
        .map(|guess| format!("{guess:06}"))
        .filter(|guess| !right.contains(guess));
    let mut checked = 0;
    for guess in wrong.take(1_000) {
        let reply = login(&clinic, Some(&guess)).send().await;
        match reply.status {
            401 => checked += 1,
            status => assert_eq!(status, 429, "{reply:?}"),
        }
    }
    assert_eq!(checked, 5);
    clinic.site.clock.advance(TimeDelta::minutes(1));
    login(&clinic, Some(&code(&clinic, &secret, 0)))
        .expect(200)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_a_second_factor() {
    let Fixture { clinic, secret, .. } = Fixture::open().await;
    for code in [None, Some(code(&clinic, &secret, 0))] {
        let body =
            json!({"email": "asha@example.org", "password": "wrong horse battery", "code": code});
        let refused = clinic
            .anonymous()
            .post("/api/v1/auth/login", &body)
            .expect(401)
            .await;
        refused.is("login-failed");
    }
    login(&clinic, Some(&code(&clinic, &secret, 0)))
        .expect(200)
        .await;
    clinic.close().await;
}

#[tokio::test]
async fn a_second_factor_is_removed_with_password_and_code() {
    let Fixture {
        clinic,
        asha,
        secret,
        ..
    } = Fixture::open().await;
    let remove = |password: &str, code: &str| {
        asha.post(REMOVE, &json!({"currentPassword": password, "code": code}))
    };
    let now = code(&clinic, &secret, 0);
    remove("wrong horse battery", &now)
        .expect(403)
        .await
        .is("wrong-password");
    remove(PASSWORD, "000000")
        .expect(403)
        .await
        .is("wrong-code");
    remove(PASSWORD, &now).expect(204).await;
    remove(PASSWORD, &now)
        .expect(409)
        .await
        .is("second-factor-not-set");
    login(&clinic, None).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn what_is_no_request_for_a_second_factor_is_refused() {
    let clinic = Clinic::open().await;
    let asha = signed_in(&clinic).await;
    confirm(&asha, "000000")
        .expect(409)
        .await
        .is("second-factor-not-set");
    let wrong = asha.post(BEGIN, &json!({"currentPassword": "wrong horse battery"}));
    wrong.expect(403).await.is("wrong-password");
    for (path, body) in [
        (BEGIN, json!({})),
        (BEGIN, json!({"currentPassword": 1})),
        (CONFIRM, json!({})),
        (CONFIRM, json!({"code": 287_082})),
        (REMOVE, json!({"code": "287082"})),
        (
            REMOVE,
            json!({"currentPassword": PASSWORD, "code": Value::Null}),
        ),
    ] {
        asha.post(path, &body).expect(400).await.is("malformed");
        clinic.anonymous().post(path, &body).expect(401).await;
    }
    let secret = begin(&asha).expect(200).await.text("secret").to_owned();
    for code in [
        "",
        "12345",
        "1234567",
        "\u{0}",
        "\u{ff11}23456",
        &"1".repeat(9_000),
    ] {
        confirm(&asha, code).expect(403).await.is("wrong-code");
        clinic.site.clock.advance(TimeDelta::minutes(1));
    }
    // A second beginning replaces the first.
    let later = begin(&asha).expect(200).await.text("secret").to_owned();
    assert_ne!(secret, later);
    confirm(&asha, &code(&clinic, &secret, 0)).expect(403).await;
    clinic.site.clock.advance(TimeDelta::minutes(1));
    confirm(&asha, &code(&clinic, &later, 0)).expect(200).await;
    clinic.close().await;
}

#[tokio::test]
async fn a_secret_is_sealed_and_gone_with_its_person() {
    let Fixture {
        clinic,
        asha,
        secret,
        ..
    } = Fixture::open().await;
    let stored: String = sqlx::query_scalar("select second_factors::text from second_factors")
        .fetch_one(&clinic.pool)
        .await
        .unwrap();
    assert!(!stored.contains(&secret));
    let me = asha.get("/api/v1/auth/me").expect(200).await;
    let person = domain::SubjectId::from_uuid(me.text("patientId").parse().unwrap());
    let commands = &clinic.app().commands;
    commands
        .erase_person(person, &commands.system_context())
        .await
        .unwrap();
    crate::support::all_read(clinic.anonymous()).await;
    let left: i64 = sqlx::query_scalar("select count(*) from second_factors")
        .fetch_one(&clinic.pool)
        .await
        .unwrap();
    assert_eq!(left, 0);
    clinic.close().await;
}
