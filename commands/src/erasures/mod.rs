//! Commands on the erasure of a person: requested by one, approved by another, and carried out by a timer.
//!
//! [`carry_out`](Erasures::carry_out) repeats what an attempt that was cut off has begun: each of its steps may run twice.

mod carry_out;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::erasure::{
    ApproveErasure, Counts, Erasure, ErasureCommand, ErasureRefusal, ErasureStatus, KeyFingerprint,
    LiftLegalHold, PlaceLegalHold, RefuseErasure, RequestErasure, WithdrawErasure,
};
use domain::patient::Patient;
use domain::{Actor, PatientId, Reason, SubjectId};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::authorization::{Action, Resource, authorize};
use crate::ports::ErasableData;
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Commands, Context, Done, Fault};

/// Everything that erasing persons needs.
#[derive(Clone)]
pub struct Erasures {
    commands: Commands,
    data: Arc<dyn ErasableData>,
    /// The time for which keyrings of backups are kept.
    keyrings_kept: TimeDelta,
}

/// The reply of a command on an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReply {
    /// The patient.
    pub patient: PatientId,
    /// The status.
    pub status: ErasureStatus,
    /// True while a legal hold is in force.
    pub on_hold: bool,
    /// The version of the erasure.
    pub version: i64,
}

type Refused = CommandError<ErasureRefusal>;
type Answer = Result<Done<ErasureReply>, Refused>;

impl Erasures {
    /// Erasures over the write side. Keyrings of backups are kept for `keyrings_kept`.
    #[must_use]
    pub fn new(commands: Commands, data: Arc<dyn ErasableData>, keyrings_kept: TimeDelta) -> Self {
        Self {
            commands,
            data,
            keyrings_kept,
        }
    }

