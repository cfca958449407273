//! Cancels an appointment.

use domain::appointment::{Appointment, AppointmentCommand, CancelAppointment};
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, is_proxy, propose};
use crate::access::capacity;
use crate::{Caller, CommandError, Commands, Context, Target};

impl Commands {
    /// Cancels an appointment for its patient, its doctor or its clinic. For any other caller it does not
    /// exist.
    #[instrument(name = "command.appointment.cancel", skip_all)]
    pub async fn cancel_appointment(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        reason: Option<Reason>,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let appointment = read.load::<Appointment>(target.id).await?;
            let visit = appointment
                .aggregate()
                .visit()
                .ok_or(CommandError::NotFound)?;
            let proxy = is_proxy(&read, caller, visit).await?;
            let cancelled_by = capacity(caller, visit, proxy).ok_or(CommandError::NotFound)?;
            target.check_version(&appointment)?;
            let command = AppointmentCommand::Cancel(CancelAppointment {
                cancelled_by,
                reason: reason.clone(),
                by: context.actor,
                at: context.at,
            });
            propose(appointment.decide(command).await?)
        })
        .await
    }
}
