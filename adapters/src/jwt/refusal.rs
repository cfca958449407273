//! Reasons to refuse a token.

use thiserror::Error;

/// Reason to refuse a token. It is for the log and contains nothing of the token. The caller learns
/// only that the token is invalid, or that it has [expired](TokenRefusal::Expired).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum TokenRefusal {
    /// Longer than any of our tokens.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts of base64url, or not the JSON that we write.
    #[error("the token is malformed")]
    Malformed,
    /// Signed, or not signed, by another algorithm.
    #[error("the token's algorithm is not EdDSA")]
    WrongAlgorithm,
    /// Not an access token.
    #[error("the token's type is not at+jwt")]
    WrongType,
    /// It requires an extension that we do not know (RFC 7515 §4.1.11).
    #[error("the token has critical headers")]
    CriticalHeader,
    /// Its key is not, or no longer, in our set.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature does not match the key that it names.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// Another issuer.
    #[error("the token has another issuer")]
    WrongIssuer,
    /// Another audience.
    #[error("the token has another audience")]
    WrongAudience,
    /// It has expired.
    #[error("the token has expired")]
    Expired,
    /// It is not valid yet.
    #[error("the token is not valid yet")]
    NotYetValid,
}
