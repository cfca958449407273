//! Good tokens, and the ways in which a token can be invalid.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use commands::ports::SessionId;
use domain::{AccountId, ClinicId, ClinicScope, DoctorId, Role};
use ed25519_dalek::Signer as _;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn realm() -> TokenRealm {
    TokenRealm {
        issuer: "https://clinic.example".to_owned(),
        audience: "caresync-api".to_owned(),
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

/// A doctor's claims, issued now, for ten minutes.
pub(super) fn claims() -> AccessClaims {
    AccessClaims {
        sub: AccountId::from_uuid(Uuid::from_u128(1)),
        sid: SessionId(Uuid::from_u128(2)),
        roles: [Role::Doctor, Role::Admin].into(),
        clinics: Some(ClinicScope::Only(
            [ClinicId::from_uuid(Uuid::from_u128(3))].into(),
        )),
        patient: None,
        doctor: Some(DoctorId::from_uuid(Uuid::from_u128(4))),
        second_factor: true,
        iat: now(),
        exp: now() + TimeDelta::minutes(10),
        jti: Uuid::from_u128(5),
    }
}

struct Fixture {
    keys: JwtKeys,
    verifier: AccessTokenVerifier,
}

impl Fixture {
    fn new() -> Self {
        let keys = JwtKeys::generate().unwrap();
        let verifier = AccessTokenVerifier::new(&keys, realm());
        Self { keys, verifier }
    }

    fn token(&self) -> String {
        AccessTokenSigner::new(&self.keys, realm())
            .sign(&claims())
            .unwrap()
    }

    /// Header and claims of a good token, to be changed by tests.
    fn parts(&self) -> (Value, Value) {
        let token = self.token();
        let mut parts = token
            .split('.')
            .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let mut json = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
        (json(), json())
    }

    /// Any header and claims, signed with our first key.
    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = [header, claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part.to_string()))
            .join(".");
        let signature = self.keys.signing().pair.sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }

    fn with_header(&self, name: &str, value: impl Into<Value>) -> String {
        let (mut header, claims) = self.parts();
        header[name] = value.into();
        self.sign(&header, &claims)
    }

    fn with_claim(&self, name: &str, value: impl Into<Value>) -> String {
        let (header, mut claims) = self.parts();
        claims[name] = value.into();
        self.sign(&header, &claims)
    }

    fn without(&self, name: &str) -> String {
        let (mut header, mut claims) = self.parts();
        for part in [&mut header, &mut claims] {
            part.as_object_mut().unwrap().remove(name);
        }
        self.sign(&header, &claims)
    }

    #[track_caller]
    fn refuses(&self, token: &str, refusal: TokenRefusal) {
        assert_eq!(self.verifier.verify(token, now()), Err(refusal));
    }
}

#[test]
fn a_token_says_what_was_signed() {
    let fixture = Fixture::new();
    let token = fixture.token();
    assert_eq!(fixture.verifier.verify(&token, now()), Ok(claims()));
    assert_eq!(
        fixture.verifier.verify(&token, now()),
        Ok(claims()),
        "from memory"
    );
}

#[test]
fn a_token_looks_as_rfc_9068_has_it() {
    let (header, claims) = Fixture::new().parts();
    assert_eq!(
        (&header["alg"], &header["typ"]),
        (&json!("EdDSA"), &json!("at+jwt"))
    );
    assert_eq!(claims["iss"], "https://clinic.example");
    assert_eq!(claims["aud"], "caresync-api");
    assert_eq!(claims["exp"], json!(now().timestamp() + 600));
    assert!(
        claims.get("patient").is_none(),
        "an absent claim is left out"
    );
}

#[test]
fn a_token_is_refused_from_the_second_it_ends_even_when_it_is_remembered() {
    let fixture = Fixture::new();
    let token = fixture.token();
    let end = claims().exp;
    let last = end - TimeDelta::microseconds(1);
    assert_eq!(fixture.verifier.verify(&token, last), Ok(claims()));
    assert_eq!(
        fixture.verifier.verify(&token, end),
        Err(TokenRefusal::Expired)
    );
    let stranger = AccessTokenVerifier::new(&fixture.keys, realm());
    assert_eq!(
        stranger.verify(&token, end),
        Err(TokenRefusal::Expired),
        "not remembered"
    );
}

