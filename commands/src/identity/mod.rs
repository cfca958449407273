//! Registration, sign-in, refresh and sign-out.
//!
//! Accounts are aggregates in the log; password hashes and sessions are not: they live beside it,
//! where they can be replaced and removed. Nothing here records a reply for replay, because the
//! replies are secrets.

mod login_index;
mod password;
mod register;
mod session;
mod sign_in;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::AccountId;

pub use login_index::LoginIndex;
pub use password::{InvalidPassword, NewPassword, PresentedPassword};
pub use register::{NewPatientAccount, RegisterRefusal, RegisteredPatient};
pub use session::{RefreshRefusal, RefreshToken, Session};
pub use sign_in::{Credentials, SignInError};

use crate::ports::{CredentialStore, LoginThrottle, PasswordHasher, SessionStore};
use crate::{Commands, Fault};

/// The length of a session in all, however often it is refreshed.
pub const SESSION_DAYS: i64 = 30;

/// Everything that signing in needs.
#[derive(Clone)]
pub struct Identity {
    pub(crate) commands: Commands,
    pub(crate) credentials: Arc<dyn CredentialStore>,
    pub(crate) sessions: Arc<dyn SessionStore>,
    pub(crate) throttle: Arc<dyn LoginThrottle>,
    pub(crate) hasher: Arc<dyn PasswordHasher>,
    pub(crate) logins: LoginIndex,
}

/// The ports of an [`Identity`].
pub struct IdentityPorts {
    /// Password hashes.
    pub credentials: Arc<dyn CredentialStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Failed sign-ins.
    pub throttle: Arc<dyn LoginThrottle>,
    /// The hasher of passwords.
    pub hasher: Arc<dyn PasswordHasher>,
}

impl Identity {
    /// Puts it together.
    #[must_use]
    pub fn new(commands: Commands, ports: IdentityPorts, logins: LoginIndex) -> Self {
        let IdentityPorts {
            credentials,
            sessions,
            throttle,
            hasher,
        } = ports;
        Self {
            commands,
            credentials,
            sessions,
            throttle,
            hasher,
            logins,
        }
    }

    /// An id for a new account.
    pub(crate) fn new_account_id(&self) -> AccountId {
        AccountId::from_uuid(self.commands.ids.id())
    }

    /// Hashes and keeps a password. Done before the account is appended: a password without an
    /// account opens nothing, an account without a password could never be used.
    pub(crate) async fn keep_password(
        &self,
        account: AccountId,
        password: NewPassword,
        at: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let hash = self.hasher.hash(password.into_secret()).await?;
        self.credentials.put(account, &hash, at).await
    }
}
