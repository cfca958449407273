//! Refund of a cancelled visit by the clinic's refund policy, and its preview.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, CancelAppointment, CancelledBy, Visit,
    decide,
};
use domain::clinic::Clinic;
use domain::payment::{
    Cancellation, CancellationRefund, PaymentCommand, PaymentRefusal, RefundGrounds, RefundPolicy,
    RequestRefund,
};
use domain::{Actor, AppointmentId, ClinicId};
use tracing::instrument;

use super::{Payments, fault_of, only_refund};
use crate::access::capacity;
use crate::appointments::is_proxy;
use crate::{Caller, CommandError, Fault};

type Unrefused = CommandError<PaymentRefusal>;

/// The refund that a cancellation would bring, if it was now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPreview {
    /// The visit.
    pub visit: Visit,
    /// The cancellation.
    pub cancellation: Cancellation,
    /// Its refund.
    pub refund: CancellationRefund,
}

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
        let refund = only_refund(payment, "called off");
        if opened.refunds.contains_key(&refund) {
            return Ok(());
        }
        let policy = self.policy_of(visit.clinic).await?;
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

    /// Returns the refund that the caller's cancellation would bring now, by the same function as the
    /// refund itself. Refused if the cancellation would be.
    #[instrument(name = "query.payment.preview_refund", skip_all)]
    pub async fn preview_refund(
        &self,
        caller: &Caller,
        appointment: AppointmentId,
        on_behalf_of: Option<CancelledBy>,
        at: DateTime<Utc>,
    ) -> Result<RefundPreview, CommandError<AppointmentRefusal>> {
        let loaded: Appointment = self.commands.load(appointment).await?;
        let visit = *loaded.visit().ok_or(CommandError::NotFound)?;
        let read = self.commands.store.read_set();
        let proxy = is_proxy(&read, caller, &visit).await?;
        let capacity = capacity(caller, &visit, proxy).ok_or(CommandError::NotFound)?;
        let cancelled_by = capacity.cancels_for(on_behalf_of);
        let cancellation = Cancellation {
            cancelled_by: cancelled_by.map_err(CommandError::Refused)?,
            at,
        };
        may_be_cancelled(&loaded, cancellation).map_err(CommandError::Refused)?;
        let payment = match visit.paid_by {
            Some(payment) => Some(self.opened(payment).await?),
            None => None,
        };
        let policy = self.policy_of(visit.clinic).await?;
        Ok(RefundPreview {
            visit,
            cancellation,
            refund: CancellationRefund::new(&visit, payment.as_ref(), &policy, cancellation),
        })
    }

    async fn policy_of<R>(&self, clinic: ClinicId) -> Result<RefundPolicy, CommandError<R>> {
        let read = self.commands.store.read_set();
        Ok(read.require::<Clinic>(clinic).await?.refund_policy())
    }
}

/// Checks that the visit can be cancelled.
fn may_be_cancelled(
    appointment: &Appointment,
    cancellation: Cancellation,
) -> Result<(), AppointmentRefusal> {
    let Cancellation { cancelled_by, at } = cancellation;
    let cancel = AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by,
        reason: None,
        // The rights of the caller are checked already.
        by: Actor::System,
        at,
    });
    decide(appointment, cancel).map(drop)
}
