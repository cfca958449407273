//! Verification of tokens.

use std::collections::HashMap;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, errors::ErrorKind};
use serde::{Deserialize, de::IgnoredAny};

use super::{
    AccessClaims, JwtKeys, TYPE, TokenRealm, TokenRefusal,
    claims::WireClaims,
    verified::{Fingerprint, VerifiedTokens},
};

/// Ours have about 600 bytes, and more for every clinic's id.
const MAX_LENGTH: usize = 4_096;

/// Tolerance for the clock of the issuing node to be ahead of ours. Expiry has no such tolerance.
const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(5);

/// Verifies access tokens with any of our keys. Clones share what they have verified.
#[derive(Clone)]
pub struct AccessTokenVerifier {
    keys: HashMap<String, DecodingKey>,
    realm: TokenRealm,
    verified: Arc<VerifiedTokens>,
}

/// The header fields that matter. Keys inside a token (`jwk`, `jku`, `x5u`) are not read.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl AccessTokenVerifier {
    /// A verifier for `realm`.
    #[must_use]
    pub fn new(keys: &JwtKeys, realm: TokenRealm) -> Self {
        let keys = keys
            .all()
            .iter()
            .map(|key| (key.kid.clone(), key.verifies.clone()));
        Self {
            keys: keys.collect(),
            realm,
            verified: Arc::default(),
        }
    }

    /// Returns the claims of `token`, if it is valid at `now`.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenRefusal> {
        if token.len() > MAX_LENGTH {
            return Err(TokenRefusal::TooLong);
        }
        let fingerprint = Fingerprint::from_token(token);
        if let Some(claims) = self.verified.find(&fingerprint) {
            check_times(&claims, now)?;
            return Ok(claims);
        }
        let claims = self.signed_claims(token)?.within(&self.realm)?;
        check_times(&claims, now)?;
        self.verified.remember(fingerprint, claims.clone());
        Ok(claims)
    }

    fn signed_claims(&self, token: &str) -> Result<WireClaims, TokenRefusal> {
        let key = self.key_for(&read_header(token)?)?;
        // The library checks the signature only. It would accept a missing issuer or audience, and
        // would compare times with the system's clock.
        let mut signature_only = Validation::new(Algorithm::EdDSA);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_aud = false;
        match decode(token, key, &signature_only) {
            Ok(verified) => Ok(verified.claims),
            Err(error) if *error.kind() == ErrorKind::InvalidSignature => {
                Err(TokenRefusal::BadSignature)
            }
            Err(_) => Err(TokenRefusal::Malformed),
        }
    }

    fn key_for(&self, header: &Header) -> Result<&DecodingKey, TokenRefusal> {
        if header.alg != "EdDSA" {
            return Err(TokenRefusal::WrongAlgorithm);
        }
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenRefusal::WrongType);
        }
        if header.crit.is_some() {
            return Err(TokenRefusal::CriticalHeader);
        }
        let kid = header.kid.as_ref().ok_or(TokenRefusal::UnknownKey)?;
        self.keys.get(kid).ok_or(TokenRefusal::UnknownKey)
    }
}

fn read_header(token: &str) -> Result<Header, TokenRefusal> {
    let (encoded, _) = token.split_once('.').ok_or(TokenRefusal::Malformed)?;
    let json = URL_SAFE_NO_PAD
        .decode(encoded)
        .map_err(|_| TokenRefusal::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenRefusal::Malformed)
}

fn check_times(claims: &AccessClaims, now: DateTime<Utc>) -> Result<(), TokenRefusal> {
    if now >= claims.exp {
        return Err(TokenRefusal::Expired);
    }
    if claims.iat - now > CLOCK_SKEW {
        return Err(TokenRefusal::NotYetValid);
    }
    Ok(())
}
