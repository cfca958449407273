//! One-time codes as a second factor, for accounts that want one, and for staff of clinics that require one.
//!
//! An account begins with a secret, confirms it with a code of its device and is given recovery codes. From then on a
//! sign-in needs a code. Each code is good once, and attempts are counted for the account, from whatever address.

mod totp;

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::AccountId;
use domain::clinic::{ClinicEvent, ClinicStaffSecondFactorSet};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};
use tracing::instrument;

use super::{Identity, PresentedPassword};
use crate::Fault;
use crate::authorization::SecondFactorPolicy;
use crate::ports::{RecoveryCodeHash, ThrottleKey};

/// The wait for a caller whose attempt finds too many others in line.
const LINE_WAIT: Duration = Duration::from_secs(1);
/// Bytes of a secret: the length of the hash (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;
/// Bytes of a recovery code: 16 letters.
const RECOVERY_BYTES: usize = 10;
/// Stored type of the event with which a clinic requires a second factor.
const SETTING_EVENT: &str = "clinic.staff_second_factor_set";
/// Number of recovery codes.
const RECOVERY_CODES: usize = 10;

/// A code as it was typed: from the device, or a recovery code.
#[derive(Debug, Clone)]
pub struct PresentedCode(SecretString);

impl PresentedCode {
    /// Takes it as it was typed. Case, spaces and dashes do not matter.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let kept = text.chars().filter(|c| !matches!(c, ' ' | '-'));
        let code: String = kept.map(|c| c.to_ascii_uppercase()).collect();
        Self(code.into())
    }

    fn as_str(&self) -> &str {
        self.0.expose_secret()
    }

    fn recovery_hash(&self) -> RecoveryCodeHash {
        RecoveryCodeHash(Sha256::digest(self.as_str().as_bytes()).into())
    }
}

/// A secret for the owner's device, in Base32.
#[derive(Debug, Clone)]
pub struct NewSecret(SecretSlice<u8>);

impl NewSecret {
    /// The text, for the one reply that carries it.
    #[must_use]
    pub fn expose(&self) -> String {
        totp::base32(self.0.expose_secret())
    }
}

/// Recovery codes, for the one reply that carries them.
pub struct RecoveryCodes(pub Vec<String>);

/// The refusal of a change of the second factor.
#[derive(Debug, thiserror::Error)]
pub enum SecondFactorError {
    /// The password is not the account's.
    #[error("the password is not the current one")]
    WrongPassword,
    /// The code is wrong, or was used.
    #[error("the code is not valid")]
    WrongCode,
    /// The account has one already.
    #[error("the account has a second factor")]
    AlreadySet,
    /// The account has none, or has not begun with one.
    #[error("the account has no second factor")]
    NotSet,
    /// Too many failures lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Identity {
    /// Begins with a new secret. It is not asked for until it is confirmed.
    ///
    /// # Errors
    /// [`SecondFactorError`].
    #[instrument(name = "command.second_factor.begin", skip_all)]
    pub async fn begin_second_factor(
        &self,
        account: AccountId,
        password: PresentedPassword,
    ) -> Result<NewSecret, SecondFactorError> {
        self.require_password(account, &password).await?;
        let owner = self
            .enabled(account)
            .await?
            .ok_or(SecondFactorError::NotSet)?;
        let random = self.commands.ids.secret();
        let secret = SecretSlice::from(random[..SECRET_BYTES].to_vec());
        let begun = self
            .second_factors
            .begin(account, owner.subject(), secret.clone());
        if begun.await? {
            Ok(NewSecret(secret))
        } else {
            Err(SecondFactorError::AlreadySet)
        }
    }

