//! Sessions: one family of refresh tokens per sign-in.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::AccountId;
use uuid::Uuid;

use crate::Fault;

/// One sign-in on one client; also the family of its refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(pub Uuid);

/// SHA-256 of a refresh token. Tokens carry 256 random bits, so an unsalted hash cannot be guessed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RefreshTokenHash(pub [u8; 32]);

/// The time in which a used token may come back: front ends refresh in several tabs and requests at once, and an
/// answer can be lost on its way.
pub const REFRESH_GRACE: TimeDelta = TimeDelta::seconds(10);

/// A salt. A refresh token is derived from it and the token before; alone it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuccessorSalt(pub [u8; 32]);

/// The token that is to follow another.
#[derive(Debug, Clone, Copy)]
pub struct Successor {
    /// The salt that it is derived from.
    pub salt: SuccessorSalt,
    /// Its hash.
    pub token: RefreshTokenHash,
}

/// The client of a session as it names itself, shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceName(String);

impl DeviceName {
    /// The longest, in characters.
    pub const MAX_CHARS: usize = 120;

    /// Takes the visible ASCII of a `User-Agent` (RFC 9110, section 10.1.5); `None` if it has none.
    #[must_use]
    pub fn from_user_agent(text: &str) -> Option<Self> {
        let visible = |c: &char| matches!(c, ' '..='~');
        let name: String = text
            .trim()
            .chars()
            .filter(visible)
            .take(Self::MAX_CHARS)
            .collect();
        let name = name.trim_end();
        (!name.is_empty()).then(|| Self(name.to_owned()))
    }

    /// Takes a name as it is stored.
    #[must_use]
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// The session.
    pub session: SessionId,
    /// The client that signed in.
    pub device: Option<DeviceName>,
    /// The time of the sign-in.
    pub opened_at: DateTime<Utc>,
    /// The time of its last refresh, or else of the sign-in.
    pub last_used_at: DateTime<Utc>,
    /// Its end, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// A session to open, with its first refresh token.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The account.
    pub account: AccountId,
    /// The version of the account at which it may sign in.
    pub account_version: i64,
    /// The number of the password that was checked.
    pub generation: i32,
    /// The client that signs in.
    pub device: Option<DeviceName>,
    /// The session's id, chosen by the caller.
    pub session: SessionId,
    /// The first refresh token's hash.
    pub token: RefreshTokenHash,
    /// The time of the sign-in.
    pub at: DateTime<Utc>,
    /// The end of the whole family of tokens, however often it is refreshed.
    pub expires_at: DateTime<Utc>,
}

/// The outcome of presenting a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The session goes on with the successor of this salt: the one that was offered if the token was
    /// current, or the one that it has already, if it came back in time.
    Rotated {
        /// The session it belongs to.
        session: SessionId,
        /// The account.
        account: AccountId,
        /// The salt that the successor is derived from.
        salt: SuccessorSalt,
    },
    /// The token had been used before, longer than [`REFRESH_GRACE`] ago, or its successor had been used
    /// as well: the whole family is revoked now (RFC 9700 §4.14).
    Reused {
        /// The session that was revoked.
        session: SessionId,
    },
    /// No such token, or its family expired or was revoked before.
    Refused,
}

/// Keeps sessions and the hashes of their refresh tokens.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Opens a session, if the account and its password are still those that were checked: the statement that
    /// opens it looks again. Returns false if they are not.
    async fn open(&self, session: NewSession) -> Result<bool, Fault>;

    /// The open sessions of an account, the one that was used last first, and at most a hundred.
    async fn list(&self, account: AccountId, at: DateTime<Utc>) -> Result<Vec<OpenSession>, Fault>;

    /// Replaces `presented` by `successor` if `presented` is current, in one step: of many callers
    /// with the same token exactly one has its successor taken, and the others are told that one's salt.
    async fn rotate(
        &self,
        presented: RefreshTokenHash,
        successor: Successor,
        at: DateTime<Utc>,
    ) -> Result<Rotation, Fault>;

    /// Revokes one session. Revoking it again changes nothing.
    async fn revoke(&self, session: SessionId, at: DateTime<Utc>) -> Result<(), Fault>;

    /// Revokes one session if it is an open one of this account; returns whether it is.
    async fn revoke_own(
        &self,
        account: AccountId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<bool, Fault>;

    /// Revokes the sessions of an account except one, and returns them.
    async fn revoke_others(
        &self,
        account: AccountId,
        except: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Vec<SessionId>, Fault>;

    /// Revokes every session of an account and forgets its devices. A session that is being opened meanwhile is
    /// revoked as well, or not opened.
    async fn revoke_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault>;

    /// Does the same, and removes the account's password, its second factor and the names of its devices.
    async fn erase_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault>;

    /// Sessions revoked at or after `since`: what an api node must refuse before their access tokens expire.
    async fn revoked_since(&self, since: DateTime<Utc>) -> Result<Vec<SessionId>, Fault>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_device_is_short_and_can_be_shown() {
        let name = |text: &str| DeviceName::from_user_agent(text).map(|name| name.0);
        assert_eq!(name(" curl/8.5.0 ").as_deref(), Some("curl/8.5.0"));
        assert_eq!(name("a\u{202e}b\u{7}c\u{e9}").as_deref(), Some("abc"));
        assert_eq!(name(&"x".repeat(500)).map(|name| name.len()), Some(120));
        assert_eq!(name("\u{e9}"), None);
        assert_eq!(name(""), None);
    }
}
