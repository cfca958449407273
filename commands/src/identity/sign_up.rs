//! A patient signs up: with an address first, and once its mail was read, with everything else.
//!
//! Until then there is no account, no card and no reservation of the address: an address that is not verified holds
//! nothing, and a stranger cannot keep it from its owner. The reader of the mail chooses the password.

use std::net::IpAddr;

use domain::EmailAddress;
use tracing::instrument;

use super::{
    Identity, MailedCodeError, NewPatientAccount, PresentedMailedCode, RegisterRefusal,
    RegisteredPatient,
};
use crate::ports::{CodePurpose, MailMessage};
use crate::{CommandError, Context, Done, Fault};

/// A sign-up with the code that its address was mailed.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The patient and the account.
    pub new: NewPatientAccount,
    /// The code.
    pub code: PresentedMailedCode,
    /// The client's address.
    pub client: IpAddr,
}

/// The failure of a sign-up.
#[derive(Debug, thiserror::Error)]
pub enum SignUpError {
    /// The code.
    #[error(transparent)]
    Code(#[from] MailedCodeError),
    /// The registration.
    #[error(transparent)]
    Register(#[from] CommandError<RegisterRefusal>),
}

impl Identity {
    /// Mails a code to an address that is to sign up; if it has an account, a mail that says so. Both take the same
    /// steps, so that neither the answer nor its time tells which.
    ///
    /// # Errors
    /// [`MailedCodeError::NotConfigured`], [`MailedCodeError::Overloaded`], or a fault.
    #[instrument(name = "command.sign_up.begin", skip_all)]
    pub async fn begin_sign_up(&self, email: &EmailAddress) -> Result<(), MailedCodeError> {
        self.require_room_for_mail().await?;
        let is_known = !self.accounts_of(email).await?.is_empty();
        let message = |code| {
            if is_known {
                MailMessage::AlreadyRegistered
            } else {
                MailMessage::SignUp(code)
            }
        };
        self.mail_code_to(email, CodePurpose::SignUp, message).await
    }

    /// Registers the patient and the account. The code is used up only then: after a failure it can be sent again.
    ///
    /// # Errors
    /// [`SignUpError`].
    #[instrument(name = "command.sign_up.complete", skip_all)]
    pub async fn complete_sign_up(
        &self,
        sign_up: SignUp,
        context: &Context,
    ) -> Result<Done<RegisteredPatient>, SignUpError> {
        let SignUp { new, code, client } = sign_up;
        let holder = self.holder(&new.email);
        let code = self.held(CodePurpose::SignUp, holder, &code);
        self.require_mailed_code(code, client, context.at).await?;
        let registered = self.register_patient_account(new, context).await?;
        let redeemed = self.codes()?.redeem(code, context.at).await;
        redeemed.map(|_| registered).map_err(fault)
    }
}

fn fault(fault: Fault) -> SignUpError {
    SignUpError::Code(fault.into())
}
