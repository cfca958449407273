//! Commands on patients' cards.

use domain::account::Account;
use domain::patient::{
    AddProxy, ChangeContact, ChangeProfile, Patient, PatientCommand, PatientRefusal, ProfileChange,
    ProxyEvidence, RecordIllnesses, RegisterPatient, RemoveProxy,
};
use domain::{
    AccountId, Actor, BirthDate, EmailAddress, KnownIllnesses, PatientId, PersonName, PhoneNumber,
    Role,
};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::authorization::{Action, Resource, authorize};
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

/// An account that will act for a patient.
#[derive(Debug, Clone, Copy)]
pub struct NewProxy {
    /// The account.
    pub account: AccountId,
    /// Evidence that the staff has seen.
    pub evidence: Option<ProxyEvidence>,
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
        let at = context.at;
        let command = move |by| {
            let Contact { phone, email } = contact.clone();
            PatientCommand::ChangeContact(ChangeContact {
                phone,
                email,
                by,
                at,
            })
        };
        let action = Action::ChangePatient;
        self.change_patient(caller, target, action, command, context)
            .await
    }

    /// Changes some fields of a patient's profile; the others stay.
    #[instrument(name = "command.patient.change_profile", skip_all)]
    pub async fn change_profile(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        change: ProfileChange,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let command = move |by| {
            let change = change.clone();
            PatientCommand::ChangeProfile(ChangeProfile { change, by, at })
        };
        let action = Action::ChangeProfile;
        self.change_patient(caller, target, action, command, context)
            .await
    }

    /// Records the illnesses that a patient is known to have, all of them. `owner` is the patient as a resource, with the
    /// caller's relations as the read models know them: they may be behind, and then hide a patient.
    #[instrument(name = "command.patient.record_illnesses", skip_all)]
    pub async fn record_illnesses(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        illnesses: KnownIllnesses,
        owner: Resource,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let command = move |by| {
            let illnesses = illnesses.clone();
            PatientCommand::RecordIllnesses(RecordIllnesses { illnesses, by, at })
        };
        let action = PatientAction {
            action: Action::RecordIllnesses,
            owner: Some(owner),
        };
        self.change_patient(caller, target, action, command, context)
            .await
    }

    /// Lets an account act for a patient, as a parent does for a child.
    #[instrument(name = "command.patient.add_proxy", skip_all)]
    pub async fn add_proxy(
        &self,
        caller: &Caller,
        patient: PatientId,
        proxy: NewProxy,
        context: &Context,
    ) -> Answer {
        let NewProxy { account, evidence } = proxy;
        let proxy: Account = self.load(account).await?;
        let is_patient = proxy.has_role(Role::Patient);
        let at = context.at;
        let command = move |by| {
            PatientCommand::AddProxy(AddProxy {
                account,
                is_patient,
                evidence,
                by,
                at,
            })
        };
        let (target, action) = (Target::latest(patient), Action::ChangeProxies);
        self.change_patient(caller, target, action, command, context)
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
        let at = context.at;
        let command = move |by| PatientCommand::RemoveProxy(RemoveProxy { account, by, at });
        let (target, action) = (Target::latest(patient), Action::ChangeProxies);
        self.change_patient(caller, target, action, command, context)
            .await
    }

    /// Runs the command that `command` makes for the actor that the caller is in the action.
    async fn change_patient(
        &self,
        caller: &Caller,
        target: Target<PatientId>,
        action: impl Into<PatientAction>,
        command: impl Fn(Actor) -> PatientCommand + Send + Sync,
        context: &Context,
    ) -> Answer {
        let PatientAction { action, owner } = action.into();
        self.run(context, async |read: ReadSet| {
            let patient = read.load::<Patient>(target.id).await?;
            let state = patient.aggregate();
            if !state.is_registered() {
                return Err(CommandError::NotFound);
            }
            let is_proxy = state.is_proxy(caller.account);
            let card = match &owner {
                // One that was removed on another node is no proxy any more.
                Some(owner) => owner.clone().proxied(owner.proxied && is_proxy),
                None => Resource::of_patient(target.id).proxied(is_proxy),
            };
            let by = Actor::account(caller.account, authorize(caller, action, &card)?);
            target.check_version(&patient)?;
            let decided = patient.decide(command(by)).await?;
            Ok(propose(target.id, decided).acting_as(by))
        })
        .await
    }
}

/// An action on a patient's card, with the patient as a resource if more matters than who the caller is.
struct PatientAction {
    action: Action,
    owner: Option<Resource>,
}

impl From<Action> for PatientAction {
    fn from(action: Action) -> Self {
        Self {
            action,
            owner: None,
        }
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
