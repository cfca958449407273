//! A forgotten password: it is replaced with a code that is mailed to the account's address.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EmailAddress};
use tracing::instrument;

use super::mailed_code::MailedCode;
use super::{Identity, MailedCodeError, NewPassword, PresentedMailedCode};
use crate::Fault;
use crate::ports::{CodePurpose, MailMessage, NewMail, SessionId, SetPassword};

/// The time after which telling of a change of password makes no sense any more.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(1);

/// A new password, with the code that the address was mailed.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// The login.
    pub email: EmailAddress,
    /// The code.
    pub code: PresentedMailedCode,
    /// The password from now on.
    pub new: NewPassword,
    /// The client's address.
    pub client: IpAddr,
}

impl Identity {
    /// Mails a code to an address whose password is forgotten; if there is no account with a password, a mail that
    /// says so. Both take the same steps, so that neither the answer nor its time tells which.
    ///
    /// # Errors
    /// [`MailedCodeError::NotConfigured`], or a fault.
    #[instrument(name = "command.password.forget", skip_all)]
    pub async fn forget_password(&self, email: &EmailAddress) -> Result<(), MailedCodeError> {
        self.codes()?;
        let account = self.account_with_password(email).await?;
        let code = MailedCode {
            purpose: CodePurpose::PasswordReset,
            holder: self.holder(email),
            to: email,
        };
        let message = |code| {
            Some(match account {
                Some(_) => MailMessage::PasswordReset(code),
                None => MailMessage::NoPassword,
            })
        };
        self.mail_code(code, message, self.commands.clock.now())
            .await
    }

    /// Sets the password, and uses the code up, in one step. All sessions end, and are returned; devices are no longer
    /// known, and the owner is told.
    ///
    /// # Errors
    /// [`MailedCodeError`].
    #[instrument(name = "command.password.reset", skip_all)]
    pub async fn reset_password(
        &self,
        reset: ResetPassword,
    ) -> Result<Vec<SessionId>, MailedCodeError> {
        let ResetPassword {
            email,
            code,
            new,
            client,
        } = reset;
        let at = self.commands.clock.now();
        let code = self.held(CodePurpose::PasswordReset, self.holder(&email), &code);
        self.require_mailed_code(code, client, at).await?;
        let account = self.account_with_password(&email).await?;
        let notice = self.new_mail(&email, MailMessage::PasswordChanged, at, at + TOLD_WITHIN);
        let set = SetPassword {
            code,
            account: account.ok_or(MailedCodeError::Wrong)?,
            hash: self.hasher.hash(new.into_secret()).await?,
            notice: Some(notice),
            at,
        };
        let ended = self.codes()?.set_password(set).await?;
        // `None`: the code was used at the same time.
        ended.ok_or(MailedCodeError::Wrong)
    }

    /// The mail that tells the owner of a change of password; `None` if there is no mail, or no address.
    pub(super) async fn notice_of_change(
        &self,
        account: AccountId,
        at: DateTime<Utc>,
    ) -> Result<Option<NewMail>, Fault> {
        if self.codes.is_none() {
            return Ok(None);
        }
        let email = self.address_of(account).await?;
        let notice =
            |email| self.new_mail(&email, MailMessage::PasswordChanged, at, at + TOLD_WITHIN);
        Ok(email.map(notice))
    }

    /// The account that signs in with this address and has a password. It takes as many steps without one.
    async fn account_with_password(
        &self,
        email: &EmailAddress,
    ) -> Result<Option<AccountId>, Fault> {
        let mut accounts = self.accounts_of(email).await?;
        if accounts.is_empty() {
            accounts.push(self.new_account_id());
        }
        for account in accounts {
            if self.credentials.find(account).await?.is_some() {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }
}