    /// Confirms the secret with a code of the owner's device. Returns recovery codes.
    ///
    /// # Errors
    /// [`SecondFactorError`].
    #[instrument(name = "command.second_factor.confirm", skip_all)]
    pub async fn confirm_second_factor(
        &self,
        account: AccountId,
        code: &PresentedCode,
    ) -> Result<RecoveryCodes, SecondFactorError> {
        let key = self.attempt_code(account).await?;
        let factor = self.second_factors.find(account).await?;
        let factor = factor.ok_or(SecondFactorError::NotSet)?;
        if factor.confirmed {
            return Err(SecondFactorError::AlreadySet);
        }
        let at = self.commands.clock.now();
        let step = totp::step_of(factor.secret.expose_secret(), code.as_str(), at);
        let step = step.ok_or(SecondFactorError::WrongCode)?;
        let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| self.recovery_code()).collect();
        let hashes: Vec<_> = codes
            .iter()
            .map(|code| PresentedCode::new(code).recovery_hash())
            .collect();
        if !self.second_factors.confirm(account, step, &hashes).await? {
            return Err(SecondFactorError::AlreadySet);
        }
        self.throttle.succeeded(&[key]).await?;
        Ok(RecoveryCodes(codes))
    }

    /// Removes the second factor: needs the password and a code.
    ///
    /// # Errors
    /// [`SecondFactorError`].
    #[instrument(name = "command.second_factor.remove", skip_all)]
    pub async fn remove_second_factor(
        &self,
        account: AccountId,
        password: PresentedPassword,
        code: &PresentedCode,
    ) -> Result<(), SecondFactorError> {
        self.require_password(account, &password).await?;
        if !self.has_second_factor(account).await? {
            return Err(SecondFactorError::NotSet);
        }
        self.require_code(account, code).await?;
        Ok(self.second_factors.remove(account).await?)
    }

    /// Removes the second factor of an account whose owner has lost the device and the recovery codes: the operator has made
    /// sure that it is the owner who asks. Returns false if it has none.
    #[instrument(name = "command.second_factor.reset", skip_all)]
    pub async fn reset_second_factor(&self, account: AccountId) -> Result<bool, Fault> {
        if !self.has_second_factor(account).await? {
            return Ok(false);
        }
        self.second_factors.remove(account).await?;
        Ok(true)
    }

    /// Returns the clinics' settings that ask a second factor of the staff. `group` is the setting of those that have none.
    pub async fn second_factor_policy(&self, group: bool) -> Result<SecondFactorPolicy, Fault> {
        let store = &self.commands.store;
        let events = store.events_of_type::<ClinicEvent>(SETTING_EVENT).await;
        let events = events.map_err(Fault::doing("reading the clinics' settings"))?;
        let mut own = BTreeMap::new();
        for event in events {
            match event {
                ClinicEvent::StaffSecondFactorSet(ClinicStaffSecondFactorSet {
                    clinic,
                    required: Some(required),
                    ..
                }) => {
                    own.insert(clinic, required);
                }
                ClinicEvent::StaffSecondFactorSet(set) => {
                    own.remove(&set.clinic);
                }
                _ => {}
            }
        }
        Ok(SecondFactorPolicy { group, own })
    }

    /// Returns whether a sign-in to the account needs a code.
    pub(super) async fn has_second_factor(&self, account: AccountId) -> Result<bool, Fault> {
        let factor = self.second_factors.find(account).await?;
        Ok(factor.is_some_and(|factor| factor.confirmed))
    }

    /// Uses a code of the account.
    pub(super) async fn require_code(
        &self,
        account: AccountId,
        code: &PresentedCode,
    ) -> Result<(), SecondFactorError> {
        let key = self.attempt_code(account).await?;
        let at = self.commands.clock.now();
        if !self.use_code(account, code, at).await? {
            return Err(SecondFactorError::WrongCode);
        }
        Ok(self.throttle.succeeded(&[key]).await?)
    }

    async fn use_code(
        &self,
        account: AccountId,
        code: &PresentedCode,
        at: DateTime<Utc>,
    ) -> Result<bool, Fault> {
        let Some(factor) = self.second_factors.find(account).await? else {
            return Ok(false);
        };
        let step = totp::step_of(factor.secret.expose_secret(), code.as_str(), at);
        if let Some(step) = step {
            return self.second_factors.use_step(account, step).await;
        }
        let code = code.recovery_hash();
        self.second_factors.use_recovery_code(account, code).await
    }

    /// Counts an attempt at a code of the account.
    async fn attempt_code(&self, account: AccountId) -> Result<ThrottleKey, SecondFactorError> {
        let key = ThrottleKey::Device(self.logins.throttle_code(account));
        let at = self.commands.clock.now();
        match self.throttle.attempt(&[key], &[], at).await? {
            Some(wait) => Err(SecondFactorError::Throttled(wait)),
            None => Ok(key),
        }
    }

    /// Checks the password of a signed-in account. Attempts are counted for the account.
    pub(super) async fn require_password(
        &self,
        account: AccountId,
        password: &PresentedPassword,
    ) -> Result<(), SecondFactorError> {
        let key = self.logins.throttle_password(account);
        let turn = self.turns.take(key).await;
        let _turn = turn.ok_or(SecondFactorError::Throttled(LINE_WAIT))?;
        let counted = [ThrottleKey::Device(key)];
        let at = self.commands.clock.now();
        if let Some(wait) = self.throttle.attempt(&counted, &[], at).await? {
            return Err(SecondFactorError::Throttled(wait));
        }
        let generation = self.check_password(Some(account), password).await?;
        generation.ok_or(SecondFactorError::WrongPassword)?;
        Ok(self.throttle.succeeded(&counted).await?)
    }

    fn recovery_code(&self) -> String {
        let random = self.commands.ids.secret();
        let code = totp::base32(&random[..RECOVERY_BYTES]);
        let groups: Vec<_> = code
            .as_bytes()
            .chunks(4)
            .map(String::from_utf8_lossy)
            .collect();
        groups.join("-")
    }
}
