//! A doctor joins: the doctor and the account to sign in with, in one append.

use std::collections::BTreeSet;

use domain::account::{Account, AccountCommand, AccountRefusal, Person, RegisterAccount};
use domain::doctor::{Doctor, DoctorCommand, DoctorRefusal, RegisterDoctor};
use domain::{ClinicScope, DoctorId, EmailAddress, Language, PersonName, Role, Specialisation};
use event_store::ReadSet;
use tracing::instrument;

use super::DoctorReply;
use crate::claims::LOGIN_TAKEN;
use crate::identity::{Identity, NewLogin, NewPassword};
use crate::proposal::Proposal;
use crate::{CommandError, Context, Done};

/// A doctor to register.
#[derive(Debug, Clone)]
pub struct NewDoctor {
    /// The name.
    pub name: PersonName,
    /// The specialisations.
    pub specialisations: BTreeSet<Specialisation>,
    /// The languages.
    pub languages: BTreeSet<Language>,
    /// The login.
    pub email: EmailAddress,
    /// The password; without one they are invited by mail to set it.
    pub password: Option<NewPassword>,
}

/// The refusal to register a doctor with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DoctorAccountRefusal {
    /// The doctor's own rules.
    #[error(transparent)]
    Doctor(DoctorRefusal),
    /// The account's rules.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Another account has this e-mail address.
    #[error("the login is taken")]
    LoginTaken,
}

impl Identity {
    /// Registers a doctor and their account.
    #[instrument(name = "command.doctor.register", skip_all)]
    pub async fn register_doctor(
        &self,
        new: NewDoctor,
        context: &Context,
    ) -> Result<Done<DoctorReply>, CommandError<DoctorAccountRefusal>> {
        let doctor = DoctorId::from_uuid(self.commands.ids.id());
        let account = self.new_account_id();
        let (by, at) = (context.actor, context.at);
        let register = DoctorCommand::Register(RegisterDoctor {
            doctor,
            name: new.name,
            specialisations: new.specialisations,
            languages: new.languages,
            by,
            at,
        });
        let sign_up = RegisterAccount {
            account,
            email: new.email,
            roles: [Role::Doctor].into(),
            clinics: ClinicScope::All,
            person: Person::Doctor(doctor),
            invited: new.password.is_none(),
            by,
            at,
        };
        let login = NewLogin::new(self, &sign_up, new.password);
        let sign_up = AccountCommand::Register(sign_up);
        let register = async |read: ReadSet| {
            login.store(DoctorAccountRefusal::LoginTaken).await?;
            let registered = read.create::<Doctor>(doctor).decide(register.clone()).await;
            let registered = registered.map_err(|error| error.map(DoctorAccountRefusal::Doctor))?;
            let signed_up = read
                .create::<Account>(account)
                .decide(sign_up.clone())
                .await;
            let signed_up = signed_up.map_err(|error| error.map(DoctorAccountRefusal::Account))?;
            let version = registered.version();
            Ok(Proposal::new(DoctorReply { doctor, version })
                .with(registered)
                .with(signed_up)
                .on_violation(LOGIN_TAKEN, DoctorAccountRefusal::LoginTaken))
        };
        login
            .conclude(self.commands.run(context, register).await)
            .await
    }
}
