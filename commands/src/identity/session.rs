//! Sessions go on by refresh tokens, each good for one successor.

use chrono::{DateTime, Utc};
use domain::account::{Account, RegisteredAccount};
use domain::doctor::Doctor;
use domain::{AccountId, ClinicScope, Role};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tracing::instrument;

use super::Identity;
use crate::ports::{OpenSession, RefreshTokenHash, Rotation, SessionId, Successor, SuccessorSalt};
use crate::{Caller, Fault};

/// An open session, as its owner is told.
#[derive(Debug, Clone)]
pub struct Session {
    /// The account.
    pub account: RegisteredAccount,
    /// The session.
    pub id: SessionId,
    /// The token that continues it.
    pub refresh: RefreshToken,
    /// True if the account has a second factor.
    pub second_factor: bool,
}

/// An opaque token of 256 random bits, in hexadecimal digits.
#[derive(Debug, Clone)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
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

    pub(super) fn hash(&self) -> RefreshTokenHash {
        RefreshTokenHash(Sha256::digest(self.expose().as_bytes()).into())
    }

    /// The token that follows this one: HMAC-SHA256 of the salt under this token. A client
    /// with this token can be given it again; salt and hashes alone, as they are stored, do not lead to it.
    fn successor(&self, salt: SuccessorSalt) -> Result<Self, Fault> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.expose().as_bytes())
            .map_err(Fault::doing("deriving a refresh token"))?;
        mac.update(b"caresync refresh token");
        mac.update(&salt.0);
        Ok(Self::new(mac.finalize().into_bytes().into()))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// The refusal to continue a session.
#[derive(Debug, thiserror::Error)]
pub enum RefreshRefusal {
    /// The token is unknown, or its session ended.
    #[error("the refresh token is not valid")]
    Invalid,
    /// The token had been used, so there is a copy of it. The session has been revoked.
    #[error("the refresh token was used before")]
    Reused(SessionId),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Identity {
    /// Exchanges a refresh token for the next one. A client that asks again within
    /// [`REFRESH_GRACE`](crate::ports::REFRESH_GRACE), on any node, gets the same one.
    ///
    /// # Errors
    /// [`RefreshRefusal`].
    #[instrument(name = "command.session.refresh", skip_all)]
    pub async fn refresh(
        &self,
        presented: RefreshToken,
        at: DateTime<Utc>,
    ) -> Result<Session, RefreshRefusal> {
        let salt = SuccessorSalt(self.commands.ids.secret());
        let offered = Successor {
            salt,
            token: presented.successor(salt)?.hash(),
        };
        match self.sessions.rotate(presented.hash(), offered, at).await? {
            Rotation::Refused => Err(RefreshRefusal::Invalid),
            Rotation::Reused { session } => Err(RefreshRefusal::Reused(session)),
            Rotation::Rotated {
                session,
                account,
                salt,
            } => {
                let refresh = presented.successor(salt)?;
                self.go_on(session, account, refresh, at).await
            }
        }
    }

    /// The session with its next token, unless its account was disabled.
    async fn go_on(
        &self,
        id: SessionId,
        account: AccountId,
        refresh: RefreshToken,
        at: DateTime<Utc>,
    ) -> Result<Session, RefreshRefusal> {
        let Some(account) = self.enabled(account).await? else {
            self.sessions.revoke(id, at).await?;
            return Err(RefreshRefusal::Invalid);
        };
        let second_factor = self.has_second_factor(account.account).await?;
        Ok(Session {
            account,
            id,
            refresh,
            second_factor,
        })
    }

    /// The clinics at which an account may act, from the cache of this node: they stay as they were registered.
    pub async fn clinics_of(&self, account: AccountId) -> Result<Option<ClinicScope>, Fault> {
        let id = account.to_string();
        let loaded = self.commands.store.load_committed::<Account>(&id).await;
        let loaded = loaded.map_err(Fault::doing("loading an account"))?;
        Ok(loaded.aggregate().clinics().cloned())
    }

    /// The clinics at which a caller works: those of a doctor by affiliation, those of other staff by the account.
    pub async fn workplaces(&self, caller: &Caller) -> Result<ClinicScope, Fault> {
        let Some(doctor) = caller.doctor.filter(|_| caller.is(Role::Doctor)) else {
            return Ok(caller.clinics.clone());
        };
        // From the log: a doctor may have joined a clinic on another node.
        let id = doctor.to_string();
        let loaded = self.commands.store.load_from_log::<Doctor>(&id).await;
        let loaded = loaded.map_err(Fault::doing("loading a doctor"))?;
        let affiliations = loaded.aggregate().clinics();
        let is_other_staff = |role: &Role| !matches!(role, Role::Doctor | Role::Patient);
        if !caller.roles.iter().any(is_other_staff) {
            return Ok(ClinicScope::Only(affiliations.collect()));
        }
        Ok(match &caller.clinics {
            ClinicScope::All => ClinicScope::All,
            ClinicScope::Only(own) => {
                ClinicScope::Only(affiliations.chain(own.iter().copied()).collect())
            }
        })
    }

    /// The open sessions of an account.
    pub async fn sessions(
        &self,
        account: AccountId,
        at: DateTime<Utc>,
    ) -> Result<Vec<OpenSession>, Fault> {
        self.sessions.list(account, at).await
    }

    /// Ends a session of this account; returns false if it has no such session.
    #[instrument(name = "command.session.end", skip_all)]
    pub async fn end_session(
        &self,
        account: AccountId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<bool, Fault> {
        self.sessions.revoke_own(account, session, at).await
    }

    /// Ends the sessions of this account except one; returns those that ended.
    #[instrument(name = "command.session.end_others", skip_all)]
    pub async fn end_other_sessions(
        &self,
        account: AccountId,
        except: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Vec<SessionId>, Fault> {
        self.sessions.revoke_others(account, except, at).await
    }

    /// Ends a session.
    #[instrument(name = "command.session.sign_out", skip_all)]
    pub async fn sign_out(&self, session: SessionId, at: DateTime<Utc>) -> Result<(), Fault> {
        self.sessions.revoke(session, at).await
    }

    /// Sessions revoked since then: what access tokens must not outlive.
    pub async fn revoked_since(&self, since: DateTime<Utc>) -> Result<Vec<SessionId>, Fault> {
        self.sessions.revoked_since(since).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn successor(token: &str, salt: u8) -> String {
        let token = RefreshToken::presented(token.to_owned());
        token
            .successor(SuccessorSalt([salt; 32]))
            .unwrap()
            .expose()
            .to_owned()
    }

    #[test]
    fn a_successor_follows_from_both_token_and_salt() {
        assert_eq!(successor("first", 1), successor("first", 1));
        assert_ne!(successor("first", 1), successor("first", 2));
        assert_ne!(successor("first", 1), successor("second", 1));
        assert_eq!(successor("first", 1).len(), 64, "as long as a first token");
    }
}
