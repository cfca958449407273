//! Signing in with a password.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::{Account, RegisteredAccount};
use domain::{AccountId, EmailAddress};
use tracing::instrument;
use uuid::Uuid;

use super::session::RefreshToken;
use super::{Identity, NewPassword, PresentedPassword, SESSION_DAYS, Session};
use crate::Fault;
use crate::claims::LOGIN_SPACE;
use crate::ports::{NewSession, PasswordCheck, SessionId};

/// Credentials, and the client's address.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The login.
    pub email: EmailAddress,
    /// The password.
    pub password: PresentedPassword,
    /// The client's address, as the trusted proxy or the socket says.
    pub client: IpAddr,
}

/// The refusal of a sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such login, or not its password; which of the two is not told.
    #[error("login and password do not match")]
    NoMatch,
    /// The password was right, but the account is disabled.
    #[error("the account is disabled")]
    Disabled,
    /// Too many failures lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Identity {
    /// Checks credentials and opens a session.
    ///
    /// An unknown login costs as much time as a wrong password. The attempt is counted before the
    /// password is checked, so that a burst of guesses cannot slip past the count.
    ///
    /// # Errors
    /// [`SignInError`].
    #[instrument(name = "command.session.sign_in", skip_all)]
    pub async fn sign_in(
        &self,
        credentials: Credentials,
        at: DateTime<Utc>,
    ) -> Result<Session, SignInError> {
        let keys = self
            .logins
            .throttle_keys(&credentials.email, credentials.client);
        self.stop_guessing(&keys, at).await?;
        self.throttle.failed(&keys[..1], at).await?;
        let Some(account) = self.check_password(&credentials, at).await? else {
            self.throttle.failed(&keys[1..], at).await?;
            return Err(SignInError::NoMatch);
        };
        self.throttle.succeeded(keys[0]).await?;
        let account = self.enabled(account).await?.ok_or(SignInError::Disabled)?;
        Ok(self.open_session(account, at).await?)
    }

    async fn stop_guessing(
        &self,
        keys: &[crate::ports::ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<(), SignInError> {
        match self.throttle.wait(keys, at).await? {
            Some(wait) => Err(SignInError::Throttled(wait)),
            None => Ok(()),
        }
    }

    /// The account, if there is one with this login and password.
    async fn check_password(
        &self,
        credentials: &Credentials,
        at: DateTime<Utc>,
    ) -> Result<Option<AccountId>, Fault> {
        let accounts = self.accounts_of(&credentials.email).await?;
        if accounts.is_empty() {
            self.check_spellings(None, &credentials.password, at)
                .await?;
        }
        for account in accounts {
            if self
                .check_spellings(Some(account), &credentials.password, at)
                .await?
            {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    /// Returns whether the account has this password. A hash of an earlier form of it is replaced.
    async fn check_spellings(
        &self,
        account: Option<AccountId>,
        password: &PresentedPassword,
        at: DateTime<Utc>,
    ) -> Result<bool, Fault> {
        let hash = match account {
            Some(account) => self.credentials.find(account).await?,
            None => None,
        };
        for (earlier, spelling) in password.spellings().into_iter().enumerate() {
            let outdated = match self.hasher.check(spelling, hash.as_ref()).await? {
                PasswordCheck::Differs => continue,
                PasswordCheck::Matches => earlier > 0,
                PasswordCheck::MatchesOutdated => true,
            };
            if let Some(account) = account.filter(|_| outdated) {
                let normal = NewPassword::from_presented(password);
                self.keep_password(account, normal, at).await?;
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// The account that signs in with this e-mail address.
    pub async fn account_of(&self, email: &EmailAddress) -> Result<Option<AccountId>, Fault> {
        Ok(self.accounts_of(email).await?.first().copied())
    }

    /// Returns whether an account other than this one signs in with the address, in any spelling.
    pub(crate) async fn is_taken(
        &self,
        email: &EmailAddress,
        own: AccountId,
    ) -> Result<bool, Fault> {
        let accounts = self.accounts_of(email).await?;
        Ok(accounts.into_iter().any(|account| account != own))
    }

    /// The accounts that sign in with this e-mail address: one, or none; several only if earlier versions gave a
    /// login to each of its spellings.
    async fn accounts_of(&self, email: &EmailAddress) -> Result<Vec<AccountId>, Fault> {
        let mut hashes = vec![self.logins.hash_login(email)];
        hashes.extend(self.logins.earlier_hashes(email));
        let mut accounts = Vec::new();
        for hash in hashes {
            let holder = self.commands.store.holder_of(LOGIN_SPACE, &hash).await;
            let Some(holder) = holder.map_err(Fault::doing("looking up a login"))? else {
                continue;
            };
            let account = holder.parse::<Uuid>().map(AccountId::from_uuid);
            accounts.push(account.map_err(Fault::doing("reading who holds a login"))?);
        }
        Ok(accounts)
    }

    /// The account, unless it is disabled.
    pub(super) async fn enabled(
        &self,
        account: AccountId,
    ) -> Result<Option<RegisteredAccount>, Fault> {
        let loaded = self.commands.load::<Account>(account).await;
        Ok(match loaded.map_err(Fault::doing("loading an account"))? {
            Account::Enabled(account) => Some(account),
            Account::Disabled(_) | Account::Unregistered => None,
        })
    }

    async fn open_session(
        &self,
        account: RegisteredAccount,
        at: DateTime<Utc>,
    ) -> Result<Session, Fault> {
        let id = SessionId(self.commands.ids.id());
        let refresh = RefreshToken::new(self.commands.ids.secret());
        let new = NewSession {
            account: account.account,
            session: id,
            token: refresh.hash(),
            at,
            expires_at: at + TimeDelta::days(SESSION_DAYS),
        };
        self.sessions.open(new).await?;
        Ok(Session {
            account,
            id,
            refresh,
        })
    }
}
