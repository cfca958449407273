//! Ends a hold whose time is over.

use domain::AppointmentId;
use domain::appointment::{Appointment, AppointmentCommand, ExpireHold};
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::execute::{Request, key};
use crate::{CommandError, Commands, Context};

impl Commands {
    /// Expires an unpaid hold and frees its slot. Done by the timer, or by whoever meets the hold.
    #[instrument(name = "command.appointment.expire_hold", skip_all)]
    pub async fn expire_hold(&self, appointment: AppointmentId, cause: &Context) -> Answer {
        let context = Context {
            actor: domain::Actor::System,
            // The cause may be somebody's booking with a key of its own: this is not its reply.
            idempotency: None,
            ..cause.clone()
        };
        let request = Request {
            id: key(appointment.as_uuid()),
            command: AppointmentCommand::ExpireHold(ExpireHold { at: cause.at }),
            expected: None,
            context: &context,
        };
        let booked = |state: &Appointment| match state.visit() {
            Some(_) => Ok(()),
            None => Err(CommandError::NotFound),
        };
        self.execute(request, booked, reply)
            .await
            .and_then(answered)
    }
}
