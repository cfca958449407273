//! Commands on accounts: staff sign-ins, disabling and enabling.

use domain::account::{
    Account, AccountCommand, AccountRefusal, DisableAccount, EnableAccount, Person, RegisterAccount,
};
use domain::{AccountId, ClinicScope, EmailAddress, Reason, Roles};
use event_store::Loaded;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::execute::{Request, Tried, decide, key, unexpected};
use crate::guards::LOGIN_TAKEN;
use crate::identity::Identity;
use crate::{CommandError, Commands, Context, Done};

/// What a command on an account is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReply {
    /// The account.
    pub account: AccountId,
    /// Whether it may sign in.
    pub disabled: bool,
    /// Its version.
    pub version: i64,
}

/// What forbids to register an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewAccountRefusal {
    /// The account's rules.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Somebody else signs in with this e-mail address.
    #[error("the login is taken")]
    LoginTaken,
}

/// An account for somebody who works here and is neither doctor nor patient.
#[derive(Debug, Clone)]
pub struct NewStaffAccount {
    /// What they sign in with.
    pub email: EmailAddress,
    /// And its password.
    pub password: SecretString,
    /// What they may act as.
    pub roles: Roles,
    /// And where.
    pub clinics: ClinicScope,
}

impl Identity {
    /// Registers an account for staff.
    #[instrument(name = "command.account.register", skip_all)]
    pub async fn register_staff(
        &self,
        new: NewStaffAccount,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<NewAccountRefusal>> {
        let account = self.new_account_id();
        let NewStaffAccount {
            email,
            password,
            roles,
            clinics,
        } = new;
        let (by, at, person) = (context.actor, context.at, Person::None);
        let register = RegisterAccount {
            account,
            email,
            roles,
            clinics,
            person,
            by,
            at,
        };
        let unborn = Loaded::<Account>::unborn(&key(account.as_uuid()));
        let decided = decide(unborn, AccountCommand::Register(register))
            .await?
            .map_err(|refusal| CommandError::Refused(NewAccountRefusal::Account(refusal)))?;
        self.keep_password(account, password, at).await?;
        let version = decided.stream.next_version();
        let reply = AccountReply {
            account,
            disabled: false,
            version,
        };
        match self
            .commands
            .append(decided.stream.into(), context, reply)
            .await?
        {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) if constraint == LOGIN_TAKEN => {
                Err(CommandError::Refused(NewAccountRefusal::LoginTaken))
            }
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }
}

impl Commands {
    /// Disables an account; its sessions end within seconds.
    #[instrument(name = "command.account.disable", skip_all)]
    pub async fn disable_account(
        &self,
        account: AccountId,
        reason: Reason,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let command = AccountCommand::Disable(DisableAccount { reason, by, at });
        self.change_account(account, command, context).await
    }

    /// Lets a disabled account sign in again.
    #[instrument(name = "command.account.enable", skip_all)]
    pub async fn enable_account(
        &self,
        account: AccountId,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let command = AccountCommand::Enable(EnableAccount { by, at });
        self.change_account(account, command, context).await
    }

    async fn change_account(
        &self,
        account: AccountId,
        command: AccountCommand,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let request = Request {
            id: key(account.as_uuid()),
            command,
            expected: None,
            context,
        };
        let exists = |state: &Account| match state.registered() {
            Some(_) => Ok(()),
            None => Err(CommandError::NotFound),
        };
        let reply = |state: &Account, version| AccountReply {
            account,
            disabled: state.is_disabled(),
            version,
        };
        self.execute(request, exists, reply).await
    }
}
