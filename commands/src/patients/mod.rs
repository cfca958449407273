//! Commands on patients' cards.

use domain::patient::{
    AddProxy, ChangeContact, Patient, PatientCommand, PatientRefusal, RegisterPatient, RemoveProxy,
};
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use event_store::Loaded;
use serde::{Deserialize, Serialize};

use crate::access::may_see_patient;
use crate::execute::{Request, Tried, decide, key, unexpected};
use crate::{Caller, CommandError, Commands, Context, Done};

type Answer = Result<Done<PatientReply>, CommandError<PatientRefusal>>;

/// What a command on a patient is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatientReply {
    /// The patient.
    pub patient: PatientId,
    /// Its version.
    pub version: i64,
}

/// A patient to register.
#[derive(Debug, Clone)]
pub struct NewPatient {
    /// Their name.
    pub name: PersonName,
    /// When they were born.
    pub birth_date: BirthDate,
    /// Where they can be called.
    pub phone: Option<PhoneNumber>,
    /// Where they can be written to.
    pub email: Option<EmailAddress>,
}

/// How a patient can be reached.
#[derive(Debug, Clone)]
pub struct Contact {
    /// Where they can be called.
    pub phone: Option<PhoneNumber>,
    /// Where they can be written to.
    pub email: Option<EmailAddress>,
}

impl NewPatient {
    pub(crate) fn command(self, patient: PatientId, context: &Context) -> PatientCommand {
        let Self {
            name,
            birth_date,
            phone,
            email,
        } = self;
        let (by, at) = (context.actor, context.at);
        PatientCommand::Register(RegisterPatient {
            patient,
            name,
            birth_date,
            phone,
            email,
            by,
            at,
        })
    }
}

impl Commands {
    /// Registers a patient who has no account: a walk-in at the front desk, a child.
    pub async fn register_patient(&self, new: NewPatient, context: &Context) -> Answer {
        let patient = PatientId::from_uuid(self.ids.id());
        let unborn = Loaded::<Patient>::unborn(&key(patient.as_uuid()));
        let decided = decide(unborn, new.command(patient, context))
            .await?
            .map_err(CommandError::Refused)?;
        let reply = PatientReply {
            patient,
            version: decided.stream.next_version(),
        };
        match self.append(vec![decided.stream], context, reply).await? {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }

    /// Replaces how a patient can be reached.
    pub async fn change_contact(
        &self,
        (caller, patient): (&Caller, PatientId),
        contact: Contact,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let Contact { phone, email } = contact;
        let (by, at) = (context.actor, context.at);
        let command = PatientCommand::ChangeContact(ChangeContact {
            phone,
            email,
            by,
            at,
        });
        self.change_patient((caller, patient), command, expected, context)
            .await
    }

    /// Lets an account act for a patient, as a parent does for a child.
    pub async fn add_proxy(
        &self,
        (caller, patient): (&Caller, PatientId),
        account: AccountId,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = PatientCommand::AddProxy(AddProxy { account, by, at });
        self.change_patient((caller, patient), command, None, context)
            .await
    }

    /// Ends that.
    pub async fn remove_proxy(
        &self,
        (caller, patient): (&Caller, PatientId),
        account: AccountId,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = PatientCommand::RemoveProxy(RemoveProxy { account, by, at });
        self.change_patient((caller, patient), command, None, context)
            .await
    }

    async fn change_patient(
        &self,
        (caller, patient): (&Caller, PatientId),
        command: PatientCommand,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let permit = |state: &Patient| {
            let known = state.is_registered()
                && may_see_patient(caller, patient, state.is_proxy(caller.account));
            if known {
                Ok(())
            } else {
                Err(CommandError::NotFound)
            }
        };
        let request = Request {
            id: key(patient.as_uuid()),
            command,
            expected,
            context,
        };
        self.execute(request, permit, |_, version| PatientReply {
            patient,
            version,
        })
        .await
    }
}
