//! Storage of codes that are mailed.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::AccountId;

use super::{NewMail, PasswordHash, SessionId};
use crate::Fault;

/// The purpose of a code. Its name is stored and never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodePurpose {
    /// Completes a sign-up.
    SignUp,
    /// Sets another password.
    PasswordReset,
    /// Sets the first password of an account.
    Invitation,
    /// Shows that the owner of an account reads the mail of its new address.
    NewAddress,
    /// Shows that they read the mail of the present address.
    PresentAddress,
}

impl CodePurpose {
    /// The stored name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign-up",
            Self::PasswordReset => "password-reset",
            Self::Invitation => "invitation",
            Self::NewAddress => "new-address",
            Self::PresentAddress => "present-address",
        }
    }
}

/// The holder of a code, as a keyed hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeHolder(pub [u8; 32]);

/// The keyed hash of a code, its purpose and its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CodeHash(pub [u8; 32]);

/// A code as it is presented or stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldCode {
    /// Its purpose.
    pub purpose: CodePurpose,
    /// Its holder.
    pub holder: CodeHolder,
    /// Its hash.
    pub hash: CodeHash,
}

/// A code to issue.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// The code.
    pub code: HeldCode,
    /// The time.
    pub at: DateTime<Utc>,
    /// The end of its validity.
    pub expires_at: DateTime<Utc>,
    /// The mail.
    pub mail: NewMail,
}

/// A password to set, with a code.
pub struct SetPassword {
    /// The code.
    pub code: HeldCode,
    /// The account.
    pub account: AccountId,
    /// The hash of the password.
    pub hash: PasswordHash,
    /// The mail that tells the owner.
    pub notice: Option<NewMail>,
    /// The time.
    pub at: DateTime<Utc>,
}

/// The number of attempts at a code. Any further one is wrong, until another code is issued.
pub const MOST_CODE_ATTEMPTS: i32 = 10;

/// The pause after the first mail, within which no other is sent; it doubles with each further one.
pub const FIRST_MAIL_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause: not longer than the shortest validity, so the owner of an address can always get a valid code,
/// whatever others ask for.
pub const LONGEST_MAIL_PAUSE: Duration = Duration::from_mins(15);

/// The number of mails that may wait. While so many do, requests for mails by callers without an account are refused, so
/// that a flood of them fills no table, and no mail waits long behind it.
pub const MOST_WAITING_MAILS: i64 = 5_000;

/// The number of codes that are kept of those that callers without an account asked for; the oldest are removed first.
pub const MOST_KEPT_CODES: i64 = 200_000;

/// Keeps the hashes of mailed codes: one per purpose and holder.
#[async_trait]
pub trait CodeStore: Send + Sync {
    /// Returns whether another mail may wait that a caller without an account asks for.
    async fn has_room(&self) -> Result<bool, Fault>;

    /// Issues a code in place of an earlier one, and queues its mail, in one step. Within the pause after an earlier
    /// mail nothing happens: that one's code stays valid. Returns whether the code was issued.
    async fn issue(&self, new: NewCode) -> Result<bool, Fault>;

    /// Counts an attempt, and returns whether the code is right and valid.
    async fn attempt(&self, code: HeldCode, at: DateTime<Utc>) -> Result<bool, Fault>;

    /// Uses a code up; returns false if it was used or replaced meanwhile.
    async fn redeem(&self, code: HeldCode, at: DateTime<Utc>) -> Result<bool, Fault>;

    /// Uses a code up, replaces the account's password, ends its sessions, forgets its devices and queues the mail, in
    /// one step. Returns the sessions that ended, or `None` if the code was used or replaced meanwhile, or the account
    /// has no password.
    async fn set_password(&self, set: SetPassword) -> Result<Option<Vec<SessionId>>, Fault>;

    /// Uses a code up and sets the first password of the account, in one step. Returns false if the code was used or
    /// replaced meanwhile, or the account has a password.
    async fn set_first_password(&self, set: SetPassword) -> Result<bool, Fault>;
}
