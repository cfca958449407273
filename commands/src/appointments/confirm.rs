//! Confirms an appointment without a payment, for a reason.

use domain::appointment::{AppointmentCommand, ConfirmByOverride};
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, load_authorized, propose};
use crate::authorization::Action;
use crate::{Caller, Commands, Context, Target};

impl Commands {
    /// Confirms an unpaid appointment on the word of the clinic's front desk.
    #[instrument(name = "command.appointment.confirm", skip_all)]
    pub async fn confirm_by_override(
        &self,
        caller: &Caller,
        target: Target<AppointmentId>,
        reason: Reason,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let action = Action::ConfirmAppointment;
            let (appointment, _, by) = load_authorized(&read, caller, action, target).await?;
            let command = AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
                reason: reason.clone(),
                by,
                at: context.at,
            });
            Ok(propose(appointment.decide(command).await?)?.acting_as(by))
        })
        .await
    }
}
