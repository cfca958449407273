//! A doctor joins: the doctor and the account to sign in with, in one append.

use std::collections::BTreeSet;

use domain::account::{Account, AccountCommand, AccountRefusal, Person, RegisterAccount};
use domain::doctor::{Doctor, DoctorCommand, DoctorRefusal, RegisterDoctor};
use domain::{ClinicScope, DoctorId, EmailAddress, Language, PersonName, Role, Specialisation};
use event_store::Loaded;
use secrecy::SecretString;
use tracing::instrument;

use super::DoctorReply;
use crate::claims::LOGIN_TAKEN;
use crate::execute::{Tried, decide, key, unexpected};
use crate::identity::Identity;
use crate::{CommandError, Context, Done};

/// A doctor to register.
#[derive(Debug, Clone)]
pub struct NewDoctor {
    /// Their name.
    pub name: PersonName,
    /// What they practise.
    pub specialisations: BTreeSet<Specialisation>,
    /// What they speak.
    pub languages: BTreeSet<Language>,
    /// What they sign in with.
    pub email: EmailAddress,
    /// And its password.
    pub password: SecretString,
}

/// What forbids to register a doctor with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DoctorAccountRefusal {
    /// The doctor's own rules.
    #[error(transparent)]
    Doctor(DoctorRefusal),
    /// The account's rules.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Somebody else signs in with this e-mail address.
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
        let NewDoctor {
            name,
            specialisations,
            languages,
            email,
            password,
        } = new;
        let (by, at) = (context.actor, context.at);
        let doctor = DoctorId::from_uuid(self.commands.ids.id());
        let register = RegisterDoctor {
            doctor,
            name,
            specialisations,
            languages,
            by,
            at,
        };
        let new_stream = Loaded::<Doctor>::new_stream(&key(doctor.as_uuid()));
        let joined = decide(new_stream, DoctorCommand::Register(register))
            .await?
            .map_err(|refusal| CommandError::Refused(DoctorAccountRefusal::Doctor(refusal)))?;
        let account = self.new_account_id();
        let register = RegisterAccount {
            account,
            email,
            roles: [Role::Doctor].into(),
            clinics: ClinicScope::All,
            person: Person::Doctor(doctor),
            by,
            at,
        };
        let new_stream = Loaded::<Account>::new_stream(&key(account.as_uuid()));
        let signed_up = decide(new_stream, AccountCommand::Register(register))
            .await?
            .map_err(|refusal| CommandError::Refused(DoctorAccountRefusal::Account(refusal)))?;
        self.keep_password(account, password, at).await?;
        let reply = DoctorReply {
            doctor,
            version: joined.stream.next_version(),
        };
        match self
            .commands
            .append(vec![joined.stream, signed_up.stream].into(), context, reply)
            .await?
        {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) if constraint == LOGIN_TAKEN => {
                Err(CommandError::Refused(DoctorAccountRefusal::LoginTaken))
            }
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }
}
