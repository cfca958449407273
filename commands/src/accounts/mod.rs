//! Commands on accounts: staff sign-ins, disabling and enabling.

use domain::account::{
    Account, AccountCommand, AccountRefusal, DisableAccount, EnableAccount, Person, RegisterAccount,
};
use domain::doctor::{Doctor, DoctorCommand, ReinstateDoctor, SuspendDoctor};
use domain::{AccountId, ClinicScope, EmailAddress, Reason, Roles};
use event_store::Loaded;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::basis::Basis;
use crate::claims::LOGIN_TAKEN;
use crate::execute::{Tried, decide, key, unexpected};
use crate::identity::Identity;
use crate::place::Drafted;
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
        let new_stream = Loaded::<Account>::new_stream(&key(account.as_uuid()));
        let decided = decide(new_stream, AccountCommand::Register(register))
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
    /// Disables an account; its sessions end within seconds. If it is a doctor's, no more bookings are
    /// taken for the doctor, from the same moment on.
    #[instrument(name = "command.account.disable", skip_all)]
    pub async fn disable_account(
        &self,
        account: AccountId,
        reason: Reason,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let change = Change {
            account: AccountCommand::Disable(DisableAccount { reason, by, at }),
            doctor: DoctorCommand::Suspend(SuspendDoctor { by, at }),
        };
        self.change_account(account, change, context).await
    }

    /// Lets a disabled account sign in again, and takes bookings for its doctor.
    #[instrument(name = "command.account.enable", skip_all)]
    pub async fn enable_account(
        &self,
        account: AccountId,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let change = Change {
            account: AccountCommand::Enable(EnableAccount { by, at }),
            doctor: DoctorCommand::Reinstate(ReinstateDoctor { by, at }),
        };
        self.change_account(account, change, context).await
    }

    async fn change_account(
        &self,
        account: AccountId,
        change: Change,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        let draft = async |basis: &mut Basis| {
            let id = key(account.as_uuid());
            let loaded = self.store.load::<Account>(&id).await?;
            basis.look(&loaded);
            let person = loaded.aggregate().person().ok_or(CommandError::NotFound)?;
            let decided = decide(loaded, change.account.clone())
                .await?
                .map_err(CommandError::Refused)?;
            let told = AccountReply {
                account,
                disabled: decided.aggregate.is_disabled(),
                version: decided.stream.next_version(),
            };
            let mut streams = vec![decided.stream];
            if let Person::Doctor(doctor) = person {
                let loaded = self.store.load::<Doctor>(&key(doctor.as_uuid())).await?;
                basis.look(&loaded);
                // Refused only if nobody registered the doctor, who takes no bookings then anyway.
                let decided = decide(loaded, change.doctor.clone()).await?;
                streams.extend(decided.ok().map(|decided| decided.stream));
            }
            Ok(Drafted {
                streams,
                places: Vec::new(),
                told,
                taken: None,
            })
        };
        self.place(context, draft).await
    }
}

/// What becomes of an account, and of the doctor whose it is.
struct Change {
    account: AccountCommand,
    doctor: DoctorCommand,
}
