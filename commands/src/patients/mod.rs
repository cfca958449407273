//! Commands on patients' cards.

use domain::patient::{
    AddProxy, ChangeContact, Patient, PatientCommand, PatientRefusal, RegisterPatient, RemoveProxy,
};
use domain::{AccountId, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::access::may_see_patient;
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Commands, Context, Done, Target};

type Answer = Result<Done<PatientReply>, CommandError<PatientRefusal>>;

/// The reply of a command on a patient.
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
    /// The name.
    pub name: PersonName,
    /// The date of birth.
    pub birth_date: BirthDate,
    /// The phone number.
    pub phone: Option<PhoneNumber>,
    /// The e-mail address.
    pub email: Option<EmailAddress>,
}

/// A patient's contact details.
#[derive(Debug, Clone)]
pub struct Contact {
    /// The phone number.
    pub phone: Option<PhoneNumber>,
    /// The e-mail address.
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
        let command = new.command(patient, context);
        self.run(context, async |read: ReadSet| {
            let registered = read
                .create::<Patient>(patient)
                .decide(command.clone())
                .await?;
            Ok(propose(patient, registered))
        })
        .await
    }

    /// Replaces a patient's contact details.
    #[instrument(name = "command.patient.change_contact", skip_all)]
    pub async fn change_contact(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        contact: Contact,
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
        self.change_patient(caller, target, command, context).await
    }

    /// Lets an account act for a patient, as a parent does for a child.
    #[instrument(name = "command.patient.add_proxy", skip_all)]
    pub async fn add_proxy(
        &self,
        caller: &Caller,
        patient: PatientId,
        account: AccountId,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = PatientCommand::AddProxy(AddProxy { account, by, at });
        self.change_patient(caller, Target::latest(patient), command, context)
            .await
    }

    /// Ends the right of an account to act for a patient.
    #[instrument(name = "command.patient.remove_proxy", skip_all)]
    pub async fn remove_proxy(
        &self,
        caller: &Caller,
        patient: PatientId,
        account: AccountId,
        context: &Context,
    ) -> Answer {
        let (by, at) = (context.actor, context.at);
        let command = PatientCommand::RemoveProxy(RemoveProxy { account, by, at });
        self.change_patient(caller, Target::latest(patient), command, context)
            .await
    }

    async fn change_patient(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        command: PatientCommand,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let patient = read.load::<Patient>(target.id).await?;
            let part = Part::changed_by(&command);
            may_change(caller, target.id, part, patient.aggregate())?;
            target.check_version(&patient)?;
            Ok(propose(target.id, patient.decide(command.clone()).await?))
        })
        .await
    }
}

/// Proposes what was decided about a patient.
fn propose(
    patient: PatientId,
    decided: Decided<Patient>,
) -> Proposal<PatientReply, PatientRefusal> {
    let version = decided.version();
    Proposal::new(PatientReply { patient, version }).with(decided)
}

/// The parts of a card, by who may change them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The identity and the contact details.
    Card,
    /// The accounts that may act for the patient.
    Proxies,
}

impl Part {
    fn changed_by(command: &PatientCommand) -> Self {
        match command {
            PatientCommand::Register(_) | PatientCommand::ChangeContact(_) => Self::Card,
            PatientCommand::AddProxy(_) | PatientCommand::RemoveProxy(_) => Self::Proxies,
        }
    }
}

/// Checks that the caller may change a part of the card. A proxy acts for the patient and does not choose
/// other proxies: only the patient and the front desk do. For strangers the patient does not exist; proxies
/// are told that they may not.
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
    fn a_patient_who_was_never_registered_cannot_be_changed() {
        let new_stream = Patient::Unregistered;
        let told = may_change(&caller(Role::Admin), patient(), Part::Card, &new_stream);
        assert!(matches!(told, Err(CommandError::NotFound)));
    }
}
