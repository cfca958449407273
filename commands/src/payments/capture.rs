//! Takes what an attempt reserved, if it is still wanted.

use domain::appointment::{Appointment, AppointmentStatus};
use domain::payment::{Attempt, OpenedPayment, Payable, PaymentRefusal};
use domain::{GatewayPaymentId, PaymentId};
use tracing::instrument;

use super::{Payments, fault_of};
use crate::execute::key;
use crate::ports::{AttemptStatus, GatewayAttempt, GatewayError};
use crate::{CommandError, Fault};

impl Payments {
    /// Captures an authorised attempt. One that is not wanted any more, or is of another amount, is left
    /// alone: the gateway lets go of it by itself.
    #[instrument(name = "command.payment.capture", skip_all)]
    pub async fn capture(
        &self,
        payment: PaymentId,
        attempt: &GatewayPaymentId,
    ) -> Result<(), Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let reserved = opened.attempts.get(attempt) == Some(&Attempt::Authorised);
        let Some(order) = opened.order.clone().filter(|_| reserved) else {
            return Ok(());
        };
        if opened.is_paid() || !self.is_wanted(&opened).await? {
            return Ok(());
        }
        match self.gateway.capture(attempt, opened.amount).await {
            Ok(()) => {}
            Err(GatewayError::Refused { code }) => {
                tracing::warn!(
                    payment.id = %payment,
                    gateway.attempt = %attempt,
                    gateway.code = code.as_ref().map(domain::FailureCode::as_str),
                    "The gateway did not capture an attempt."
                );
                return Ok(());
            }
            Err(GatewayError::Unavailable(fault)) => return Err(fault),
        }
        let captured = GatewayAttempt {
            order,
            attempt: attempt.clone(),
            amount: opened.amount,
            status: AttemptStatus::Captured,
        };
        let context = self.caused_by(payment, &opened.clinic);
        match self.note_attempt(payment, &captured, &context).await {
            None | Some(Ok(_)) => Ok(()),
            Some(Err(error)) => Err(fault_of("noting a capture")(error)),
        }
    }

    /// Whether the visit would still take the money.
    async fn is_wanted(&self, opened: &OpenedPayment) -> Result<bool, Fault> {
        let Payable::AppointmentFee { appointment } = opened.payable;
        let id = key(appointment.as_uuid());
        let loaded = self.commands.store.load_from_log::<Appointment>(&id).await;
        let loaded = loaded.map_err(|error| {
            fault_of("looking at a visit")(CommandError::<PaymentRefusal>::from(error))
        })?;
        let visit = loaded.aggregate();
        let now = self.commands.clock.now();
        Ok(match visit.status_at(now) {
            None | Some(AppointmentStatus::Cancelled) => false,
            Some(AppointmentStatus::Expired) => visit.slot().is_some_and(|slot| now < slot.start()),
            Some(
                AppointmentStatus::Booked
                | AppointmentStatus::Confirmed
                | AppointmentStatus::Arrived
                | AppointmentStatus::InProgress
                | AppointmentStatus::Completed
                | AppointmentStatus::NoShow,
            ) => visit.visit().is_some_and(|visit| visit.paid_by.is_none()),
        })
    }
}
