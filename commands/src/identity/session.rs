//! Sessions go on by refresh tokens, each good for one use.

use chrono::{DateTime, Utc};
use domain::account::RegisteredAccount;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tracing::instrument;

use super::Identity;
use crate::Fault;
use crate::ports::{RefreshTokenHash, Rotation, SessionId};

/// An open session, as its owner is told.
#[derive(Debug, Clone)]
pub struct Session {
    /// Who is signed in.
    pub account: RegisteredAccount,
    /// The session.
    pub id: SessionId,
    /// What continues it.
    pub refresh: RefreshToken,
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
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Why a session does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RefreshRefusal {
    /// The token is unknown, or its session ended.
    #[error("the refresh token is not valid")]
    Invalid,
    /// The token had been used: somebody has a copy. The session has been revoked.
    #[error("the refresh token was used before")]
    Reused(SessionId),
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Identity {
    /// Exchanges a refresh token for the next one.
    ///
    /// # Errors
    /// [`RefreshRefusal`].
    #[instrument(name = "command.session.refresh", skip_all)]
    pub async fn refresh(
        &self,
        presented: RefreshToken,
        at: DateTime<Utc>,
    ) -> Result<Session, RefreshRefusal> {
        let refresh = RefreshToken::new(self.commands.ids.secret());
        match self
            .sessions
            .rotate(presented.hash(), refresh.hash(), at)
            .await?
        {
            Rotation::Refused => Err(RefreshRefusal::Invalid),
            Rotation::Reused { session } => Err(RefreshRefusal::Reused(session)),
            Rotation::Rotated { session, account } => {
                if let Some(account) = self.enabled(account).await? {
                    return Ok(Session {
                        account,
                        id: session,
                        refresh,
                    });
                }
                self.sessions.revoke(session, at).await?;
                Err(RefreshRefusal::Invalid)
            }
        }
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
