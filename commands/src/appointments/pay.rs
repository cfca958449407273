//! Notes that a visit is paid for.

use domain::appointment::{Appointment, AppointmentCommand, RecordPayment};
use domain::{AppointmentId, PaymentId};
use event_store::ReadSet;
use tracing::instrument;

use super::{Answer, propose};
use crate::{Commands, Context};

impl Commands {
    /// Applies a payment to its visit: confirms it, or, when its hold has ended, reinstates it if the slot
    /// is still free.
    ///
    /// A hold that has ended is expired first, whether or not its timer has run: of that timer and this
    /// payment, the second finds what the first did.
    #[instrument(name = "command.appointment.pay", skip_all)]
    pub async fn record_payment(
        &self,
        appointment: AppointmentId,
        payment: PaymentId,
        context: &Context,
    ) -> Answer {
        self.run(context, async |read: ReadSet| {
            let at = context.at;
            let mut visit = read.load::<Appointment>(appointment).await?;
            if visit.aggregate().is_overdue(at) {
                let expired = self.expire_overdue_hold(appointment, context).await;
                expired.map_err(|error| error.map(|never| match never {}))?;
                visit = read.load_from_log(appointment).await?;
            }
            let command = AppointmentCommand::RecordPayment(RecordPayment { payment, at });
            propose(visit.decide(command).await?)
        })
        .await
    }
}
