//! Commands on patients' cards.

use domain::patient::{
    AddProxy, ChangeContact, Patient, PatientCommand, PatientRefusal, RegisterPatient, RemoveProxy,
};
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use event_store::Loaded;
use serde::{Deserialize, Serialize};
use tracing::instrument;

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
    #[instrument(name = "command.patient.register", skip_all)]
    pub async fn register_patient(&self, new: NewPatient, context: &Context) -> Answer {
        let patient = PatientId::from_uuid(self.ids.id());
        let new_stream = Loaded::<Patient>::new_stream(&key(patient.as_uuid()));
        let decided = decide(new_stream, new.command(patient, context))
            .await?
            .map_err(CommandError::Refused)?;
        let reply = PatientReply {
            patient,
            version: decided.stream.next_version(),
        };
        match self.append(decided.stream.into(), context, reply).await? {
            Tried::Done(done) => Ok(done),
            Tried::Again => Err(CommandError::Contended),
            Tried::Taken(constraint) => Err(unexpected(&constraint)),
        }
    }

    /// Replaces how a patient can be reached.
    #[instrument(name = "command.patient.change_contact", skip_all)]
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
    #[instrument(name = "command.patient.add_proxy", skip_all)]
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
    #[instrument(name = "command.patient.remove_proxy", skip_all)]
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
        let part = Part::of(&command);
        let permit = |state: &Patient| may_change(caller, patient, part, state);
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

/// The parts of a card that not everybody may change alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Who the patient is and how they are reached.
    Card,
    /// Who may act for the patient.
    Proxies,
}

impl Part {
    fn of(command: &PatientCommand) -> Self {
        match command {
            PatientCommand::Register(_) | PatientCommand::ChangeContact(_) => Self::Card,
            PatientCommand::AddProxy(_) | PatientCommand::RemoveProxy(_) => Self::Proxies,
        }
    }
}

/// A proxy acts for the patient, but does not choose who else does: only the patient and the front
/// desk say that. Strangers are told that there is no such patient, proxies that they may not.
fn may_change(
    caller: &Caller,
    patient: PatientId,
    part: Part,
    state: &Patient,
) -> Result<(), CommandError<PatientRefusal>> {
    let known = may_see_patient(caller, patient, state.is_proxy(caller.account));
    if !state.is_registered() || !known {
        return Err(CommandError::NotFound);
    }
    if part == Part::Proxies && !may_see_patient(caller, patient, false) {
        return Err(CommandError::Forbidden);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::patient::RegisteredPatient;
    use domain::{ClinicScope, Role};
    use uuid::Uuid;

    use super::*;

    const PARTS: [Part; 2] = [Part::Card, Part::Proxies];

    fn patient() -> PatientId {
        PatientId::from_uuid(Uuid::from_u128(1))
    }

    fn account() -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(2))
    }

    fn caller(role: Role) -> Caller {
        Caller {
            account: account(),
            roles: [role].into(),
            clinics: ClinicScope::Only([].into()),
            patient: None,
            doctor: None,
        }
    }

    fn card(proxies: &[AccountId]) -> Patient {
        Patient::Registered(RegisteredPatient {
            patient: patient(),
            proxies: proxies.iter().copied().collect(),
        })
    }

    #[test]
    fn the_patient_and_the_front_desk_change_every_part_of_a_card() {
        let own = Caller {
            patient: Some(patient()),
            ..caller(Role::Patient)
        };
        for caller in [own, caller(Role::Receptionist), caller(Role::Admin)] {
            for part in PARTS {
                let told = may_change(&caller, patient(), part, &card(&[]));
                assert!(told.is_ok(), "{caller:?}, {part:?}");
            }
        }
    }

    #[test]
    fn a_proxy_changes_the_card_and_names_no_further_proxies() {
        let proxy = caller(Role::Patient);
        let card = card(&[account()]);
        assert!(may_change(&proxy, patient(), Part::Card, &card).is_ok());
        let told = may_change(&proxy, patient(), Part::Proxies, &card);
        assert!(matches!(told, Err(CommandError::Forbidden)));
    }

    #[test]
    fn a_stranger_is_told_that_there_is_no_such_patient() {
        for part in PARTS {
            let told = may_change(&caller(Role::Patient), patient(), part, &card(&[]));
            assert!(matches!(told, Err(CommandError::NotFound)), "{part:?}");
        }
    }

    #[test]
    fn nobody_changes_a_patient_who_was_never_registered() {
        let new_stream = Patient::Unregistered;
        let told = may_change(&caller(Role::Admin), patient(), Part::Card, &new_stream);
        assert!(matches!(told, Err(CommandError::NotFound)));
    }
}
