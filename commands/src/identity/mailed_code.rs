//! Codes that are mailed: a caller who presents one reads the mail of the address.
//!
//! One mechanism for all purposes. A code has 40 random bits, is stored as a keyed hash, is valid for a bounded time
//! and number of attempts, and is good once. A new purpose is a variant of [`CodePurpose`] and a line in
//! [`validity`].

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use domain::EmailAddress;
use secrecy::{ExposeSecret as _, SecretString};

use super::{Identity, NewPassword};
use crate::Fault;
use crate::ports::{
    CodeHolder, CodePurpose, CodeStore, HeldCode, Mail, MailMessage, NewCode, NewMail, ThrottleKey,
};

/// Letters and digits that are not mistaken for each other (Crockford's Base32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters of a code.
const LENGTH: usize = 8;
/// The time after which a mail that could not be sent is given up.
const LONGEST_IN_OUTBOX: TimeDelta = TimeDelta::days(1);

/// The time for which a code is valid.
const fn validity(purpose: CodePurpose) -> TimeDelta {
    match purpose {
        CodePurpose::SignUp => TimeDelta::days(1),
        CodePurpose::PasswordReset => TimeDelta::minutes(15),
        CodePurpose::Invitation => TimeDelta::days(7),
        CodePurpose::NewAddress | CodePurpose::PresentAddress => TimeDelta::hours(1),
    }
}

/// A code as it was typed, or came from a link.
#[derive(Debug, Clone)]
pub struct PresentedMailedCode(SecretString);

impl PresentedMailedCode {
    /// Takes it as it was typed. Case, spaces and dashes do not matter, nor letters that look like digits.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let code = text.chars().filter_map(|c| match c.to_ascii_uppercase() {
            ' ' | '-' => None,
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c => Some(c),
        });
        // Nothing longer is a code.
        Self(code.take(LENGTH + 1).collect::<String>().into())
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.expose_secret()
    }
}

/// The refusal of a mailed code.
#[derive(Debug, thiserror::Error)]
pub enum MailedCodeError {
    /// There is no mail on this installation.
    #[error("mail is not configured")]
    NotConfigured,
    /// The code is wrong, used, or too old; or there were too many attempts at it.
    #[error("the code is not valid")]
    Wrong,
    /// Too many failures of this client lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// Too many mails wait to be sent.
    #[error("too many mails wait to be sent")]
    Overloaded,
    /// Something outside the rules failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A password to set, with the code that the address was mailed.
#[derive(Debug, Clone)]
pub struct PasswordByCode {
    /// The login.
    pub email: EmailAddress,
    /// The code.
    pub code: PresentedMailedCode,
    /// The password from now on.
    pub password: NewPassword,
    /// The client's address.
    pub client: IpAddr,
}

/// A code to mail.
pub(super) struct MailedCode<'a> {
    pub(super) purpose: CodePurpose,
    pub(super) holder: CodeHolder,
    pub(super) to: &'a EmailAddress,
}

/// The letters of a code, in two groups.
fn letters(random: [u8; 32]) -> String {
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte & 31)]);
    let (first, second) = random[..LENGTH].split_at(LENGTH / 2);
    let group = |bytes: &[u8]| bytes.iter().map(letter).collect::<String>();
    format!("{}-{}", group(first), group(second))
}

impl Identity {
    pub(super) fn codes(&self) -> Result<&dyn CodeStore, MailedCodeError> {
        self.codes.as_deref().ok_or(MailedCodeError::NotConfigured)
    }

    /// Returns an error if a caller without an account may not ask for a mail now.
    pub(super) async fn require_room_for_mail(&self) -> Result<(), MailedCodeError> {
        if self.codes()?.has_room().await? {
            Ok(())
        } else {
            Err(MailedCodeError::Overloaded)
        }
    }

