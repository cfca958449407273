//! Access tokens that are accepted and refused.

use adapters::jwt::{AccessTokenSigner, JwtKeys, TokenRealm};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use caresync::startup::realm;
use chrono::TimeDelta;
use domain::PatientId;
use serde_json::{Value, json};
use tests::app::{Principal, Site};
use uuid::Uuid;

use crate::support::{Clinic, now};

const ME: &str = "/api/v1/auth/me";

fn asha() -> Principal {
    Principal::patient(PatientId::from_uuid(Uuid::from_u128(5)))
}

fn signed(site: &Site, keys: &JwtKeys, realm: TokenRealm) -> String {
    let claims = site.claims(&asha(), now() + TimeDelta::minutes(5));
    AccessTokenSigner::new(keys, realm).sign(&claims).unwrap()
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn encoded(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

/// Forged variants of a valid token.
fn bad_tokens(site: &Site) -> Vec<(&'static str, String)> {
    let good = signed(site, &site.keys, realm());
    let parts: Vec<&str> = good.split('.').collect();
    let (mut header, mut claims) = (decoded(parts[0]), decoded(parts[1]));
    claims["roles"] = json!(["ADMIN"]);
    let tampered = format!("{}.{}.{}", parts[0], encoded(&claims), parts[2]);
    header["alg"] = json!("none");
    let unsigned = format!("{}.{}.", encoded(&header), parts[1]);
    let unsigned_tail = format!("{}.{}.{}", encoded(&header), parts[1], parts[2]);
    header["alg"] = json!("HS256");
    let symmetric = format!("{}.{}.{}", encoded(&header), parts[1], parts[2]);
    let audience = TokenRealm {
        audience: "another-api".to_owned(),
        ..realm()
    };
    let issuer = TokenRealm {
        issuer: "another-clinic".to_owned(),
        ..realm()
    };
    let other_keys = JwtKeys::generate().unwrap();
    vec![
        ("tampered", tampered),
        ("alg none", unsigned),
        ("alg none with a signature", unsigned_tail),
        ("alg HS256", symmetric),
        ("signed by another key", signed(site, &other_keys, realm())),
        ("another audience", signed(site, &site.keys, audience)),
        ("another issuer", signed(site, &site.keys, issuer)),
        ("no signature", format!("{}.{}", parts[0], parts[1])),
        ("cut", good[..good.len() - 2].to_owned()),
        ("no token", "garbage".to_owned()),
        ("empty", String::new()),
        ("endless", "a".repeat(9_000)),
    ]
}

#[tokio::test]
async fn only_tokens_signed_here_are_accepted() {
    let clinic = Clinic::open().await;
    let good = signed(&clinic.site, &clinic.site.keys, realm());
    clinic
        .anonymous()
        .with_token(good)
        .get(ME)
        .expect(200)
        .await;
    for (what, token) in bad_tokens(&clinic.site) {
        let answer = clinic.anonymous().with_token(token).get(ME).send().await;
        assert_eq!(answer.status, 401, "{what}");
        answer.is("unauthenticated");
    }
    clinic.close().await;
}

#[tokio::test]
async fn a_token_expires() {
    let clinic = Clinic::open().await;
    let asha = clinic.client(&asha());
    clinic
        .site
        .clock
        .advance(TimeDelta::minutes(15) - TimeDelta::seconds(1));
    asha.get(ME).expect(200).await;
    clinic.site.clock.advance(TimeDelta::seconds(1));
    asha.get(ME).expect(401).await.is("unauthenticated");
    clinic.close().await;
}

#[tokio::test]
async fn a_request_without_a_bearer_token_is_unauthenticated() {
    let clinic = Clinic::open().await;
    let good = signed(&clinic.site, &clinic.site.keys, realm());
    clinic.anonymous().get(ME).expect(401).await;
    for header in [
        format!("Basic {good}"),
        good.clone(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
    ] {
        let asked = clinic.anonymous().get(ME).header("Authorization", header);
        asked.expect(401).await.is("unauthenticated");
    }
    let query = format!("{ME}?access_token={good}");
    clinic.anonymous().get(&query).expect(401).await;
    clinic.close().await;
}
