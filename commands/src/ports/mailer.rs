//! Mail: what is told to whom, and the systems that carry and keep it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::EmailAddress;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Fault;

/// The content of a mail. It is stored sealed until it is sent, so a variant is never renamed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "code", rename_all = "kebab-case")]
pub enum MailMessage {
    /// The code that completes a sign-up.
    SignUp(String),
    /// A sign-up with an address that has an account.
    AlreadyRegistered,
    /// The code that sets another password.
    PasswordReset(String),
    /// A forgotten password of an address without an account that has one.
    NoPassword,
    /// The password was changed.
    PasswordChanged,
    /// The code that sets the first password.
    Invitation(String),
    /// The code for the address that an account is to have.
    NewAddress(String),
    /// The code for the address that it has.
    PresentAddress(String),
    /// The chart of the recipient was opened in an emergency.
    ChartOpened,
    /// A chart was opened in an emergency, which the recipient reviews.
    ChartOpenedToReview,
}

impl MailMessage {
    /// Kinds of the mails that callers without an account ask for, for any address.
    pub const KINDS_OF_ANYONE: [&'static str; 4] = [
        "sign-up",
        "already-registered",
        "password-reset",
        "no-password",
    ];

    /// Its kind, which says nothing about a person.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SignUp(_) => "sign-up",
            Self::AlreadyRegistered => "already-registered",
            Self::PasswordReset(_) => "password-reset",
            Self::NoPassword => "no-password",
            Self::PasswordChanged => "password-changed",
            Self::Invitation(_) => "invitation",
            Self::NewAddress(_) => "new-address",
            Self::PresentAddress(_) => "present-address",
            Self::ChartOpened => "chart-opened",
            Self::ChartOpenedToReview => "chart-opened-to-review",
        }
    }

    /// The code in it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::SignUp(code)
            | Self::PasswordReset(code)
            | Self::Invitation(code)
            | Self::NewAddress(code)
            | Self::PresentAddress(code) => Some(code),
            Self::AlreadyRegistered
            | Self::NoPassword
            | Self::PasswordChanged
            | Self::ChartOpened
            | Self::ChartOpenedToReview => None,
        }
    }
}

/// Shows the kind only: a code is a secret.
impl std::fmt::Debug for MailMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

/// A mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id. A mail that is sent twice has the same one both times.
    pub id: Uuid,
    /// The recipient.
    pub to: EmailAddress,
    /// The content.
    pub message: MailMessage,
    /// The time at which it was queued.
    pub at: DateTime<Utc>,
}

/// Shows no address.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mail({}, {:?})", self.id, self.message)
    }
}

/// A mail to queue.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// The mail.
    pub mail: Mail,
    /// The time from which on sending it makes no sense any more.
    pub give_up_at: DateTime<Utc>,
}

/// A queued mail.
#[derive(Debug, Clone)]
pub struct QueuedMail {
    /// The mail; `None` if the key that it was sealed with is destroyed.
    pub mail: Option<Mail>,
    /// The time from which on sending it makes no sense any more.
    pub give_up_at: DateTime<Utc>,
}

/// The outcome of a mail that was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFailure {
    /// The mail server refused it for good, with this code (RFC 5321, section 4.2).
    Refused(u16),
    /// The recipient's address cannot be carried by the mail server.
    Unsendable,
    /// It could not be sent in time.
    GaveUp,
}

/// The failure to send a mail. Its text names no address: replies of mail servers often repeat one.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Another attempt would fail as well.
    #[error("the mail was refused")]
    Permanent(MailFailure),
    /// The mail server is away, slow, or asks to try again later.
    #[error(transparent)]
    Away(#[from] Fault),
}

/// Carries mails.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends a mail. Takes a bounded time.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Keeps mails until they are sent.
#[async_trait]
pub trait MailOutbox: Send + Sync {
    /// A mail that is not sent yet.
    async fn find(&self, id: Uuid) -> Result<Option<QueuedMail>, Fault>;

    /// Forgets a mail that was sent.
    async fn sent(&self, id: Uuid) -> Result<(), Fault>;

    /// Queues mails, all or none. One that is queued already stays.
    async fn queue(&self, mails: &[NewMail]) -> Result<(), Fault>;

    /// Records that a mail will not be sent, and forgets its content.
    async fn failed(&self, id: Uuid, failure: MailFailure, at: DateTime<Utc>) -> Result<(), Fault>;
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json, to_value};

    use super::*;

    #[test]
    fn a_stored_message_keeps_its_form() {
        for (message, stored) in [
            (
                MailMessage::SignUp("AAAABBBB".to_owned()),
                json!({"kind": "sign-up", "code": "AAAABBBB"}),
            ),
            (
                MailMessage::AlreadyRegistered,
                json!({"kind": "already-registered"}),
            ),
            (
                MailMessage::PasswordReset("AAAABBBB".to_owned()),
                json!({"kind": "password-reset", "code": "AAAABBBB"}),
            ),
            (MailMessage::NoPassword, json!({"kind": "no-password"})),
            (
                MailMessage::PasswordChanged,
                json!({"kind": "password-changed"}),
            ),
            (
                MailMessage::Invitation("AAAABBBB".to_owned()),
                json!({"kind": "invitation", "code": "AAAABBBB"}),
            ),
            (
                MailMessage::NewAddress("AAAABBBB".to_owned()),
                json!({"kind": "new-address", "code": "AAAABBBB"}),
            ),
            (
                MailMessage::PresentAddress("AAAABBBB".to_owned()),
                json!({"kind": "present-address", "code": "AAAABBBB"}),
            ),
            (MailMessage::ChartOpened, json!({"kind": "chart-opened"})),
            (
                MailMessage::ChartOpenedToReview,
                json!({"kind": "chart-opened-to-review"}),
            ),
        ] {
            assert_eq!(to_value(&message).unwrap(), stored);
            assert_eq!(stored["kind"], message.kind());
            let is_of_anyone = MailMessage::KINDS_OF_ANYONE.contains(&message.kind());
            assert_eq!(is_of_anyone, is_asked_for_by_anyone(&message));
            assert_eq!(from_value::<MailMessage>(stored).unwrap(), message);
        }
    }

    const fn is_asked_for_by_anyone(message: &MailMessage) -> bool {
        match message {
            MailMessage::SignUp(_)
            | MailMessage::AlreadyRegistered
            | MailMessage::PasswordReset(_)
            | MailMessage::NoPassword => true,
            MailMessage::PasswordChanged
            | MailMessage::Invitation(_)
            | MailMessage::NewAddress(_)
            | MailMessage::PresentAddress(_)
            | MailMessage::ChartOpened
            | MailMessage::ChartOpenedToReview => false,
        }
    }

    #[test]
    fn a_mail_shows_neither_its_address_nor_its_code() {
        let mail = Mail {
            id: Uuid::nil(),
            to: EmailAddress::parse("asha@example.org").unwrap(),
            message: MailMessage::SignUp("AAAABBBB".to_owned()),
            at: DateTime::UNIX_EPOCH,
        };
        let shown = format!("{mail:?}");
        assert!(
            !shown.contains("asha") && !shown.contains("AAAA"),
            "{shown}"
        );
    }
}
