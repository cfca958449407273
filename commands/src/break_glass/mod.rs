//! Commands on emergency accesses to charts.

use chrono::{DateTime, TimeDelta, Utc};
use domain::break_glass::{
    BreakGlass, BreakGlassCommand, BreakGlassRefusal, OpenBreakGlass, ReviewBreakGlass, Verdict,
};
use domain::doctor::Doctor;
use domain::patient::Patient;
use domain::{Actor, BreakGlassId, ClinicId, DoctorId, PatientId, Reason, Role};
use event_store::{Decided, ReadSet};
use serde::{Deserialize, Serialize};
use tracing::instrument;

use crate::authorization::{Action, Resource, authorize};
use crate::proposal::Proposal;
use crate::{Caller, CommandError, Commands, Context, Done, Fault};

type Answer = Result<Done<BreakGlassReply>, CommandError<BreakGlassRefusal>>;

/// The reply of a command on an emergency access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassReply {
    /// The access.
    pub break_glass: BreakGlassId,
    /// The patient.
    pub patient: PatientId,
    /// The end of the access.
    pub until: DateTime<Utc>,
    /// The verdict, once it was reviewed.
    pub verdict: Option<Verdict>,
    /// Its version.
    pub version: i64,
}

/// An emergency access to open.
#[derive(Debug, Clone)]
pub struct NewBreakGlass {
    /// The patient.
    pub patient: PatientId,
    /// The clinic whose admins review it.
    pub clinic: ClinicId,
    /// The reason.
    pub reason: Reason,
    /// The minutes for which it is asked for; the most if not given.
    pub minutes: Option<u16>,
    /// The most minutes.
    pub max_minutes: u16,
}

/// The review of an emergency access.
#[derive(Debug, Clone)]
pub struct NewReview {
    /// The access.
    pub break_glass: BreakGlassId,
    /// The verdict.
    pub verdict: Verdict,
    /// A note.
    pub note: Option<Reason>,
}

impl Commands {
    /// Opens a patient's chart in an emergency. A doctor names a clinic of the own affiliations, an auditor one of the
    /// own clinics.
    #[instrument(name = "command.break_glass.open", skip_all)]
    pub async fn open_break_glass(
        &self,
        caller: &Caller,
        new: NewBreakGlass,
        context: &Context,
    ) -> Answer {
        let break_glass = BreakGlassId::from_uuid(self.ids.id());
        self.run(context, async |read: ReadSet| {
            let patient: Patient = read.require(new.patient).await?;
            let erased = self.store.sealing().is_erased(new.patient.as_uuid()).await;
            let erased = erased.map_err(Fault::doing("asking if a patient was erased"))?;
            if erased || !patient.is_registered() {
                return Err(CommandError::NotFound);
            }
            let owner = Resource::of_patient(new.patient);
            let role = authorize(caller, Action::OpenBreakGlass, &owner)?;
            let doctor = caller.doctor.filter(|_| role == Role::Doctor);
            if !works_at(&read, caller, doctor, new.clinic).await? {
                return Err(CommandError::Forbidden);
            }
            let by = Actor::account(caller.account, role);
            let command = new.command(break_glass, caller, doctor, by, context)?;
            let opened = read.create::<BreakGlass>(break_glass);
            let decided = opened.decide(command).await?;
            Ok(propose(&decided)?
                .with(decided)
                .acting_as(by)
                .at_clinic(new.clinic))
        })
        .await
    }

    /// Reviews an emergency access.
    #[instrument(name = "command.break_glass.review", skip_all)]
    pub async fn review_break_glass(
        &self,
        caller: &Caller,
        review: NewReview,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let access = read.load::<BreakGlass>(review.break_glass).await?;
            let opened = access.aggregate().opened().ok_or(CommandError::NotFound)?;
            let clinic = opened.clinic;
            let role = authorize(
                caller,
                Action::ReviewBreakGlass,
                &Resource::at_clinic(clinic),
            )?;
            let by = Actor::account(caller.account, role);
            let command = BreakGlassCommand::Review(ReviewBreakGlass {
                verdict: review.verdict,
                note: review.note.clone(),
                by,
                at: context.at,
            });
            let decided = access.decide(command).await?;
            Ok(propose(&decided)?
                .with(decided)
                .acting_as(by)
                .at_clinic(clinic))
        })
        .await
    }
}

impl NewBreakGlass {
    fn command(
        &self,
        break_glass: BreakGlassId,
        caller: &Caller,
        doctor: Option<DoctorId>,
        by: Actor,
        context: &Context,
    ) -> Result<BreakGlassCommand, CommandError<BreakGlassRefusal>> {
        let max_minutes = self.max_minutes;
        let minutes = self.minutes.unwrap_or(max_minutes);
        if minutes > max_minutes {
            let refusal = BreakGlassRefusal::WrongLength { max_minutes };
            return Err(CommandError::Refused(refusal));
        }
        Ok(BreakGlassCommand::Open(OpenBreakGlass {
            break_glass,
            patient: self.patient,
            account: caller.account,
            doctor,
            clinic: self.clinic,
            reason: self.reason.clone(),
            until: context.at + TimeDelta::minutes(minutes.into()),
            by,
            at: context.at,
        }))
    }
}

/// Returns whether the caller works at a clinic: a doctor is affiliated with it, other staff have it in their scope.
async fn works_at(
    read: &ReadSet,
    caller: &Caller,
    doctor: Option<DoctorId>,
    clinic: ClinicId,
) -> Result<bool, CommandError<BreakGlassRefusal>> {
    let Some(doctor) = doctor else {
        return Ok(caller.clinics.covers(clinic));
    };
    Ok(match read.require::<Doctor>(doctor).await? {
        Doctor::Registered(doctor) => doctor.affiliations.contains_key(&clinic),
        Doctor::Unregistered => false,
    })
}

fn propose(
    decided: &Decided<BreakGlass>,
) -> Result<Proposal<BreakGlassReply, BreakGlassRefusal>, CommandError<BreakGlassRefusal>> {
    let opened = decided.aggregate.opened();
    let opened = opened.ok_or(CommandError::NotFound)?;
    Ok(Proposal::new(BreakGlassReply {
        break_glass: opened.break_glass,
        patient: opened.patient,
        until: opened.until,
        verdict: opened.verdict,
        version: decided.version(),
    }))
}
