//! Cancels an appointment.

use domain::appointment::{Appointment, AppointmentCommand, CancelAppointment, Visit};
use domain::patient::Patient;
use domain::{AppointmentId, Reason};
use tracing::instrument;

use super::{Answer, answered, reply};
use crate::access::capacity;
use crate::execute::{Request, key};
use crate::{Caller, CommandError, Commands, Context};

impl Commands {
    /// Cancels an appointment for its patient, its doctor or its clinic; anyone else is told that
    /// there is none.
    #[instrument(name = "command.appointment.cancel", skip_all)]
    pub async fn cancel_appointment(
        &self,
        (caller, appointment): (&Caller, AppointmentId),
        reason: Option<Reason>,
        expected: Option<i64>,
        context: &Context,
    ) -> Answer {
        let loaded = self
            .store
            .load_from_log::<Appointment>(&key(appointment.as_uuid()))
            .await?;
        let visit = *loaded.aggregate().visit().ok_or(CommandError::NotFound)?;
        let proxy = self.is_proxy(caller, &visit).await?;
        let cancelled_by = capacity(caller, &visit, proxy).ok_or(CommandError::NotFound)?;
        let (by, at) = (context.actor, context.at);
        let command = CancelAppointment {
            cancelled_by,
            reason,
            by,
            at,
        };
        let request = Request {
            id: key(appointment.as_uuid()),
            command: AppointmentCommand::Cancel(command),
            expected,
            context,
        };
        self.execute(request, |_| Ok(()), reply)
            .await
            .and_then(answered)
    }

    /// Whether the caller acts for the visit's patient; asked only where nothing else opens the door.
    pub(crate) async fn is_proxy<R>(
        &self,
        caller: &Caller,
        visit: &Visit,
    ) -> Result<bool, CommandError<R>> {
        if capacity(caller, visit, false).is_some() {
            return Ok(false);
        }
        let patient = self
            .store
            .load_from_log::<Patient>(&key(visit.patient.as_uuid()))
            .await?;
        Ok(patient.aggregate().is_proxy(caller.account))
    }
}
