//! Signing in with a password.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::{Account, RegisteredAccount};
use domain::{AccountId, EmailAddress};
use event_store::Loaded;
use tracing::instrument;
use uuid::Uuid;

use super::session::RefreshToken;
use super::{
    DeviceToken, Identity, PresentedCode, PresentedPassword, SESSION_DAYS, SecondFactorError,
    Session,
};
use crate::Fault;
use crate::claims::LOGIN_SPACE;
use crate::ports::{Credential, DeviceName, NewSession, PasswordCheck, SessionId, ThrottleKey};

/// The wait for a caller whose attempt finds too many others in line.
const LINE_WAIT: Duration = Duration::from_secs(1);
/// The number of times that a session is opened anew because its account changed meanwhile.
const MOST_ATTEMPTS: usize = 3;

/// Credentials, and the client that presents them.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The login.
    pub email: EmailAddress,
    /// The password.
    pub password: PresentedPassword,
    /// The client's address, as the trusted proxy or the socket says.
    pub client: IpAddr,
    /// The token that shows that the account was signed in to from this client before.
    pub device: Option<DeviceToken>,
    /// A code of the second factor, if the account has one.
    pub code: Option<PresentedCode>,
    /// The client as it names itself.
    pub device_name: Option<DeviceName>,
}

/// The result of a sign-in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The token of a client that was not known before.
    pub device: Option<DeviceToken>,
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
    /// The password was right, and a code of the second factor is missing.
    #[error("a code is needed")]
    CodeRequired,
    /// The password was right, but not the code of the second factor, or it was used.
    #[error("the code is not valid")]
    WrongCode,
    /// Too many failures lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// An account whose password was right.
struct Proven {
    account: AccountId,
    generation: i32,
}

impl Identity {
    /// Checks credentials and opens a session.
    ///
    /// Attempts of one client on one login are made one after the other, and each is counted before its password is
    /// checked: a burst of guesses cannot slip past the count. Attempts from a known device are counted apart, so guesses of
    /// others do not keep the owner out. An unknown login costs as much time as a wrong password.
    ///
    /// # Errors
    /// [`SignInError`].
    #[instrument(name = "command.session.sign_in", skip_all)]
    pub async fn sign_in(&self, credentials: Credentials) -> Result<SignedIn, SignInError> {
        let keys = self
            .logins
            .throttle_keys(&credentials.email, credentials.client);
        // Guesses of others stand in lines of their own.
        let line = match &credentials.device {
            Some(device) => device.hash().0,
            None => keys.login_from_client,
        };
        let turn = self.turns.take(line).await;
        let _turn = turn.ok_or(SignInError::Throttled(LINE_WAIT))?;
        let at = self.commands.clock.now();
        let accounts = self.accounts_of(&credentials.email).await?;
        let device = self.known_device(&credentials, &accounts, at).await?;
        let counted = match &device {
            Some(device) => vec![ThrottleKey::Device(device.hash().0)],
            None => vec![
                ThrottleKey::Login(keys.login),
                ThrottleKey::LoginFromClient(keys.login_from_client),
            ],
        };
        let client = [ThrottleKey::Client(keys.client)];
        if let Some(wait) = self.throttle.attempt(&counted, &client, at).await? {
            return Err(SignInError::Throttled(wait));
        }
        let Some(proven) = self.prove(&accounts, &credentials.password).await? else {
            self.throttle.failed(&client, at).await?;
            return Err(SignInError::NoMatch);
        };
        let second_factor = self
            .require_second_factor(&proven, credentials.code.as_ref())
            .await?;
        self.throttle.succeeded(&counted).await?;
        let session = self
            .open_session(&proven, credentials.device_name, at)
            .await?;
        let session = Session {
            second_factor,
            ..session
        };
        let new_device = device
            .is_none()
            .then(|| DeviceToken::new(self.commands.ids.secret()));
        if let Some(device) = new_device.as_ref().or(device.as_ref()) {
            self.devices
                .remember(proven.account, device.hash(), at)
                .await?;
        }
        Ok(SignedIn {
            session,
            device: new_device,
        })
    }

    /// Checks the code if the account has a second factor; returns whether it has one.
    async fn require_second_factor(
        &self,
        proven: &Proven,
        code: Option<&PresentedCode>,
    ) -> Result<bool, SignInError> {
        if !self.has_second_factor(proven.account).await? {
            return Ok(false);
        }
        let code = code.ok_or(SignInError::CodeRequired)?;
        match self.require_code(proven.account, code).await {
            Ok(()) => Ok(true),
            Err(SecondFactorError::Throttled(wait)) => Err(SignInError::Throttled(wait)),
            Err(SecondFactorError::Fault(fault)) => Err(fault.into()),
            Err(_) => Err(SignInError::WrongCode),
        }
    }

