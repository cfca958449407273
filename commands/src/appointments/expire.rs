//! Ends a hold whose time is over.

use std::convert::Infallible;

use domain::appointment::{Appointment, AppointmentCommand, ExpireHold};
use domain::{Actor, AppointmentId};
use event_store::ReadSet;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracing::instrument;

use super::{Answer, propose};
use crate::{CommandError, Commands, Context};

impl Commands {
    /// Expires an unpaid hold and frees its slot. Done by the timer, or by a command that meets the hold.
    #[instrument(name = "command.appointment.expire_hold", skip_all)]
    pub async fn expire_hold(&self, appointment: AppointmentId, cause: &Context) -> Answer {
        let context = Context {
            actor: Actor::System,
            // The key of the cause is for the reply of another command.
            idempotency: None,
            ..cause.clone()
        };
        self.run(&context, async |read: ReadSet| {
            let held = read.load::<Appointment>(appointment).await?;
            held.aggregate().visit().ok_or(CommandError::NotFound)?;
            let command = AppointmentCommand::ExpireHold(ExpireHold { at: cause.at });
            propose(held.decide(command).await?)
        })
        .await
    }

    /// The same for a command that meets the hold. A refusal is success: the appointment was confirmed,
    /// cancelled or expired in the meantime, and the command finds it so when it reads again.
    pub(crate) fn expire_overdue_hold<'a>(
        &'a self,
        appointment: AppointmentId,
        cause: &'a Context,
    ) -> BoxFuture<'a, Result<(), CommandError<Infallible>>> {
        async move {
            let expired = self.expire_hold(appointment, cause).await;
            match expired.err().and_then(CommandError::into_non_refusal) {
                Some(error) => Err(error),
                None => Ok(()),
            }
        }
        .boxed()
    }
}
