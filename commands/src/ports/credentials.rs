//! Storage of password hashes: beside the log, never in it, so that they can be replaced and removed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::AccountId;

use super::{NewMail, PasswordHash, SessionId};
use crate::Fault;

/// An account's password.
#[derive(Clone)]
pub struct Credential {
    /// The hash of the password.
    pub hash: PasswordHash,
    /// The number of the password: each change counts it up, another hash of the same password does not.
    pub generation: i32,
}

/// A change of password.
pub struct PasswordChange {
    /// The account.
    pub account: AccountId,
    /// The number of the password that was checked.
    pub generation: i32,
    /// The hash of the new password.
    pub hash: PasswordHash,
    /// The session that goes on; every other one ends.
    pub session: SessionId,
    /// The mail that tells the owner, if there is mail.
    pub notice: Option<NewMail>,
    /// The time of the change.
    pub at: DateTime<Utc>,
}

/// Keeps one password hash per account.
#[async_trait]
pub trait CredentialStore: Send + Sync {
    /// Sets the first password of an account that is being registered.
    async fn create(
        &self,
        account: AccountId,
        hash: &PasswordHash,
        at: DateTime<Utc>,
    ) -> Result<(), Fault>;

    /// The account's password, if it has one.
    async fn find(&self, account: AccountId) -> Result<Option<Credential>, Fault>;

    /// Replaces the hash by another one of the same password, unless the password was changed since.
    async fn rehash(
        &self,
        account: AccountId,
        generation: i32,
        hash: &PasswordHash,
    ) -> Result<(), Fault>;

    /// Changes the password, ends the other sessions, forgets the account's devices and queues the mail, in one step. Returns the
    /// sessions that ended, or `None` if another change was faster.
    async fn change(&self, change: PasswordChange) -> Result<Option<Vec<SessionId>>, Fault>;

    /// Removes the account's password.
    async fn remove(&self, account: AccountId) -> Result<(), Fault>;
}
