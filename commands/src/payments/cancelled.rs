//! Refund of a cancelled item, and the preview of a visit's refund by the clinic's refund policy.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, AppointmentRefusal, CancelAppointment, CancelledBy, Visit,
    decide,
};
use domain::clinic::Clinic;
use domain::payment::{Cancellation, CancellationRefund, Payable, RefundPolicy};
use domain::{Actor, AppointmentId, ClinicId};
use tracing::instrument;

use super::Payments;
use crate::appointments::capacity;
use crate::authorization::{Action, Resource, authorize_or_proxy};
use crate::{Caller, CommandError, Fault};

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
    /// Requests what is due of a cancelled item, if it was paid for; once, however often this is called.
    #[instrument(name = "command.payment.refund_cancelled", skip_all)]
    pub async fn refund_cancelled(&self, payable: Payable) -> Result<(), Fault> {
        for refund in self.item(payable).due_refunds().await? {
            self.request_due_refund(refund).await?;
        }
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
        let action = Action::CancelAppointment;
        let by = authorize_or_proxy(&read, caller, action, Resource::from(&visit)).await?;
        let cancelled_by = capacity(by).cancels_for(on_behalf_of);
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

    /// Returns the refund policy of a clinic.
    pub(super) async fn policy_of<R>(
        &self,
        clinic: ClinicId,
    ) -> Result<RefundPolicy, CommandError<R>> {
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
