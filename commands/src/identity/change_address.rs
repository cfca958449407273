//! Change of the address that an account signs in with: the new address and the present one both confirm.

use std::net::IpAddr;
use std::time::Duration;

use domain::account::{
    Account, AccountCommand, AccountEvent, ChangeAddress as ChangeAddressCommand,
};
use domain::{AccountId, EmailAddress};
use event_store::ReadSet;
use tracing::instrument;

use super::mailed_code::MailedCode;
use super::{Identity, MailedCodeError, PresentedMailedCode, PresentedPassword, SecondFactorError};
use crate::accounts::{AccountReply, NewAccountRefusal};
use crate::claims::LOGIN_TAKEN;
use crate::ports::{CodePurpose, MailMessage};
use crate::proposal::Proposal;
use crate::{CommandError, Context, Done, Fault};

/// A change of address, with the codes that both addresses were mailed.
#[derive(Debug, Clone)]
pub struct ChangeAddress {
    /// The account.
    pub account: AccountId,
    /// The address from now on.
    pub email: EmailAddress,
    /// The code that it was mailed.
    pub code: PresentedMailedCode,
    /// The code that the present address was mailed.
    pub present_code: PresentedMailedCode,
    /// The client's address.
    pub client: IpAddr,
}

/// The failure of a change of address.
#[derive(Debug, thiserror::Error)]
pub enum ChangeAddressError {
    /// One of the codes.
    #[error(transparent)]
    Code(#[from] MailedCodeError),
    /// The password is not the account's.
    #[error("the password is not the current one")]
    WrongPassword,
    /// Too many failures lately.
    #[error("too many failed attempts")]
    Throttled(Duration),
    /// The account has this address.
    #[error("it is the present address")]
    SameAddress,
    /// The change itself.
    #[error(transparent)]
    Change(#[from] CommandError<NewAccountRefusal>),
}

impl Identity {
    /// Mails codes to the new and to the present address. If the new one has an account, it gets a mail that says so.
    ///
    /// # Errors
    /// [`ChangeAddressError`].
    #[instrument(name = "command.account.begin_change_of_address", skip_all)]
    pub async fn begin_change_of_address(
        &self,
        account: AccountId,
        email: &EmailAddress,
        password: &PresentedPassword,
    ) -> Result<(), ChangeAddressError> {
        self.codes()?;
        self.require_password(account, password).await?;
        let present = self.other_address(account, email).await?;
        let is_known = !self.accounts_of(email).await.map_err(fault)?.is_empty();
        let at = self.commands.clock.now();
        let new = MailedCode {
            purpose: CodePurpose::NewAddress,
            holder: self.holder(email),
            to: email,
        };
        let message = |code| {
            if is_known {
                MailMessage::AlreadyRegistered
            } else {
                MailMessage::NewAddress(code)
            }
        };
        self.mail_code(new, message, at).await?;
        let old = MailedCode {
            purpose: CodePurpose::PresentAddress,
            holder: self.holder(&present),
            to: &present,
        };
        Ok(self.mail_code(old, MailMessage::PresentAddress, at).await?)
    }

    /// Changes the address. The codes are used up only then: after a failure they can be sent again.
    ///
    /// # Errors
    /// [`ChangeAddressError`].
    #[instrument(name = "command.account.change_address", skip_all)]
    pub async fn change_address(
        &self,
        change: ChangeAddress,
        context: &Context,
    ) -> Result<Done<AccountReply>, ChangeAddressError> {
        let ChangeAddress {
            account,
            email,
            code,
            present_code,
            client,
        } = change;
        let present = self.other_address(account, &email).await?;
        let codes = [
            self.held(CodePurpose::NewAddress, self.holder(&email), &code),
            self.held(
                CodePurpose::PresentAddress,
                self.holder(&present),
                &present_code,
            ),
        ];
        for code in codes {
            self.require_mailed_code(code, client, context.at).await?;
        }
        let changed = self.set_address(account, email, context).await?;
        for code in codes {
            self.codes()?
                .redeem(code, context.at)
                .await
                .map_err(fault)?;
        }
        Ok(changed)
    }

    async fn set_address(
        &self,
        account: AccountId,
        email: EmailAddress,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<NewAccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let command = AccountCommand::ChangeAddress(ChangeAddressCommand { email, by, at });
        let change = async |read: ReadSet| {
            let loaded = read.load::<Account>(account).await?;
            let changed = loaded.decide(command.clone()).await;
            let changed = changed.map_err(|error| error.map(NewAccountRefusal::Account))?;
            Ok(Proposal::new(AccountReply::new(account, &changed))
                .with(changed)
                .on_violation(LOGIN_TAKEN, NewAccountRefusal::LoginTaken))
        };
        self.commands.run(context, change).await
    }

    /// The present address of an account, which is another one than `email`.
    async fn other_address(
        &self,
        account: AccountId,
        email: &EmailAddress,
    ) -> Result<EmailAddress, ChangeAddressError> {
        let present = self.address_of(account).await.map_err(fault)?;
        match present {
            None => Err(ChangeAddressError::Change(CommandError::NotFound)),
            Some(present) if present == *email => Err(ChangeAddressError::SameAddress),
            Some(present) => Ok(present),
        }
    }

    /// The address that an account signs in with, from the log; `None` if there is no such account, or its person was
    /// erased.
    pub async fn address_of(&self, account: AccountId) -> Result<Option<EmailAddress>, Fault> {
        let id = account.to_string();
        let events = self.commands.store.read_events::<Account>(&id).await;
        let events = events.map_err(Fault::doing("reading an address"))?;
        let address = |event: &AccountEvent| match event {
            AccountEvent::Registered(registered) => {
                Some(registered.phi.clear().map(|phi| phi.email.clone()))
            }
            AccountEvent::AddressChanged(changed) => {
                Some(changed.phi.clear().map(|phi| phi.email.clone()))
            }
            AccountEvent::Disabled(_) | AccountEvent::Enabled(_) => None,
            AccountEvent::Erased(_) => Some(None),
        };
        Ok(events.iter().rev().find_map(address).flatten())
    }
}

fn fault(fault: Fault) -> ChangeAddressError {
    ChangeAddressError::Code(fault.into())
}

impl From<SecondFactorError> for ChangeAddressError {
    fn from(error: SecondFactorError) -> Self {
        match error {
            SecondFactorError::Throttled(wait) => Self::Throttled(wait),
            SecondFactorError::Fault(error) => fault(error),
            SecondFactorError::WrongPassword
            | SecondFactorError::WrongCode
            | SecondFactorError::AlreadySet
            | SecondFactorError::NotSet => Self::WrongPassword,
        }
    }
}