#[test]
fn a_token_from_the_future_is_refused_beyond_a_little_skew() {
    let fixture = Fixture::new();
    let token = fixture.token();
    let at = |seconds| {
        fixture
            .verifier
            .verify(&token, now() - TimeDelta::seconds(seconds))
    };
    assert_eq!(at(6), Err(TokenRefusal::NotYetValid));
    assert_eq!(at(5), Ok(claims()));
    assert_eq!(at(6), Err(TokenRefusal::NotYetValid), "remembered");
    fixture.refuses(
        &fixture.with_claim("nbf", now().timestamp() + 6),
        TokenRefusal::NotYetValid,
    );
}

#[test]
fn a_token_of_the_old_key_holds_after_a_rotation_and_not_after_two() {
    let fixture = Fixture::new();
    let token = fixture.token();
    let once = fixture.keys.rotated().unwrap();
    let verifier = AccessTokenVerifier::new(&once, realm());
    assert_eq!(verifier.verify(&token, now()), Ok(claims()));

    let new = AccessTokenSigner::new(&once, realm())
        .sign(&claims())
        .unwrap();
    assert_eq!(
        fixture.verifier.verify(&new, now()),
        Ok(claims()),
        "a node that has the old set"
    );

    let twice = AccessTokenVerifier::new(&once.rotated().unwrap(), realm());
    assert_eq!(twice.verify(&token, now()), Err(TokenRefusal::UnknownKey));
}

#[test]
fn a_token_signed_by_a_stranger_under_our_keys_name_is_forged() {
    let (fixture, stranger) = (Fixture::new(), Fixture::new());
    let (header, claims) = fixture.parts();
    fixture.refuses(&stranger.sign(&header, &claims), TokenRefusal::BadSignature);
}

#[test]
fn a_token_whose_claims_were_changed_is_forged() {
    let fixture = Fixture::new();
    let (good, better) = (
        fixture.token(),
        fixture.with_claim("roles", json!(["AUDITOR"])),
    );
    let (mut parts, better): (Vec<_>, Vec<_>) =
        (good.split('.').collect(), better.split('.').collect());
    parts[1] = better[1];
    fixture.refuses(&parts.join("."), TokenRefusal::BadSignature);
}

#[test]
fn an_unsigned_token_is_refused() {
    let fixture = Fixture::new();
    for alg in ["none", "None", "NONE", ""] {
        let (mut header, claims) = fixture.parts();
        header["alg"] = alg.into();
        let signed = fixture.sign(&header, &claims);
        let (unsigned, _) = signed.rsplit_once('.').unwrap();
        fixture.refuses(&format!("{unsigned}."), TokenRefusal::WrongAlgorithm);
    }
}

#[test]
fn a_token_signed_with_our_public_key_as_a_shared_secret_is_refused() {
    let fixture = Fixture::new();
    let (header, claims) = fixture.parts();
    let public = fixture.keys.signing().pair.verifying_key();
    let mut hs256 = Header::new(Algorithm::HS256);
    hs256.typ = Some("at+jwt".to_owned());
    hs256.kid = header["kid"].as_str().map(str::to_owned);
    let secret = EncodingKey::from_secret(public.as_bytes());
    let token = jsonwebtoken::encode(&hs256, &claims, &secret).unwrap();
    fixture.refuses(&token, TokenRefusal::WrongAlgorithm);
}

#[test]
fn a_token_of_another_type_is_refused() {
    let fixture = Fixture::new();
    for typ in ["JWT", "id+jwt", "AT+JWT+x", ""] {
        fixture.refuses(&fixture.with_header("typ", typ), TokenRefusal::WrongType);
    }
    fixture.refuses(&fixture.without("typ"), TokenRefusal::WrongType);
}

