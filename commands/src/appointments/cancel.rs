//! Cancels an appointment.

use domain::appointment::{AppointmentCommand, CancelAppointment, CancelledBy};
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, capacity, load_authorized, propose};
use crate::authorization::Action;
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
            let (action, target) = (Action::CancelAppointment, cancelling.appointment);
            let (appointment, _, by) = load_authorized(&read, caller, action, target).await?;
            let cancelled_by = capacity(by).cancels_for(cancelling.on_behalf_of);
            let command = AppointmentCommand::Cancel(CancelAppointment {
                cancelled_by: cancelled_by.map_err(CommandError::Refused)?,
                reason: cancelling.reason.clone(),
                by,
                at: context.at,
            });
            Ok(propose(appointment.decide(command).await?)?.acting_as(by))
        })
        .await
    }
}
