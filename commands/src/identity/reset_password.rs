//! A forgotten password: it is replaced with a code that is mailed to the account's address.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{AccountId, EmailAddress};
use tracing::instrument;

use super::{Identity, MailedCodeError, PasswordByCode};
use crate::Fault;
use crate::ports::{CodePurpose, MailMessage, NewMail, SessionId, SetPassword};

/// The time after which telling of a change of password makes no sense any more.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(1);

impl Identity {
    /// Mails a code to an address whose password is forgotten; if there is no account with a password, a mail that
    /// says so. Both take the same steps, so that neither the answer nor its time tells which.
    ///
    /// # Errors
    /// [`MailedCodeError::NotConfigured`], [`MailedCodeError::Overloaded`], or a fault.
    #[instrument(name = "command.password.forget", skip_all)]
    pub async fn forget_password(&self, email: &EmailAddress) -> Result<(), MailedCodeError> {
        self.require_room_for_mail().await?;
        let account = self.account_with_password(email).await?;
        let message = |code| match account {
            Some(_) => MailMessage::PasswordReset(code),
            None => MailMessage::NoPassword,
        };
        self.mail_code_to(email, CodePurpose::PasswordReset, message)
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
        reset: PasswordByCode,
    ) -> Result<Vec<SessionId>, MailedCodeError> {
        let (at, purpose) = (self.commands.clock.now(), CodePurpose::PasswordReset);
        let code = self.require_code_for_password(purpose, &reset, at).await?;
        let PasswordByCode {
            email, password, ..
        } = reset;
        let account = self.account_with_password(&email).await?;
        let notice = self.new_mail(&email, MailMessage::PasswordChanged, at, at + TOLD_WITHIN);
        let set = SetPassword {
            code,
            account: account.ok_or(MailedCodeError::Wrong)?,
            hash: self.hasher.hash(password.into_secret()).await?,
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
