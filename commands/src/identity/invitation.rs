//! Invitations: staff set their first password with a code that is mailed, so that an admin never knows it.

use domain::AccountId;
use tracing::instrument;

use super::mailed_code::MailedCode;
use super::{Identity, MailedCodeError, PasswordByCode};
use crate::Fault;
use crate::ports::{CodePurpose, MailMessage, SetPassword};

/// The refusal to invite.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// There is no mail, or a fault.
    #[error(transparent)]
    Code(#[from] MailedCodeError),
    /// There is no such account, or its person was erased.
    #[error("there is no such account")]
    NotFound,
    /// The account has a password.
    #[error("the invitation was accepted")]
    Accepted,
}

impl Identity {
    /// Returns an error if invitations can't be mailed.
    ///
    /// # Errors
    /// [`MailedCodeError::NotConfigured`].
    pub fn require_mail(&self) -> Result<(), MailedCodeError> {
        self.codes().map(|_| ())
    }

    /// Mails an invitation to an account without a password, unless one was mailed a moment ago.
    ///
    /// # Errors
    /// [`InvitationError`].
    #[instrument(name = "command.account.invite", skip_all)]
    pub async fn invite(&self, account: AccountId) -> Result<(), InvitationError> {
        self.codes()?;
        let email = self.address_of(account).await.map_err(fault)?;
        let email = email.ok_or(InvitationError::NotFound)?;
        if self.has_password(account).await.map_err(fault)? {
            return Err(InvitationError::Accepted);
        }
        let code = MailedCode {
            purpose: CodePurpose::Invitation,
            holder: self.holder(&email),
            to: &email,
        };
        let at = self.commands.clock.now();
        Ok(self.mail_code(code, MailMessage::Invitation, at).await?)
    }

    /// Sets the first password, and uses the code up, in one step.
    ///
    /// # Errors
    /// [`MailedCodeError`].
    #[instrument(name = "command.account.accept_invitation", skip_all)]
    pub async fn accept_invitation(&self, accept: PasswordByCode) -> Result<(), MailedCodeError> {
        let (at, purpose) = (self.commands.clock.now(), CodePurpose::Invitation);
        let code = self.require_code_for_password(purpose, &accept, at).await?;
        let account = self.account_of(&accept.email).await?;
        let set = SetPassword {
            code,
            account: account.ok_or(MailedCodeError::Wrong)?,
            hash: self.hasher.hash(accept.password.into_secret()).await?,
            notice: None,
            at,
        };
        let set = self.codes()?.set_first_password(set).await?;
        if set {
            Ok(())
        } else {
            Err(MailedCodeError::Wrong)
        }
    }

    async fn has_password(&self, account: AccountId) -> Result<bool, Fault> {
        Ok(self.credentials.find(account).await?.is_some())
    }
}

fn fault(fault: Fault) -> InvitationError {
    InvitationError::Code(fault.into())
}
