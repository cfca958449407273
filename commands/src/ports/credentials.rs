//! Storage of password hashes: beside the log, never in it, so that they can be replaced and removed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::AccountId;

use super::PasswordHash;
use crate::Fault;

/// Keeps one password hash per account.
#[async_trait]
pub trait CredentialStore: Send + Sync {
    /// Sets or replaces the account's password hash.
    async fn put(
        &self,
        account: AccountId,
        hash: &PasswordHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault>;

    /// The account's password hash, if it has one.
    async fn find(&self, account: AccountId) -> Result<Option<PasswordHash>, Fault>;
}