    /// The device of the caller, if one of the accounts was signed in to from it.
    async fn known_device(
        &self,
        credentials: &Credentials,
        accounts: &[AccountId],
        at: DateTime<Utc>,
    ) -> Result<Option<DeviceToken>, Fault> {
        let Some(device) = &credentials.device else {
            return Ok(None);
        };
        let account = self.devices.account_of(device.hash(), at).await?;
        let known = account.is_some_and(|account| accounts.contains(&account));
        Ok(known.then(|| device.clone()))
    }

    /// The first of the accounts that has the password.
    async fn prove(
        &self,
        accounts: &[AccountId],
        password: &PresentedPassword,
    ) -> Result<Option<Proven>, Fault> {
        if accounts.is_empty() {
            self.check_password(None, password).await?;
        }
        for account in accounts {
            if let Some(generation) = self.check_password(Some(*account), password).await? {
                let account = *account;
                return Ok(Some(Proven {
                    account,
                    generation,
                }));
            }
        }
        Ok(None)
    }

    /// Returns the number of the account's password if it is this one. A hash of an earlier form of it is replaced.
    pub(super) async fn check_password(
        &self,
        account: Option<AccountId>,
        password: &PresentedPassword,
    ) -> Result<Option<i32>, Fault> {
        let credential = match account {
            Some(account) => self.credentials.find(account).await?,
            None => None,
        };
        let hash = credential.as_ref().map(|credential| &credential.hash);
        for (earlier, spelling) in password.spellings().into_iter().enumerate() {
            let outdated = match self.hasher.check(spelling, hash).await? {
                PasswordCheck::Differs => continue,
                PasswordCheck::Matches => earlier > 0,
                PasswordCheck::MatchesOutdated => true,
            };
            let (Some(account), Some(Credential { generation, .. })) = (account, credential) else {
                return Ok(None);
            };
            if outdated {
                let hash = self.hasher.hash(password.normal_form()).await?;
                self.credentials.rehash(account, generation, &hash).await?;
            }
            return Ok(Some(generation));
        }
        Ok(None)
    }

    /// The account that signs in with this e-mail address.
    pub async fn account_of(&self, email: &EmailAddress) -> Result<Option<AccountId>, Fault> {
        Ok(self.accounts_of(email).await?.first().copied())
    }

    /// The accounts that sign in with this e-mail address: one, or none; several only if earlier versions gave a
    /// login to each of its spellings.
    pub(super) async fn accounts_of(&self, email: &EmailAddress) -> Result<Vec<AccountId>, Fault> {
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
        Ok(match self.load_account(account).await?.into_aggregate() {
            Account::Enabled(account) => Some(account),
            Account::Disabled(_) | Account::Erased(_) | Account::Unregistered => None,
        })
    }

    async fn load_account(&self, account: AccountId) -> Result<Loaded<Account>, Fault> {
        let id = account.to_string();
        let loaded = self.commands.store.load_from_log::<Account>(&id).await;
        loaded.map_err(Fault::doing("loading an account"))
    }

    /// Opens a session for an account that is enabled at that moment.
    async fn open_session(
        &self,
        proven: &Proven,
        device: Option<DeviceName>,
        at: DateTime<Utc>,
    ) -> Result<Session, SignInError> {
        for _ in 0..MOST_ATTEMPTS {
            let loaded = self.load_account(proven.account).await?;
            let account_version = loaded.version();
            let account = match loaded.into_aggregate() {
                Account::Enabled(account) => account,
                Account::Disabled(_) => return Err(SignInError::Disabled),
                Account::Erased(_) | Account::Unregistered => break,
            };
            let id = SessionId(self.commands.ids.id());
            let refresh = RefreshToken::new(self.commands.ids.secret());
            let new = NewSession {
                account: proven.account,
                account_version,
                generation: proven.generation,
                device: device.clone(),
                session: id,
                token: refresh.hash(),
                at,
                expires_at: at + TimeDelta::days(SESSION_DAYS),
            };
            if self.sessions.open(new).await? {
                return Ok(Session {
                    account,
                    id,
                    refresh,
                    second_factor: false,
                });
            }
        }
        // The password was changed after it was checked.
        Err(SignInError::NoMatch)
    }
}
