//! Plans a leave, and cancels the visits in that time if the caller asks for it.

use cqrs_es::Aggregate as _;
use domain::appointment::{Appointment, AppointmentCommand, CancelAppointment, CancelledBy};
use domain::doctor::Doctor;
use domain::leave::{Leave, LeaveCommand, LeaveRefusal, PlanLeave};
use domain::{Actor, AppointmentId, DoctorId, LeaveId, Reason, Slot};
use event_store::{DecideError, Decided, HeldClaim, ReadSet};
use tracing::instrument;
use uuid::Uuid;

use super::{ExpectedVisit, LeaveNotGranted, LeaveReply, Refused, authorize_leave};
use crate::claims::DOCTOR;
use crate::proposal::Proposal;
use crate::slot_claims::{TimeClaim, time_range};
use crate::{Caller, CommandError, Commands, Context, Done, Fault};

/// The most visits that one leave cancels: they are all written in one step.
const MOST_VISITS: usize = 500;

/// A leave to plan.
#[derive(Debug, Clone)]
pub struct PlannedLeave {
    /// The doctor.
    pub doctor: DoctorId,
    /// The time.
    pub during: Slot,
    /// The reason.
    pub reason: Option<Reason>,
    /// True if visits in that time are cancelled; otherwise there may be none.
    pub cascade: bool,
}

impl Commands {
    /// Plans a leave. Its time is a claim on the doctor like that of a visit, so that no booking gets it.
    /// With visits in that time it is refused with all of them, or the clinic cancels them in the same
    /// step.
    #[instrument(name = "command.leave.plan", skip_all)]
    pub async fn plan_leave(
        &self,
        caller: &Caller,
        planned: PlannedLeave,
        context: &Context,
    ) -> Result<Done<LeaveReply>, Refused> {
        self.run(context, async |read: ReadSet| {
            let doctor: Doctor = read.require(planned.doctor).await?;
            let by = authorize_leave(caller, planned.doctor, &doctor)?;
            let id = LeaveId::from_uuid(self.ids.id());
            let leave = read
                .create::<Leave>(id)
                .decide(planned.command(id, by, context))
                .await;
            let leave = leave.map_err(|error| error.map(LeaveNotGranted::Rule))?;
            let expected = self.expected_visits(&planned, context).await?;
            let cancelled = cancel_visits(&read, &planned, expected, by, context).await?;
            Ok(propose(&planned, id, leave, cancelled))
        })
        .await
    }

    /// Returns the visits at which the doctor is expected in that time, by claims that are no overdue
    /// holds.
    ///
    /// # Errors
    /// [`LeaveRefusal::OverlapsLeave`] if the doctor is away already.
    async fn expected_visits(
        &self,
        planned: &PlannedLeave,
        context: &Context,
    ) -> Result<Vec<ExpectedVisit>, Refused> {
        let doctor = planned.doctor.as_uuid();
        let during = [time_range(planned.during)];
        let mut claims = self.store.claims(DOCTOR, doctor, &during).await?;
        claims.retain(|claim| !claim.is_overdue(context.at));
        if claims.iter().any(|claim| claim.holder_type == Leave::TYPE) {
            return Err(refused(LeaveNotGranted::Rule(LeaveRefusal::OverlapsLeave)));
        }
        let visits: Result<Vec<_>, Fault> = claims.iter().map(expected_visit).collect();
        Ok(visits?)
    }
}

impl PlannedLeave {
    fn command(&self, leave: LeaveId, by: Actor, context: &Context) -> LeaveCommand {
        LeaveCommand::Plan(PlanLeave {
            leave,
            doctor: self.doctor,
            during: self.during,
            reason: self.reason.clone(),
            by,
            at: context.at,
        })
    }
}