    /// The time by the clock of the write side.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.commands.clock.now()
    }

    /// Counts what an erasure of the patient would make unreadable or remove, and what it would leave.
    ///
    /// # Errors
    /// The patient is not known, or was erased.
    pub async fn preview(&self, patient: PatientId) -> Result<Counts, Refused> {
        let known: Patient = self.commands.load(patient).await?;
        if !known.is_registered() {
            return Err(CommandError::NotFound);
        }
        if self.is_destroyed(patient.subject()).await? {
            return Err(CommandError::Refused(ErasureRefusal::AlreadyErased));
        }
        Ok(self.data.count(patient.subject()).await?)
    }

    /// Requests the erasure of a patient.
    #[instrument(name = "command.erasure.request", skip_all)]
    pub async fn request(
        &self,
        caller: &Caller,
        patient: PatientId,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let change = self.change(caller, patient, Action::RequestErasure, context);
        change
            .run(|by| {
                ErasureCommand::Request(RequestErasure {
                    person: patient.subject(),
                    reason: reason.clone(),
                    by,
                    at,
                })
            })
            .await
    }

    /// Withdraws a request of the caller's account.
    #[instrument(name = "command.erasure.withdraw", skip_all)]
    pub async fn withdraw(
        &self,
        caller: &Caller,
        patient: PatientId,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let change = self.change(caller, patient, Action::RequestErasure, context);
        change
            .run(|by| {
                let reason = reason.clone();
                ErasureCommand::Withdraw(WithdrawErasure { reason, by, at })
            })
            .await
    }

    /// Refuses a request.
    #[instrument(name = "command.erasure.refuse", skip_all)]
    pub async fn refuse(
        &self,
        caller: &Caller,
        patient: PatientId,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let change = self.change(caller, patient, Action::DecideErasure, context);
        change
            .run(|by| {
                let reason = reason.clone();
                ErasureCommand::Refuse(RefuseErasure { reason, by, at })
            })
            .await
    }

    /// Approves a request of another account. A timer carries the erasure out.
    #[instrument(name = "command.erasure.approve", skip_all)]
    pub async fn approve(&self, caller: &Caller, patient: PatientId, context: &Context) -> Answer {
        authorize(
            caller,
            Action::DecideErasure,
            &Resource::of_patient(patient),
        )?;
        let (counts, key) = self.found(patient.subject()).await?;
        let (is_person, at) = (caller.patient == Some(patient), context.at);
        let change = self.change(caller, patient, Action::DecideErasure, context);
        change
            .run(|by| {
                let key = key.clone();
                ErasureCommand::Approve(ApproveErasure {
                    is_person,
                    counts,
                    key,
                    by,
                    at,
                })
            })
            .await
    }

    /// Places a legal hold: nothing is erased while it is in force.
    #[instrument(name = "command.erasure.place_hold", skip_all)]
    pub async fn place_hold(
        &self,
        caller: &Caller,
        patient: PatientId,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let change = self.change(caller, patient, Action::DecideErasure, context);
        change
            .run(|by| {
                ErasureCommand::PlaceHold(PlaceLegalHold {
                    person: patient.subject(),
                    reason: reason.clone(),
                    by,
                    at,
                })
            })
            .await
    }

    /// Lifts the legal hold.
    #[instrument(name = "command.erasure.lift_hold", skip_all)]
    pub async fn lift_hold(
        &self,
        caller: &Caller,
        patient: PatientId,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        let at = context.at;
        let change = self.change(caller, patient, Action::DecideErasure, context);
        change
            .run(|by| {
                let reason = reason.clone();
                ErasureCommand::LiftHold(LiftLegalHold { reason, by, at })
            })
            .await
    }

    const fn change<'a>(
        &'a self,
        caller: &'a Caller,
        patient: PatientId,
        action: Action,
        context: &'a Context,
    ) -> Change<'a> {
        Change {
            erasures: self,
            caller,
            patient,
            action,
            context,
        }
    }

    /// Counts what there is to erase, and identifies the key.
    async fn found(&self, person: SubjectId) -> Result<(Counts, Option<KeyFingerprint>), Fault> {
        let counts = self.data.count(person).await?;
        let sealing = self.commands.store.sealing();
        let key = sealing.key_fingerprint(person.as_uuid()).await;
        let key = key.map_err(Fault::doing("reading the key of a person"))?;
        // Its form is that of the store; one in another form would identify nothing.
        let key = key.and_then(|digits| KeyFingerprint::parse(&digits).ok());
        Ok((counts, key))
    }

    /// Returns whether the key of a person is destroyed, however that came.
    async fn is_destroyed(&self, person: SubjectId) -> Result<bool, Fault> {
        let erased = self.commands.store.sealing().is_erased(person.as_uuid());
        erased
            .await
            .map_err(Fault::doing("asking if a person was erased"))
    }
}

/// A command of a caller on the erasure of a patient.
struct Change<'a> {
    erasures: &'a Erasures,
    caller: &'a Caller,
    patient: PatientId,
    action: Action,
    context: &'a Context,
}

impl Change<'_> {
    async fn run(self, command: impl Fn(Actor) -> ErasureCommand) -> Answer {
        let Self {
            erasures,
            caller,
            patient,
            action,
            context,
        } = self;
        let run = erasures.commands.run(context, async |read: ReadSet| {
            let role = authorize(caller, action, &Resource::of_patient(patient))?;
            let known: Patient = read.require(patient).await?;
            if !known.is_registered() {
                return Err(CommandError::NotFound);
            }
            let by = Actor::account(caller.account, role);
            let erasure = read.load::<Erasure>(patient).await?;
            let begun = matches!(
                erasure.aggregate().stage.status(),
                ErasureStatus::Approved | ErasureStatus::Erased
            );
            if !begun && erasures.is_destroyed(patient.subject()).await? {
                return Err(CommandError::Refused(ErasureRefusal::AlreadyErased));
            }
            let decided = erasure.decide(command(by)).await?;
            let reply = ErasureReply::new(patient, &decided);
            Ok(Proposal::new(reply).with(decided).acting_as(by))
        });
        run.await
    }
}

impl ErasureReply {
    fn new(patient: PatientId, decided: &Decided<Erasure>) -> Self {
        Self {
            patient,
            status: decided.aggregate.stage.status(),
            on_hold: decided.aggregate.on_hold,
            version: decided.version(),
        }
    }
}
