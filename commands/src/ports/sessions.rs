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

/// A session to open, with its first refresh token.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The account.
    pub account: AccountId,
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
    /// Opens a session.
    async fn open(&self, session: NewSession) -> Result<(), Fault>;

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

    /// Revokes every session of an account.
    async fn revoke_account(&self, account: AccountId, at: DateTime<Utc>) -> Result<(), Fault>;

    /// Sessions revoked at or after `since`: what an api node must refuse before their access tokens expire.
    async fn revoked_since(&self, since: DateTime<Utc>) -> Result<Vec<SessionId>, Fault>;
}
