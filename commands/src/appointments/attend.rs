//! The day of a visit: the patient arrives or does not, the doctor starts and completes.

use domain::appointment::{AppointmentCommand, CompleteVisit, MarkArrived, MarkNoShow, StartVisit};
use domain::clinic::Clinic;
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, load_authorized, propose};
use crate::authorization::Action;
use crate::{Caller, CommandError, Commands, Context, Target};

impl Commands {
    /// Notes that the patient has arrived, on the word of the clinic's front desk.
    #[instrument(name = "command.appointment.arrive", skip_all)]
    pub async fn mark_arrived(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let (visit, _, by) =
                load_authorized(&read, caller, Action::ArriveAppointment, target).await?;
            let clinic = visit.aggregate().clinic().ok_or(CommandError::NotFound)?;
            let clinic: Clinic = read.require(clinic).await?;
            let zone = clinic.facts().ok_or(CommandError::NotFound)?.zone;
            let arrived = MarkArrived {
                zone,
                by,
                at: context.at,
            };
            let arrived = visit.decide(AppointmentCommand::Arrive(arrived)).await?;
            Ok(propose(arrived)?.acting_as(by))
        })
        .await
    }

    /// Starts the visit: its doctor does, or the clinic's front desk with a reason.
    #[instrument(name = "command.appointment.start", skip_all)]
    pub async fn start_visit(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let (visit, _, by) =
                load_authorized(&read, caller, Action::StartAppointment, target).await?;
            let (reason, at) = (reason.clone(), context.at);
            let started = AppointmentCommand::Start(StartVisit { reason, by, at });
            Ok(propose(visit.decide(started).await?)?.acting_as(by))
        })
        .await
    }

    /// Completes the visit: its doctor does, or the clinic's front desk with a reason.
    #[instrument(name = "command.appointment.complete", skip_all)]
    pub async fn complete_visit(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let (visit, _, by) =
                load_authorized(&read, caller, Action::CompleteAppointment, target).await?;
            let (reason, at) = (reason.clone(), context.at);
            let completed = AppointmentCommand::Complete(CompleteVisit { reason, by, at });
            Ok(propose(visit.decide(completed).await?)?.acting_as(by))
        })
        .await
    }

    /// Notes that the patient did not come, and frees the slot, on the word of the clinic's front desk.
    #[instrument(name = "command.appointment.no_show", skip_all)]
    pub async fn mark_no_show(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let (visit, _, by) = load_authorized(&read, caller, Action::MarkNoShow, target).await?;
            let (reason, at) = (reason.clone(), context.at);
            let missed = AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at });
            Ok(propose(visit.decide(missed).await?)?.acting_as(by))
        })
        .await
    }
}
