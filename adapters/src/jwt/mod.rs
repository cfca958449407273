//! Access tokens: short-lived, signed, and verified by every node without the database.
//!
//! JWTs of the RFC 9068 profile (`typ: at+jwt`), signed with Ed25519 (RFC 8037) and checked as RFC
//! 8725 advises: one algorithm, one issuer, one audience, keys from our own set only. They hold ids
//! and roles, never a name. This module reads no clock (callers pass the time) and does not know
//! which sessions were revoked: the HTTP layer checks that.
//!
//! A new claim goes into `claims.rs`, with a default so that tokens already issued stay readable.

mod claims;
mod keys;
mod refusal;
mod signer;
#[cfg(test)]
mod tests;
mod verified;
mod verifier;

pub use claims::AccessClaims;
pub use keys::{JwtKeys, JwtKeysError};
pub use refusal::TokenRefusal;
pub use signer::AccessTokenSigner;
pub use verifier::AccessTokenVerifier;

/// Issuer and audience of the tokens, the same in signer and verifier, so that a token of another
/// deployment is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRealm {
    /// The `iss` claim, such as `https://clinic.example`.
    pub issuer: String,
    /// The `aud` claim, such as `caresync-api`.
    pub audience: String,
}

/// The media type of an access token, without its `application/` (RFC 9068 §2.1).
const TYPE: &str = "at+jwt";
