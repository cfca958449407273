//! The login and the password of an account that is being registered.

use chrono::{DateTime, Utc};
use domain::{AccountId, EmailAddress, SubjectId};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::{Identity, NewPassword};
use crate::ports::PasswordHash;
use crate::{CommandError, Fault};

/// A login for a new account. The password, if it has one already, is stored before the account is appended: a password
/// without an account opens nothing, an account without a password could not be used.
pub(crate) struct NewLogin<'a> {
    identity: &'a Identity,
    account: AccountId,
    subject: SubjectId,
    email: EmailAddress,
    password: Option<NewPassword>,
    /// Set once something may have been stored. The hash of the password, if there is one.
    stored: OnceCell<Option<PasswordHash>>,
    at: DateTime<Utc>,
}

impl<'a> NewLogin<'a> {
    pub(crate) fn new(
        identity: &'a Identity,
        command: &domain::account::RegisterAccount,
        password: Option<NewPassword>,
    ) -> Self {
        Self {
            identity,
            account: command.account,
            subject: command.person.subject(command.account),
            email: command.email.clone(),
            password,
            stored: OnceCell::new(),
            at: command.at,
        }
    }

    /// Stores the password, unless another account has the login. It may be called again for the same account: the
    /// password is hashed once.
    ///
    /// # Errors
    /// [`CommandError::Refused`] with `taken`.
    pub(crate) async fn store<R>(&self, taken: R) -> Result<(), CommandError<R>> {
        let holders = self.identity.accounts_of(&self.email).await?;
        if holders.into_iter().any(|holder| holder != self.account) {
            return Err(CommandError::Refused(taken));
        }
        let Some(hash) = self.stored.get_or_try_init(|| self.hash()).await? else {
            return Ok(());
        };
        let stored = self
            .identity
            .credentials
            .create(self.account, hash, self.at);
        Ok(stored.await?)
    }

    async fn hash(&self) -> Result<Option<PasswordHash>, Fault> {
        match self.password.clone() {
            Some(password) => {
                let hash = self.identity.hasher.hash(password.into_secret());
                Ok(Some(hash.await?))
            }
            None => Ok(None),
        }
    }

    /// Removes what a refused registration stored on its way: the password, and the keys of the person.
    pub(crate) async fn conclude<T, R>(
        &self,
        outcome: Result<T, CommandError<R>>,
    ) -> Result<T, CommandError<R>> {
        if matches!(outcome, Err(CommandError::Refused(_))) && self.stored.initialized() {
            self.remove().await?;
        }
        outcome
    }

    async fn remove(&self) -> Result<(), Fault> {
        self.identity.credentials.remove(self.account).await?;
        let subjects: [Uuid; 1] = [self.subject.as_uuid()];
        let sealing = self.identity.commands.store.sealing();
        let discarded = sealing.discard_unused_keys(&subjects).await;
        discarded.map_err(Fault::doing("removing the key of a refused registration"))
    }
}
