//! A patient signs up: the patient's card and the account, in one append.

use domain::account::{Account, AccountCommand, AccountRefusal, Person, RegisterAccount};
use domain::patient::{Patient, PatientRefusal};
use domain::{AccountId, Actor, ClinicScope, EmailAddress, PatientId, Role};
use event_store::Loaded;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::Identity;
use crate::claims::LOGIN_TAKEN;
use crate::execute::{Tried, decide, key, unexpected};
use crate::patients::NewPatient;
use crate::{CommandError, Context, Done};

/// Somebody who signs up as a patient.
#[derive(Debug, Clone)]
pub struct NewPatientAccount {
    /// Who they are.
    pub patient: NewPatient,
    /// What they sign in with.
    pub email: EmailAddress,
    /// And its password.
    pub password: SecretString,
}

/// What a sign-up led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredPatient {
    /// The account.
    pub account: AccountId,
    /// The patient.
    pub patient: PatientId,
    /// The patient's version.
    pub version: i64,
}

/// What forbids a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRefusal {
    /// The patient's rules.
    #[error(transparent)]
    Patient(PatientRefusal),
    /// The account's rules.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Somebody signs in with this e-mail address already.
    #[error("the login is taken")]
    LoginTaken,
}

impl Identity {
    /// Signs a patient up. They act by themselves from the first event on.
    #[instrument(name = "command.patient.sign_up", skip_all)]
    pub async fn register_patient_account(
        &self,
        new: NewPatientAccount,
        context: &Context,
    ) -> Result<Done<RegisteredPatient>, CommandError<RegisterRefusal>> {
        let account = self.new_account_id();
        let actor = Actor::account(account, Role::Patient);
        let context = Context {
            actor,
            idempotency: None,
            ..context.clone()
        };
        let patient = PatientId::from_uuid(self.commands.ids.id());
        let NewPatientAccount {
            patient: card,
            email,
            password,
        } = new;
        let new_stream = Loaded::<Patient>::new_stream(&key(patient.as_uuid()));
        let joined = decide(new_stream, card.command(patient, &context))
            .await?
            .map_err(|refusal| CommandError::Refused(RegisterRefusal::Patient(refusal)))?;
        let register = RegisterAccount {
            account,
            email,
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            person: Person::Patient(patient),
            by: actor,
            at: context.at,
        };
        let new_stream = Loaded::<Account>::new_stream(&key(account.as_uuid()));
        let signed_up = decide(new_stream, AccountCommand::Register(register))
            .await?
            .map_err(|refusal| CommandError::Refused(RegisterRefusal::Account(refusal)))?;
        self.keep_password(account, password, context.at).await?;
        let version = joined.stream.next_version();
        let reply = RegisteredPatient {
            account,
            patient,
            version,
        };
        let streams = vec![joined.stream, signed_up.stream];
        match self
            .commands
            .append(streams.into(), &context, reply)
            .await?
        {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) if constraint == LOGIN_TAKEN => {
                Err(CommandError::Refused(RegisterRefusal::LoginTaken))
            }
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }
}
