//! Cancels an appointment.

use domain::appointment::{AppointmentCommand, CancelAppointment, CancelledBy};
use domain::{Actor, AppointmentId, Reason, Role};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, load_authorized, propose};
use crate::authorization::Action;
use crate::{Caller, Commands, Context, Target};

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
            let action = Action::CancelAppointment;
            let (appointment, _, by) = load_authorized(&read, caller, action, target).await?;
            let command = AppointmentCommand::Cancel(CancelAppointment {
                cancelled_by: cancelled_by(by),
                reason: reason.clone(),
                by,
                at: context.at,
            });
            Ok(propose(appointment.decide(command).await?)?.acting_as(by))
        })
        .await
    }
}

/// The party that cancels, by the role of the actor.
fn cancelled_by(by: Actor) -> CancelledBy {
    match by.role() {
        Some(Role::Patient) => CancelledBy::Patient,
        Some(Role::Doctor) => CancelledBy::Doctor,
        Some(Role::Receptionist | Role::Admin | Role::Auditor) | None => CancelledBy::Clinic,
    }
}
