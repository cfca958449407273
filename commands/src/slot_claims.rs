//! Claims on the time of doctors and patients, and what follows when another holder has that time.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;
use domain::appointment::{AppointmentRefusal, Visit};
use domain::leave::Leave;
use domain::{AppointmentId, DoctorId, PatientId, Slot};
use event_store::HeldClaim;
use uuid::Uuid;

use crate::claims::{DOCTOR, DOCTOR_TAKEN, PATIENT, PATIENT_TAKEN};
use crate::{CommandError, Commands, Context, Fault};

/// The time that a visit or a leave claims. A leave claims no patient's time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeClaim {
    pub(crate) doctor: DoctorId,
    pub(crate) patient: Option<PatientId>,
    pub(crate) slot: Slot,
}

impl From<&Visit> for TimeClaim {
    fn from(visit: &Visit) -> Self {
        Self {
            doctor: visit.doctor,
            patient: Some(visit.patient),
            slot: visit.slot,
        }
    }
}

/// The time that a command claims, and its refusals if a constraint forbids that.
pub(crate) struct Claims<R> {
    pub(crate) times: Vec<TimeClaim>,
    /// The refusal if another holder has claimed the time; without it the command runs again.
    pub(crate) on_conflict: Option<fn(AppointmentRefusal) -> R>,
    /// The refusals if one of these other constraints forbids the append.
    pub(crate) on_violation: Vec<(&'static str, R)>,
}

impl<R> Default for Claims<R> {
    fn default() -> Self {
        Self {
            times: Vec::new(),
            on_conflict: None,
            on_violation: Vec::new(),
        }
    }
}

/// A constraint that forbade an append.
pub(crate) struct Violation {
    /// The name of the constraint.
    pub(crate) constraint: String,
    /// The aggregates that were to be written: their claims are not in the way.
    pub(crate) holders: BTreeSet<String>,
}

impl Commands {
    /// Returns the refusal that a violated constraint stands for. A hold whose time is over does not stand
    /// in the way, whether or not its timer has run: it is expired, and the command may run again.
    pub(crate) async fn resolve<R>(
        &self,
        violation: Violation,
        claims: Claims<R>,
        context: &Context,
    ) -> Result<(), CommandError<R>> {
        let Violation {
            constraint,
            holders,
        } = violation;
        let mut refusals = claims.on_violation.into_iter();
        if let Some((_, refusal)) = refusals.find(|(known, _)| *known == constraint) {
            return Err(CommandError::Refused(refusal));
        }
        let mut others = self.conflicting_claims(&constraint, &claims.times).await?;
        others.retain(|claim| !holders.contains(&claim.holder));
        let standing = others.iter().find(|claim| !claim.is_overdue(context.at));
        if let Some((refusal, standing)) = claims.on_conflict.zip(standing) {
            return Err(CommandError::Refused(refusal(conflict(
                &constraint,
                standing,
            ))));
        }
        self.expire_overdue_holds(&others, context).await
    }

    /// The claims that share time with one of `times`, of the kind that the constraint is about.
    async fn conflicting_claims<R>(
        &self,
        constraint: &str,
        times: &[TimeClaim],
    ) -> Result<Vec<HeldClaim>, CommandError<R>> {
        let (kind, resource): (_, fn(&TimeClaim) -> Option<Uuid>) = match constraint {
            DOCTOR_TAKEN => (DOCTOR, |time| Some(time.doctor.as_uuid())),
            PATIENT_TAKEN => (PATIENT, |time| time.patient.map(|id| id.as_uuid())),
            other => {
                let text = format!("the constraint {other} refused a command that claims nothing");
                return Err(Fault::new("appending events", text).into());
            }
        };
        let mut found = Vec::new();
        let resources: BTreeSet<Uuid> = times.iter().filter_map(resource).collect();
        for wanted in resources {
            let of_resource = times.iter().filter(|time| resource(time) == Some(wanted));
            let ranges: Vec<_> = of_resource.map(|time| time_range(time.slot)).collect();
            found.extend(self.store.claims(kind, wanted, &ranges).await?);
        }
        Ok(found)
    }

    /// Expires the overdue holds among these claims.
    async fn expire_overdue_holds<R>(
        &self,
        claims: &[HeldClaim],
        context: &Context,
    ) -> Result<(), CommandError<R>> {
        let overdue = claims.iter().filter(|claim| claim.is_overdue(context.at));
        let holders: Result<BTreeSet<Uuid>, _> =
            overdue.map(|claim| claim.holder.parse()).collect();
        for holder in holders.map_err(Fault::doing("reading the holder of a claim"))? {
            self.expire_overdue_hold(AppointmentId::from_uuid(holder), context)
                .await
                .map_err(|error| error.map(|never| match never {}))?;
        }
        Ok(())
    }
}

/// The refusal that a claim of another holder stands for.
pub(crate) fn conflict(constraint: &str, claim: &HeldClaim) -> AppointmentRefusal {
    match constraint {
        PATIENT_TAKEN => AppointmentRefusal::PatientAlreadyBooked,
        _ if claim.holder_type == Leave::TYPE => AppointmentRefusal::DoctorOnLeave,
        _ => AppointmentRefusal::SlotAlreadyTaken,
    }
}

/// A slot as the store asks for it.
pub(crate) fn time_range(slot: Slot) -> Range<DateTime<Utc>> {
    slot.start()..slot.end()
}
