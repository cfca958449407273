//! Confirms an appointment without a payment, for a reason.

use domain::appointment::{Appointment, AppointmentCommand, ConfirmByOverride};
use domain::{AppointmentId, Reason};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, propose};
use crate::{Caller, CommandError, Commands, Context, Target};

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
            let appointment = read.load::<Appointment>(target.id).await?;
            let clinic = appointment.aggregate().clinic();
            if !clinic.is_some_and(|clinic| caller.is_staff_at(clinic)) {
                return Err(CommandError::NotFound);
            }
            target.check_version(&appointment)?;
            let command = AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
                reason: reason.clone(),
                by: context.actor,
                at: context.at,
            });
            propose(appointment.decide(command).await?)
        })
        .await
    }
}
