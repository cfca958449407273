//! Commands on the consents of patients.

use chrono::{DateTime, Utc};
use domain::consent::{
    ConsentCommand, ConsentGiver, ConsentPurpose, ConsentRefusal, Consents, GrantConsent,
    WithdrawConsent,
};
use domain::patient::Patient;
use domain::{Actor, ConsentId, PatientId};
use event_store::{Decided, LoadError, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::authorization::{Action, Authorized, Relation, Resource, authorized};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Commands, Context, Done};

type Answer = Result<Done<ConsentReply>, CommandError<ConsentRefusal>>;

/// The reply of a command on a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentReply {
    /// The consent.
    pub consent: ConsentId,
    /// The patient.
    pub patient: PatientId,
    /// The version of the patient's consents.
    pub version: i64,
}

/// A consent to grant.
#[derive(Debug, Clone, Copy)]
pub struct NewConsent {
    /// The purpose.
    pub purpose: ConsentPurpose,
    /// Its end, if it has one.
    pub until: Option<DateTime<Utc>>,
}

impl Commands {
    /// Returns the consents of a patient, from the log: what was withdrawn anywhere counts no more.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn consents(&self, patient: PatientId) -> Result<Consents, LoadError> {
        self.load(patient).await
    }

    /// Grants a consent. `owner` is the patient as a resource, with the caller's relations as the read models know
    /// them.
    #[instrument(name = "command.consent.grant", skip_all)]
    pub async fn grant_consent(
        &self,
        caller: &Caller,
        new: NewConsent,
        owner: &Resource,
        context: &Context,
    ) -> Answer {
        let consent = ConsentId::from_uuid(self.ids.id());
        let patient = owner.patient.ok_or(CommandError::NotFound)?;
        let NewConsent { purpose, until } = new;
        let grant = |by, given_by| {
            ConsentCommand::Grant(GrantConsent {
                consent,
                patient,
                purpose,
                until,
                given_by,
                by,
                at: context.at,
            })
        };
        self.change_consents(caller, consent, owner, grant, context)
            .await
    }

    /// Withdraws a consent. It counts no more from then on.
    #[instrument(name = "command.consent.withdraw", skip_all)]
    pub async fn withdraw_consent(
        &self,
        caller: &Caller,
        consent: ConsentId,
        owner: &Resource,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let withdraw = |by, _| ConsentCommand::Withdraw(WithdrawConsent { consent, by, at });
        self.change_consents(caller, consent, owner, withdraw, context)
            .await
    }

    async fn change_consents(
        &self,
        caller: &Caller,
        consent: ConsentId,
        owner: &Resource,
        command: impl Fn(Actor, ConsentGiver) -> ConsentCommand + Send + Sync,
        context: &Context,
    ) -> Answer {
        let patient = owner.patient.ok_or(CommandError::NotFound)?;
        self.run(context, async |read: ReadSet| {
            let known: Patient = read.require(patient).await?;
            if !known.is_registered() {
                return Err(CommandError::NotFound);
            }
            // One that was removed on another node is no proxy any more.
            let proxied = owner.proxied && known.is_proxy(caller.account);
            let owner = owner.clone().proxied(proxied);
            let Authorized { role, relation } = authorized(caller, Action::ChangeConsents, &owner)?;
            let by = Actor::account(caller.account, role);
            let consents = read.load::<Consents>(patient).await?;
            let decided = consents.decide(command(by, giver(relation))).await?;
            Ok(propose(consent, patient, decided).acting_as(by))
        })
        .await
    }
}

/// Returns the person who gives a consent, by the caller's relation: the front desk has a signed form.
const fn giver(relation: Relation) -> ConsentGiver {
    match relation {
        Relation::OwnPatient => ConsentGiver::Patient,
        Relation::Proxy => ConsentGiver::Proxy,
        Relation::Unrelated
        | Relation::OwnAccount
        | Relation::OwnDoctor
        | Relation::Clinic
        | Relation::Group
        | Relation::Care
        | Relation::Treatment
        | Relation::BreakGlass => ConsentGiver::SignedForm,
    }
}

fn propose(
    consent: ConsentId,
    patient: PatientId,
    decided: Decided<Consents>,
) -> Proposal<ConsentReply, ConsentRefusal> {
    let reply = ConsentReply {
        consent,
        patient,
        version: decided.version(),
    };
    Proposal::new(reply).with(decided)
}