    /// Issues a code for an address that a caller without an account names, and mails it. `message` says what the mail
    /// says; it depends on whether the address has an account, and nothing else does.
    pub(super) async fn mail_code_to(
        &self,
        email: &EmailAddress,
        purpose: CodePurpose,
        message: impl FnOnce(String) -> MailMessage,
    ) -> Result<(), MailedCodeError> {
        let code = MailedCode {
            purpose,
            holder: self.holder(email),
            to: email,
        };
        self.mail_code(code, message, self.commands.clock.now())
            .await
    }

    /// Issues a code and mails it, unless one was mailed a moment ago. `message` says what the mail says.
    pub(super) async fn mail_code(
        &self,
        code: MailedCode<'_>,
        message: impl FnOnce(String) -> MailMessage,
        at: DateTime<Utc>,
    ) -> Result<(), MailedCodeError> {
        let letters = letters(self.commands.ids.secret());
        let presented = PresentedMailedCode::new(&letters);
        let expires_at = at + validity(code.purpose);
        let give_up_at = expires_at.min(at + LONGEST_IN_OUTBOX);
        let new = NewCode {
            code: self.held(code.purpose, code.holder, &presented),
            at,
            expires_at,
            mail: self.new_mail(code.to, message(letters), at, give_up_at),
        };
        self.codes()?.issue(new).await?;
        Ok(())
    }

    pub(super) fn new_mail(
        &self,
        to: &EmailAddress,
        message: MailMessage,
        at: DateTime<Utc>,
        give_up_at: DateTime<Utc>,
    ) -> NewMail {
        let id = self.commands.ids.id();
        let to = to.clone();
        let mail = Mail {
            id,
            to,
            message,
            at,
        };
        NewMail { mail, give_up_at }
    }

    /// Requires a right code. It stays valid until it is redeemed. Attempts are counted for the code, and wrong ones
    /// for the client.
    pub(super) async fn require_mailed_code(
        &self,
        code: HeldCode,
        client: IpAddr,
        at: DateTime<Utc>,
    ) -> Result<(), MailedCodeError> {
        let client = [ThrottleKey::Client(self.logins.throttle_client(client))];
        if let Some(wait) = self.throttle.attempt(&[], &client, at).await? {
            return Err(MailedCodeError::Throttled(wait));
        }
        if self.codes()?.attempt(code, at).await? {
            return Ok(());
        }
        self.throttle.failed(&client, at).await?;
        Err(MailedCodeError::Wrong)
    }

    /// Requires the right code of a password to set, and returns it.
    pub(super) async fn require_code_for_password(
        &self,
        purpose: CodePurpose,
        set: &PasswordByCode,
        at: DateTime<Utc>,
    ) -> Result<HeldCode, MailedCodeError> {
        let code = self.held(purpose, self.holder(&set.email), &set.code);
        self.require_mailed_code(code, set.client, at).await?;
        Ok(code)
    }

    /// A code with its keyed hash.
    pub(super) fn held(
        &self,
        purpose: CodePurpose,
        holder: CodeHolder,
        code: &PresentedMailedCode,
    ) -> HeldCode {
        HeldCode {
            purpose,
            holder,
            hash: self.logins.hash_code(purpose, holder, code.as_str()),
        }
    }

    /// The holder of codes for an address.
    pub(super) fn holder(&self, email: &EmailAddress) -> CodeHolder {
        CodeHolder(self.logins.hash_login(email))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        let typed = |text: &str| PresentedMailedCode::new(text).as_str().to_owned();
        assert_eq!(typed("7kq2-01mr"), "7KQ201MR");
        assert_eq!(typed(" 7KQ2 oLmr "), "7KQ201MR");
        assert_eq!(typed(&"7".repeat(1_000)).len(), LENGTH + 1);
        assert_ne!(typed("7KQ2-01MR-"), typed("7KQ2-01M"));
    }

    proptest! {
        #[test]
        fn a_code_has_two_groups_of_letters_that_are_read_back(random: [u8; 32]) {
            let letters = letters(random);
            prop_assert_eq!(letters.len(), LENGTH + 1);
            let presented = PresentedMailedCode::new(&letters.to_lowercase());
            prop_assert_eq!(presented.as_str(), letters.replace('-', ""));
        }
    }
}
