//! Why a token was not accepted.

use thiserror::Error;

/// Why a token was not accepted: for the log, where it holds nothing of the token. The caller is
/// told that the token is no good, and only of [`TokenRefusal::Expired`] that it was once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum TokenRefusal {
    /// Longer than any token of ours.
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
    /// It demands an extension that we do not know (RFC 7515 §4.1.11).
    #[error("the token has critical headers")]
    CriticalHeader,
    /// Its key is none of ours, or no longer.
    #[error("the token's key is not known")]
    UnknownKey,
    /// It was not signed by the key that it names.
    #[error("the token's signature is wrong")]
    BadSignature,
    /// Issued by somebody else.
    #[error("the token has another issuer")]
    WrongIssuer,
    /// Issued for somebody else.
    #[error("the token has another audience")]
    WrongAudience,
    /// It has ended.
    #[error("the token has expired")]
    Expired,
    /// It has not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
}
