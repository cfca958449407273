//! Plans a leave, and calls off what stands in its way if that is wished.

use domain::appointment::{Appointment, AppointmentCommand, CancelAppointment, CancelledBy};
use domain::doctor::Doctor;
use domain::leave::{Leave, LeaveCommand, LeaveRefusal, PlanLeave};
use domain::{Actor, AppointmentId, DoctorId, LeaveId, Reason, Slot};
use event_store::{Decided, HeldClaim, Loaded, StreamAppend};
use uuid::Uuid;

use cqrs_es::Aggregate as _;
use tracing::instrument;

use super::{ExpectedVisit, LeaveNotGranted, LeaveReply, Refused, deciding_as};
use crate::basis::Basis;
use crate::claims::DOCTOR;
use crate::execute::{decide, key};
use crate::place::{Drafted, Place, stretch};
use crate::{Caller, CommandError, Commands, Context, Done, Fault};

/// The most visits that one leave calls off: they are all written in one step.
const MOST_VISITS: usize = 500;

/// A leave to plan.
#[derive(Debug, Clone)]
pub struct PlannedLeave {
    /// Who will be away.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
    /// Why.
    pub reason: Option<Reason>,
    /// Whether visits in that time are called off; else there may be none.
    pub cascade: bool,
}

/// A leave under way, and what goes with it.
struct Draft {
    id: LeaveId,
    leave: Decided<Leave>,
    cancelled: Vec<(AppointmentId, StreamAppend)>,
}

impl Commands {
    /// Plans a leave. Its time is a claim on the doctor like that of a visit, so that nobody books into
    /// it. With visits in that time it is refused with all of them, or they are called off by the clinic
    /// in the same step.
    #[instrument(name = "command.leave.plan", skip_all)]
    pub async fn plan_leave(
        &self,
        caller: &Caller,
        planned: PlannedLeave,
        context: &Context,
    ) -> Result<Done<LeaveReply>, Refused> {
        let draft = async |basis: &mut Basis| {
            let doctor: Doctor = basis.load(&self.store, planned.doctor.as_uuid()).await?;
            let role = deciding_as(caller, planned.doctor, &doctor);
            let by = Actor::account(caller.account, role.ok_or(CommandError::NotFound)?);
            let id = LeaveId::from_uuid(self.ids.id());
            let leave = self.decide_leave(id, &planned, (by, context)).await?;
            let cancelled = self.call_off(&planned, (by, context), basis).await?;
            let draft = Draft {
                id,
                leave,
                cancelled,
            };
            Ok(drafted(&planned, draft))
        };
        self.place(context, draft).await
    }

    async fn decide_leave(
        &self,
        leave: LeaveId,
        planned: &PlannedLeave,
        (by, context): (Actor, &Context),
    ) -> Result<Decided<Leave>, Refused> {
        let command = LeaveCommand::Plan(PlanLeave {
            leave,
            doctor: planned.doctor,
            during: planned.during,
            reason: planned.reason.clone(),
            by,
            at: context.at,
        });
        decide(Loaded::new_stream(&key(leave.as_uuid())), command)
            .await?
            .map_err(|refusal| CommandError::Refused(LeaveNotGranted::Rule(refusal)))
    }

    /// The cancellations of the visits in that time.
    ///
    /// # Errors
    /// The visits, if they are not to be called off, or can't be.
    async fn call_off(
        &self,
        planned: &PlannedLeave,
        (by, context): (Actor, &Context),
        basis: &mut Basis,
    ) -> Result<Vec<(AppointmentId, StreamAppend)>, Refused> {
        let expected = self.expected_at(planned, context).await?;
        if !planned.cascade && !expected.is_empty() {
            return Err(refused(LeaveNotGranted::OverVisits(expected)));
        }
        if expected.len() > MOST_VISITS {
            let max = MOST_VISITS;
            return Err(refused(LeaveNotGranted::TooManyVisits { max }));
        }
        let (mut cancelled, mut staying) = (Vec::new(), Vec::new());
        for visit in expected {
            // From the log: since the claims were read it may have been called off, or moved away.
            let id = key(visit.appointment.as_uuid());
            let loaded = self.store.load_from_log::<Appointment>(&id).await?;
            if !is_still_expected(loaded.aggregate(), planned.during) {
                continue;
            }
            basis.look(&loaded);
            let command = AppointmentCommand::Cancel(CancelAppointment {
                cancelled_by: CancelledBy::Clinic,
                reason: None,
                by,
                at: context.at,
            });
            match decide(loaded, command).await? {
                Ok(decided) => cancelled.push((visit.appointment, decided.stream)),
                Err(refusal) => staying.push(ExpectedVisit {
                    stays: Some(refusal),
                    ..visit
                }),
            }
        }
        if staying.is_empty() {
            Ok(cancelled)
        } else {
            Err(refused(LeaveNotGranted::OverVisits(staying)))
        }
    }

    /// Where the doctor is expected in that time, by claims that are no overdue holds.
    ///
    /// # Errors
    /// [`LeaveRefusal::OverlapsLeave`] if the doctor is away already.
    async fn expected_at(
        &self,
        planned: &PlannedLeave,
        context: &Context,
    ) -> Result<Vec<ExpectedVisit>, Refused> {
        let doctor = planned.doctor.as_uuid();
        let during = [stretch(planned.during)];
        let mut claims = self.store.claims(DOCTOR, doctor, &during).await?;
        claims.retain(|claim| !claim.is_overdue(context.at));
        if claims.iter().any(|claim| claim.holder_type == Leave::TYPE) {
            return Err(refused(LeaveNotGranted::Rule(LeaveRefusal::OverlapsLeave)));
        }
        let visits: Result<Vec<_>, Fault> = claims.iter().map(expected_visit).collect();
        Ok(visits?)
    }
}

fn refused(refusal: LeaveNotGranted) -> Refused {
    CommandError::Refused(refusal)
}

/// Whether the appointment takes the doctor's time then, now that it is looked at.
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

fn drafted(planned: &PlannedLeave, draft: Draft) -> Drafted<LeaveReply, LeaveNotGranted> {
    let Draft {
        id,
        leave,
        cancelled,
    } = draft;
    let (cancelled, mut streams): (Vec<_>, Vec<_>) = cancelled.into_iter().unzip();
    let version = leave.stream.next_version();
    streams.push(leave.stream);
    Drafted {
        told: LeaveReply {
            leave: id,
            doctor: planned.doctor,
            during: planned.during,
            cancelled,
            version,
        },
        places: vec![Place {
            doctor: planned.doctor,
            patient: None,
            slot: planned.during,
        }],
        streams,
        // Somebody booked or planned in between: what stands there now is told, or called off.
        taken: None,
    }
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
        }
    }

    #[test]
    fn a_visit_that_moved_away_or_is_over_is_not_called_off_for_a_leave() {
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
