//! Tokens of clients from which an account was signed in to.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::session::hex;
use crate::ports::DeviceTokenHash;

/// An opaque token of 256 random bits, in hexadecimal digits. It opens nothing; it shows that a sign-in comes from a
/// client that is known.
#[derive(Debug, Clone)]
pub struct DeviceToken(SecretString);

impl DeviceToken {
    pub(super) fn new(secret: [u8; 32]) -> Self {
        Self(hex(&secret).into())
    }

    /// A token as a client presents it.
    #[must_use]
    pub fn presented(text: String) -> Self {
        Self(text.into())
    }

    /// The text, for the one reply that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(super) fn hash(&self) -> DeviceTokenHash {
        DeviceTokenHash(Sha256::digest(self.expose().as_bytes()).into())
    }
}
