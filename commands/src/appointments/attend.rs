//! The day of a visit: the patient arrives or does not, the doctor starts and completes.

use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, CompleteVisit, MarkArrived, MarkNoShow,
    StartVisit, Step, Visit,
};
use domain::clinic::Clinic;
use domain::{Actor, AppointmentId, ClinicId, ClinicZone, Reason};
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::access::attending_as;
use crate::execute::{Request, key};
use crate::{Caller, CommandError, Commands, Context};

type Refused = CommandError<AppointmentRefusal>;

/// Which appointment is meant, by whom, and in which version if the caller insists on it.
#[derive(Debug, Clone, Copy)]
pub struct Attended<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The appointment.
    pub appointment: AppointmentId,
    /// The version that the caller has seen.
    pub expected: Option<i64>,
}

impl Commands {
    /// Notes that the patient is there: the clinic's front desk does.
    #[instrument(name = "command.appointment.arrive", skip_all)]
    pub async fn mark_arrived(&self, attended: Attended<'_>, context: &Context) -> Answer {
        let (visit, by) = self.visit_of(attended, Step::Arrive).await?;
        let (zone, at) = (self.zone_of(visit.clinic).await?, context.at);
        let command = AppointmentCommand::Arrive(MarkArrived { zone, by, at });
        self.attend(attended, by, command, context).await
    }

    /// Begins the visit: its doctor does, or the clinic's front desk with a reason.
    #[instrument(name = "command.appointment.start", skip_all)]
    pub async fn start_visit(
        &self,
        attended: Attended<'_>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        let (_, by) = self.visit_of(attended, Step::Start).await?;
        let at = context.at;
        let command = AppointmentCommand::Start(StartVisit { reason, by, at });
        self.attend(attended, by, command, context).await
    }

    /// Ends the visit: its doctor does, or the clinic's front desk with a reason.
    #[instrument(name = "command.appointment.complete", skip_all)]
    pub async fn complete_visit(
        &self,
        attended: Attended<'_>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        let (_, by) = self.visit_of(attended, Step::Complete).await?;
        let at = context.at;
        let command = AppointmentCommand::Complete(CompleteVisit { reason, by, at });
        self.attend(attended, by, command, context).await
    }

    /// Notes that the patient did not come, and frees the slot: the clinic's front desk does.
    #[instrument(name = "command.appointment.no_show", skip_all)]
    pub async fn mark_no_show(
        &self,
        attended: Attended<'_>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        let (_, by) = self.visit_of(attended, Step::MarkNoShow).await?;
        let at = context.at;
        let command = AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at });
        self.attend(attended, by, command, context).await
    }

    /// The visit, and the actor that the caller is to it; none for whom it does not concern. Who meets
    /// whom where never changes, so that it holds for whatever is decided next.
    async fn visit_of(
        &self,
        attended: Attended<'_>,
        step: Step,
    ) -> Result<(Visit, Actor), Refused> {
        let id = key(attended.appointment.as_uuid());
        let loaded = self.store.load_committed::<Appointment>(&id).await?;
        let visit = *loaded.aggregate().visit().ok_or(CommandError::NotFound)?;
        let role = attending_as(attended.caller, &visit, step).ok_or(CommandError::NotFound)?;
        Ok((visit, Actor::account(attended.caller.account, role)))
    }

    /// A clinic's wall clock, which never changes either.
    async fn zone_of(&self, clinic: ClinicId) -> Result<ClinicZone, Refused> {
        let id = key(clinic.as_uuid());
        let loaded = self.store.load_committed::<Clinic>(&id).await?;
        let facts = loaded.aggregate().facts();
        facts.map(|facts| facts.zone).ok_or(CommandError::NotFound)
    }

    async fn attend(
        &self,
        attended: Attended<'_>,
        by: Actor,
        command: AppointmentCommand,
        context: &Context,
    ) -> Answer {
        let context = Context {
            actor: by,
            ..context.clone()
        };
        let request = Request {
            id: key(attended.appointment.as_uuid()),
            command,
            expected: attended.expected,
            context: &context,
        };
        self.execute(request, |_| Ok(()), reply)
            .await
            .and_then(answered)
    }
}
