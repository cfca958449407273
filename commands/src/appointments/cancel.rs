//! Cancels an appointment.

use domain::appointment::{Appointment, AppointmentCommand, CancelAppointment, CancelledBy};
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, is_proxy, propose};
use crate::access::capacity;
use crate::{Caller, CommandError, Commands, Context, Target};

/// An appointment to cancel.
#[derive(Debug, Clone)]
pub struct Cancelling {
    /// The appointment.
    pub appointment: Target<AppointmentId>,
    /// The party on whose behalf; the staff always names it.
    pub on_behalf_of: Option<CancelledBy>,
    /// The reason.
    pub reason: Option<Reason>,
}

impl Commands {
    /// Cancels an appointment for its patient, its doctor or its clinic. For any other caller it does not
    /// exist.
    #[instrument(name = "command.appointment.cancel", skip_all)]
    pub async fn cancel_appointment(
        &self,
        caller: &Caller,
        cancelling: Cancelling,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let appointment = read.load::<Appointment>(cancelling.appointment.id).await?;
            let visit = appointment
                .aggregate()
                .visit()
                .ok_or(CommandError::NotFound)?;
            let proxy = is_proxy(&read, caller, visit).await?;
            let capacity = capacity(caller, visit, proxy).ok_or(CommandError::NotFound)?;
            cancelling.appointment.check_version(&appointment)?;
            let cancelled_by = capacity.cancels_for(cancelling.on_behalf_of);
            let cancelled_by = cancelled_by.map_err(CommandError::Refused)?;
            let command = AppointmentCommand::Cancel(CancelAppointment {
                cancelled_by,
                reason: cancelling.reason.clone(),
                by: context.actor,
                at: context.at,
            });
            propose(appointment.decide(command).await?)
        })
        .await
    }
}