/// Decides the cancellations of the visits in that time.
///
/// # Errors
/// The visits, if they are not to be cancelled, or can't be.
async fn cancel_visits(
    read: &ReadSet,
    planned: &PlannedLeave,
    expected: Vec<ExpectedVisit>,
    by: Actor,
    context: &Context,
) -> Result<Vec<Decided<Appointment>>, Refused> {
    if !planned.cascade && !expected.is_empty() {
        return Err(refused(LeaveNotGranted::OverVisits(expected)));
    }
    if expected.len() > MOST_VISITS {
        let max = MOST_VISITS;
        return Err(refused(LeaveNotGranted::TooManyVisits { max }));
    }
    let (mut cancelled, mut staying) = (Vec::new(), Vec::new());
    for visit in expected {
        // From the log: the claims show that the visit may have changed since it was cached.
        let loaded = read.load_from_log::<Appointment>(visit.appointment).await?;
        if !is_still_expected(loaded.aggregate(), planned.during) {
            continue;
        }
        let command = AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: CancelledBy::Clinic,
            reason: None,
            by,
            at: context.at,
        });
        match loaded.decide(command).await {
            Ok(decided) => cancelled.push(decided),
            Err(DecideError::Refused(refusal)) => staying.push(ExpectedVisit {
                stays: Some(refusal),
                ..visit
            }),
            Err(DecideError::Unserialisable(error)) => return Err(error.into()),
        }
    }
    if staying.is_empty() {
        Ok(cancelled)
    } else {
        Err(refused(LeaveNotGranted::OverVisits(staying)))
    }
}

fn refused(refusal: LeaveNotGranted) -> Refused {
    CommandError::Refused(refusal)
}

/// Returns whether the appointment still takes the doctor's time then.
fn is_still_expected(appointment: &Appointment, during: Slot) -> bool {
    let takes_time = match appointment {
        Appointment::Booked { visit, .. }
        | Appointment::Confirmed(visit)
        | Appointment::Arrived(visit)
        | Appointment::InProgress(visit)
        | Appointment::Completed(visit) => Some(visit),
        Appointment::Unbooked
        | Appointment::NoShow(_)
        | Appointment::Cancelled { .. }
        | Appointment::Expired(_) => None,
    };
    takes_time.is_some_and(|visit| visit.slot.overlaps(&during))
}

fn expected_visit(claim: &HeldClaim) -> Result<ExpectedVisit, Fault> {
    let doing = "reading a claim on a doctor";
    let holder: Uuid = claim.holder.parse().map_err(Fault::doing(doing))?;
    Ok(ExpectedVisit {
        appointment: AppointmentId::from_uuid(holder),
        slot: Slot::new(claim.from, claim.to).map_err(Fault::doing(doing))?,
        stays: None,
    })
}

/// Proposes the leave and the cancellations. If a booking or another leave claims the time first, the
/// command runs again and sees it.
fn propose(
    planned: &PlannedLeave,
    id: LeaveId,
    leave: Decided<Leave>,
    cancelled: Vec<Decided<Appointment>>,
) -> Proposal<LeaveReply, LeaveNotGranted> {
    let visits = cancelled
        .iter()
        .filter_map(|decided| decided.aggregate.visit());
    let reply = LeaveReply {
        leave: id,
        doctor: planned.doctor,
        during: planned.during,
        cancelled: visits.map(|visit| visit.appointment).collect(),
        version: leave.version(),
    };
    let proposal = Proposal::new(reply).claiming([TimeClaim {
        doctor: planned.doctor,
        patient: None,
        slot: planned.during,
    }]);
    let proposal = cancelled.into_iter().fold(proposal, Proposal::with);
    proposal.with(leave)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::appointment::Visit;
    use domain::{ClinicId, Currency, Money, PatientId};

    use super::*;

    fn minutes(from: i64, to: i64) -> Slot {
        let at = |minute| chrono::DateTime::UNIX_EPOCH + TimeDelta::minutes(minute);
        Slot::new(at(from), at(to)).unwrap()
    }

    fn visit(slot: Slot) -> Visit {
        let id = Uuid::nil();
        Visit {
            appointment: AppointmentId::from_uuid(id),
            clinic: ClinicId::from_uuid(id),
            doctor: DoctorId::from_uuid(id),
            patient: PatientId::from_uuid(id),
            slot,
            fee: Money::zero(Currency::Inr),
            paid_by: None,
            emergency: false,
            shortest_move: None,
        }
    }

    #[test]
    fn a_visit_that_moved_away_or_is_over_is_not_cancelled_for_a_leave() {
        let leave = minutes(60, 120);
        let (within, away) = (visit(minutes(60, 80)), visit(minutes(120, 140)));
        assert!(is_still_expected(&Appointment::Confirmed(within), leave));
        assert!(!is_still_expected(&Appointment::Confirmed(away), leave));
        for ended in [
            Appointment::Cancelled {
                visit: within,
                cancelled_by: CancelledBy::Patient,
                at: chrono::DateTime::UNIX_EPOCH,
            },
            Appointment::Expired(within),
            Appointment::NoShow(within),
        ] {
            assert!(!is_still_expected(&ended, leave));
        }
    }
}
