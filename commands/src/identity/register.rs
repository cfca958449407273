//! A patient signs up: the patient's card and the account, in one append.

use domain::account::{Account, AccountCommand, AccountRefusal, Person, RegisterAccount};
use domain::patient::{Patient, PatientRefusal};
use domain::{AccountId, Actor, ClinicScope, EmailAddress, PatientId, Role};
use event_store::ReadSet;
use serde::{Deserialize, Serialize};
use tracing::instrument;

use super::{Identity, NewLogin, NewPassword};
use crate::claims::LOGIN_TAKEN;
use crate::patients::NewPatient;
use crate::proposal::Proposal;
use crate::{CommandError, Context, Done};

/// A patient who signs up.
#[derive(Debug, Clone)]
pub struct NewPatientAccount {
    /// The patient's card.
    pub patient: NewPatient,
    /// The login.
    pub email: EmailAddress,
    /// The password.
    pub password: NewPassword,
}

/// The reply of a sign-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredPatient {
    /// The account.
    pub account: AccountId,
    /// The patient.
    pub patient: PatientId,
    /// The patient's version.
    pub version: i64,
}

/// The refusal of a sign-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRefusal {
    /// The patient's rules.
    #[error(transparent)]
    Patient(PatientRefusal),
    /// The account's rules.
    #[error(transparent)]
    Account(AccountRefusal),
    /// Another account has this e-mail address.
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
        let patient = PatientId::from_uuid(self.commands.ids.id());
        let actor = Actor::account(account, Role::Patient);
        let context = Context {
            actor,
            idempotency: None,
            ..context.clone()
        };
        let register = new.patient.command(patient, &context);
        let sign_up = RegisterAccount {
            account,
            email: new.email,
            roles: [Role::Patient].into(),
            clinics: ClinicScope::Only([].into()),
            person: Person::Patient(patient),
            invited: false,
            by: actor,
            at: context.at,
        };
        let login = NewLogin::new(self, &sign_up, Some(new.password));
        let sign_up = AccountCommand::Register(sign_up);
        let register = async |read: ReadSet| {
            login.store(RegisterRefusal::LoginTaken).await?;
            let registered = read
                .create::<Patient>(patient)
                .decide(register.clone())
                .await;
            let registered = registered.map_err(|error| error.map(RegisterRefusal::Patient))?;
            let signed_up = read
                .create::<Account>(account)
                .decide(sign_up.clone())
                .await;
            let signed_up = signed_up.map_err(|error| error.map(RegisterRefusal::Account))?;
            let reply = RegisteredPatient {
                account,
                patient,
                version: registered.version(),
            };
            Ok(Proposal::new(reply)
                .with(registered)
                .with(signed_up)
                .on_violation(LOGIN_TAKEN, RegisterRefusal::LoginTaken))
        };
        login
            .conclude(self.commands.run(&context, register).await)
            .await
    }
}
