//! Commands on accounts: staff sign-ins, disabling and enabling, erasure of a person.

use domain::account::{
    Account, AccountCommand, AccountRefusal, DisableAccount, EnableAccount, EraseAccount, Person,
    RegisterAccount,
};
use domain::doctor::{Doctor, DoctorCommand, ReinstateDoctor, SuspendDoctor};
use domain::{AccountId, ClinicScope, EmailAddress, Reason, Roles, SubjectId};
use event_store::{DecideError, Decided, Erased, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;
use uuid::Uuid;

use crate::claims::{LOGIN_SPACE, LOGIN_TAKEN};
use crate::identity::{Identity, NewLogin, NewPassword};
use crate::proposal::Proposal;
use crate::{CommandError, Commands, Context, Done, Fault};

/// The reply of a command on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountReply {
    /// The account.
    pub account: AccountId,
    /// True if it may not sign in.
    pub disabled: bool,
    /// Its version.
    pub version: i64,
}

/// The refusal of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewAccountRefusal {
    /// A rule of accounts forbids it.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Another account has this e-mail address.
    #[error("the login is taken")]
    LoginTaken,
}

/// An account for staff who are neither doctor nor patient.
#[derive(Debug, Clone)]
pub struct NewStaffAccount {
    /// The login.
    pub email: EmailAddress,
    /// The password; without one the holder is invited by mail to set it.
    pub password: Option<NewPassword>,
    /// The roles.
    pub roles: Roles,
    /// The clinics.
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
        let (by, at) = (context.actor, context.at);
        let command = RegisterAccount {
            account,
            email: new.email,
            roles: new.roles,
            clinics: new.clinics,
            person: Person::None,
            invited: new.password.is_none(),
            by,
            at,
        };
        let login = NewLogin::new(self, &command, new.password);
        let command = AccountCommand::Register(command);
        let register = async |read: ReadSet| {
            login.store(NewAccountRefusal::LoginTaken).await?;
            let registered = read
                .create::<Account>(account)
                .decide(command.clone())
                .await;
            let registered = registered.map_err(|error| error.map(NewAccountRefusal::Account))?;
            Ok(Proposal::new(AccountReply::new(account, &registered))
                .with(registered)
                .on_violation(LOGIN_TAKEN, NewAccountRefusal::LoginTaken))
        };
        login
            .conclude(self.commands.run(context, register).await)
            .await
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

    /// Erases a person: their accounts end, and with them their sessions; then the key of their data is destroyed. If
    /// the program dies in between, a repeated call continues.
    #[instrument(name = "command.person.erase", skip_all)]
    pub async fn erase_person(
        &self,
        subject: SubjectId,
        context: &Context,
    ) -> Result<Erased, CommandError<AccountRefusal>> {
        let (by, at) = (context.actor, context.at);
        let holders = self
            .store
            .holders_of_subject(LOGIN_SPACE, subject.as_uuid())
            .await?;
        for holder in holders {
            let account = holder.parse::<Uuid>().map(AccountId::from_uuid);
            let account = account.map_err(Fault::doing("reading who holds a login"))?;
            let change = Change {
                account: AccountCommand::Erase(EraseAccount { by, at }),
                doctor: DoctorCommand::Suspend(SuspendDoctor { by, at }),
            };
            self.change_account(account, change, context).await?;
        }
        let erased = self.store.sealing().erase(subject.as_uuid()).await;
        Ok(erased.map_err(Fault::doing("destroying the key of a person"))?)
    }

    async fn change_account(
        &self,
        account: AccountId,
        change: Change,
        context: &Context,
    ) -> Result<Done<AccountReply>, CommandError<AccountRefusal>> {
        self.run(context, async |read: ReadSet| {
            let loaded = read.load::<Account>(account).await?;
            let person = loaded.aggregate().person().ok_or(CommandError::NotFound)?;
            let changed = loaded.decide(change.account.clone()).await?;
            let proposal = Proposal::new(AccountReply::new(account, &changed)).with(changed);
            let Person::Doctor(doctor) = person else {
                return Ok(proposal);
            };
            let doctor = read.load::<Doctor>(doctor).await?;
            match doctor.decide(change.doctor.clone()).await {
                Ok(changed) => Ok(proposal.with(changed)),
                // Only a doctor who was never registered refuses, and takes no bookings anyway.
                Err(DecideError::Refused(_)) => Ok(proposal),
                Err(DecideError::Unserialisable(error)) => Err(error.into()),
            }
        })
        .await
    }
}

impl AccountReply {
    /// The reply of what was decided.
    pub(crate) fn new(account: AccountId, decided: &Decided<Account>) -> Self {
        Self {
            account,
            disabled: decided.aggregate.is_disabled(),
            version: decided.version(),
        }
    }
}

/// The commands on an account and on the doctor that it belongs to.
struct Change {
    account: AccountCommand,
    doctor: DoctorCommand,
}
