//! Notes that a visit is paid for.

use domain::appointment::{Appointment, AppointmentCommand, AppointmentRefusal, RecordPayment};
use domain::{AppointmentId, PaymentId};
use event_store::Decided;
use tracing::instrument;

use super::{Answer, AppointmentReply, answered, reply};
use crate::basis::Basis;
use crate::execute::{decide, key};
use crate::place::{ATTEMPTS, Drafted, Place};
use crate::{CommandError, Commands, Context};

impl Commands {
    /// Has a payment do for its visit what it can: confirm it, or, when its hold has ended, give it the slot
    /// again if that is still free.
    ///
    /// A hold that has ended is expired first, whether or not its timer has run: of that timer and this
    /// payment, whoever comes second finds what the first one did.
    #[instrument(name = "command.appointment.pay", skip_all)]
    pub async fn record_payment(
        &self,
        appointment: AppointmentId,
        payment: PaymentId,
        context: &Context,
    ) -> Answer {
        for attempt in 0..ATTEMPTS {
            let mut basis = Basis::default();
            let decided = self.pay(appointment, payment, context, &mut basis).await;
            let drafted = decided.map(drafted);
            if let Some(done) = self.placed(context, (basis, drafted), attempt).await? {
                return answered(done);
            }
        }
        Err(CommandError::Contended)
    }

    async fn pay(
        &self,
        appointment: AppointmentId,
        payment: PaymentId,
        context: &Context,
        basis: &mut Basis,
    ) -> Result<Decided<Appointment>, CommandError<AppointmentRefusal>> {
        let (id, at) = (key(appointment.as_uuid()), context.at);
        let mut loaded = self.store.load_committed::<Appointment>(&id).await?;
        if loaded.aggregate().is_overdue(at) {
            let expired = self.expire_hold(appointment, context).await;
            // Refused: it was confirmed, cancelled or expired in the meantime, which is looked at now.
            if let Some(error) = expired.err().and_then(CommandError::unless_refused) {
                return Err(error);
            }
            loaded = self.store.load_from_log::<Appointment>(&id).await?;
        }
        basis.look(&loaded);
        let command = RecordPayment { payment, at };
        decide(loaded, AppointmentCommand::RecordPayment(command))
            .await?
            .map_err(CommandError::Refused)
    }
}

fn drafted(decided: Decided<Appointment>) -> Drafted<Option<AppointmentReply>, AppointmentRefusal> {
    let told = reply(&decided.aggregate, decided.stream.next_version());
    let visit = decided.aggregate.visit();
    Drafted {
        places: visit.map(Place::of).into_iter().collect(),
        streams: vec![decided.stream],
        told,
        taken: Some(|refusal| refusal),
    }
}
