//! Confirms an appointment without a payment, for a reason.

use domain::appointment::{Appointment, AppointmentCommand, ConfirmByOverride};
use domain::{AppointmentId, Reason};
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::execute::{Request, key};
use crate::{Caller, CommandError, Commands, Context};

impl Commands {
    /// Confirms an unpaid appointment: the clinic's front desk vouches for it.
    #[instrument(name = "command.appointment.confirm", skip_all)]
    pub async fn confirm_by_override(
        &self,
        (caller, appointment): (&Caller, AppointmentId),
        reason: Reason,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let permit = |state: &Appointment| match state.clinic() {
            Some(clinic) if caller.is_staff_at(clinic) => Ok(()),
            _ => Err(CommandError::NotFound),
        };
        let command = ConfirmByOverride {
            reason,
            by: context.actor,
            at: context.at,
        };
        let request = Request {
            id: key(appointment.as_uuid()),
            command: AppointmentCommand::ConfirmByOverride(command),
            expected,
            context,
        };
        self.execute(request, permit, reply)
            .await
            .and_then(answered)
    }
}
