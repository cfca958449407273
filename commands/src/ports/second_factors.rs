//! Storage of the second factors of accounts.

use async_trait::async_trait;
use domain::{AccountId, SubjectId};
use secrecy::SecretSlice;

use crate::Fault;

/// SHA-256 of a recovery code. Codes carry 80 random bits, so an unsalted hash cannot be guessed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecoveryCodeHash(pub [u8; 32]);

/// The second factor of an account.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    /// The secret that the codes are computed from.
    pub secret: SecretSlice<u8>,
    /// True once a code has shown that the owner's device has the secret; until then it is not asked for.
    pub confirmed: bool,
}

/// Keeps one secret per account, sealed under the key of its person.
#[async_trait]
pub trait SecondFactorStore: Send + Sync {
    /// Stores a secret that is still to be confirmed, in place of an earlier one that never was. Returns false if the
    /// account has a confirmed one.
    async fn begin(
        &self,
        account: AccountId,
        subject: SubjectId,
        secret: SecretSlice<u8>,
    ) -> Result<bool, Fault>;

    /// The second factor of an account.
    async fn find(&self, account: AccountId) -> Result<Option<SecondFactor>, Fault>;

    /// Confirms the secret by the code of this time step, with the recovery codes; returns false if it is confirmed
    /// already.
    async fn confirm(
        &self,
        account: AccountId,
        step: i64,
        recovery_codes: &[RecoveryCodeHash],
    ) -> Result<bool, Fault>;

    /// Uses the code of this time step; returns false if it or a later one was used.
    async fn use_step(&self, account: AccountId, step: i64) -> Result<bool, Fault>;

    /// Uses a recovery code; returns false if the account has no such code any more.
    async fn use_recovery_code(
        &self,
        account: AccountId,
        code: RecoveryCodeHash,
    ) -> Result<bool, Fault>;

    /// Removes the second factor.
    async fn remove(&self, account: AccountId) -> Result<(), Fault>;
}
