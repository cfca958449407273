//! Refunds a cancelled visit by the clinic's refund policy.

use domain::appointment::{Appointment, CancelledBy};
use domain::clinic::Clinic;
use domain::payment::{
    Cancellation, CancellationRefund, PaymentCommand, PaymentRefusal, RefundGrounds, RefundPolicy,
    RequestRefund,
};
use domain::{Actor, AppointmentId, ClinicId};
use tracing::instrument;

use super::{Payments, fault_of, only_refund};
use crate::{CommandError, Fault};

type Unrefused = CommandError<PaymentRefusal>;

impl Payments {
    /// Requests the refund of a cancelled visit, if it was paid for. There is one, however often this is
    /// called.
    #[instrument(name = "command.payment.refund_cancelled", skip_all)]
    pub async fn refund_cancelled(&self, appointment: AppointmentId) -> Result<(), Fault> {
        self.try_to_refund(appointment)
            .await
            .map_err(fault_of("giving back the fee of a visit"))
    }

    async fn try_to_refund(&self, appointment: AppointmentId) -> Result<(), Unrefused> {
        let Appointment::Cancelled {
            visit,
            cancelled_by,
            at,
        } = self.commands.load(appointment).await?
        else {
            return Ok(());
        };
        let Some(payment) = visit.paid_by else {
            return Ok(());
        };
        let opened = self.opened(payment).await?;
        let policy = self.policy_of(visit.clinic).await?;
        let refund = only_refund(payment, "called off");
        if opened.refunds.contains_key(&refund) {
            return Ok(());
        }
        let cancellation = Cancellation { cancelled_by, at };
        let due = CancellationRefund::new(&visit, Some(&opened), &policy, cancellation);
        if due.amount.is_zero() {
            return Ok(());
        }
        let context = self.caused_by(payment, &visit.clinic);
        let request = RequestRefund {
            refund,
            attempt: None,
            amount: due.amount,
            grounds: match cancelled_by {
                CancelledBy::Patient => RefundGrounds::CancelledByPatient,
                CancelledBy::Doctor | CancelledBy::Clinic => RefundGrounds::CancelledByClinic,
            },
            by: Actor::System,
            at: context.at,
        };
        self.execute(payment, PaymentCommand::RequestRefund(request), &context)
            .await?;
        Ok(())
    }

    async fn policy_of(&self, clinic: ClinicId) -> Result<RefundPolicy, Unrefused> {
        let read = self.commands.store.read_set();
        Ok(read.require::<Clinic>(clinic).await?.refund_policy())
    }
}