#[test]
fn a_token_of_an_unknown_or_no_key_is_refused() {
    let fixture = Fixture::new();
    fixture.refuses(&Fixture::new().token(), TokenRefusal::UnknownKey);
    fixture.refuses(
        &fixture.with_header("kid", "../keys"),
        TokenRefusal::UnknownKey,
    );
    fixture.refuses(&fixture.without("kid"), TokenRefusal::UnknownKey);
}

#[test]
fn a_token_that_brings_its_own_key_is_still_refused() {
    let (fixture, stranger) = (Fixture::new(), Fixture::new());
    let (mut header, claims) = fixture.parts();
    let x = URL_SAFE_NO_PAD.encode(stranger.keys.signing().pair.verifying_key().as_bytes());
    header["jwk"] = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    fixture.refuses(&stranger.sign(&header, &claims), TokenRefusal::BadSignature);
}

#[test]
fn a_token_with_critical_headers_is_refused() {
    let fixture = Fixture::new();
    fixture.refuses(
        &fixture.with_header("crit", json!(["b64"])),
        TokenRefusal::CriticalHeader,
    );
    fixture.refuses(
        &fixture.with_header("crit", json!([])),
        TokenRefusal::CriticalHeader,
    );
}

#[test]
fn a_token_of_another_issuer_is_refused() {
    let fixture = Fixture::new();
    fixture.refuses(
        &fixture.with_claim("iss", "https://evil.example"),
        TokenRefusal::WrongIssuer,
    );
    fixture.refuses(&fixture.without("iss"), TokenRefusal::Malformed);
}

#[test]
fn a_token_for_another_audience_is_refused() {
    let fixture = Fixture::new();
    fixture.refuses(
        &fixture.with_claim("aud", "billing"),
        TokenRefusal::WrongAudience,
    );
    let several = json!(["billing", "caresync-api"]);
    fixture.refuses(&fixture.with_claim("aud", several), TokenRefusal::Malformed);
    fixture.refuses(&fixture.without("aud"), TokenRefusal::Malformed);
}

#[test]
fn a_token_without_its_times_account_or_session_is_refused() {
    let fixture = Fixture::new();
    for name in ["exp", "iat", "sub", "sid", "jti", "roles"] {
        fixture.refuses(&fixture.without(name), TokenRefusal::Malformed);
    }
}

#[test]
fn a_token_with_times_out_of_this_world_is_refused() {
    let fixture = Fixture::new();
    fixture.refuses(
        &fixture.with_claim("exp", i64::MAX),
        TokenRefusal::Malformed,
    );
    fixture.refuses(
        &fixture.with_claim("iat", i64::MIN),
        TokenRefusal::Malformed,
    );
    fixture.refuses(
        &fixture.with_claim("exp", "tomorrow"),
        TokenRefusal::Malformed,
    );
}

#[test]
fn no_prefix_of_a_token_is_a_token() {
    let fixture = Fixture::new();
    let token = fixture.token();
    for length in 0..token.len() {
        assert!(
            fixture.verifier.verify(&token[..length], now()).is_err(),
            "{length} letters"
        );
    }
    assert!(
        fixture
            .verifier
            .verify(&format!("{token}."), now())
            .is_err()
    );
    assert!(
        fixture
            .verifier
            .verify(&format!("{token}A"), now())
            .is_err()
    );
}

#[test]
fn a_token_longer_than_any_of_ours_is_not_even_read() {
    let fixture = Fixture::new();
    let long = fixture.with_claim("padding", "x".repeat(4_096));
    fixture.refuses(&long, TokenRefusal::TooLong);
}

#[test]
fn a_token_need_not_name_clinics() {
    let fixture = Fixture::new();
    let named_nowhere = AccessClaims {
        clinics: None,
        ..claims()
    };
    let signer = AccessTokenSigner::new(&fixture.keys, realm());
    let token = signer.sign(&named_nowhere).unwrap();
    assert_eq!(fixture.verifier.verify(&token, now()), Ok(named_nowhere));
}
