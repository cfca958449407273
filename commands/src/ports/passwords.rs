//! Hashing of passwords.

use async_trait::async_trait;
use secrecy::SecretString;

use crate::Fault;

/// A password hash in PHC string form (`$argon2id$v=19$…`), safe to store, never logged.
#[derive(Clone)]
pub struct PasswordHash(SecretString);

impl PasswordHash {
    /// Takes a PHC string as it stands.
    #[must_use]
    pub fn new(phc: String) -> Self {
        Self(phc.into())
    }

    /// The PHC string, for the one place that stores it.
    #[must_use]
    pub fn expose(&self) -> &str {
        secrecy::ExposeSecret::expose_secret(&self.0)
    }
}

/// The result of a password check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It matches and its hash is up to date.
    Matches,
    /// It matches, but the hash was made with older parameters: hash it again now.
    MatchesOutdated,
    /// It does not match.
    Differs,
}

/// So many passwords wait to be hashed that another one would wait for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait to be hashed")]
pub struct HashingBusy;

/// Hashes and checks passwords, off the async workers. A fault whose source is [`HashingBusy`] is one of load:
/// nothing was done, and a repeated request may succeed.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes `password` with a fresh salt.
    async fn hash(&self, password: SecretString) -> Result<PasswordHash, Fault>;

    /// Checks `password` against `hash`. With `None` it spends the same time and answers
    /// [`PasswordCheck::Differs`], so that an unknown login costs what a wrong password costs.
    async fn check(
        &self,
        password: SecretString,
        hash: Option<&PasswordHash>,
    ) -> Result<PasswordCheck, Fault>;
}
