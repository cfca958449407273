//! Captures an authorised attempt, if it is still wanted.

use domain::appointment::{Appointment, AppointmentStatus};
use domain::payment::{Attempt, OpenedPayment, Payable, PaymentRefusal};
use domain::{GatewayPaymentId, PaymentId};
use tracing::instrument;

use super::{Payments, fault_of};
use crate::Fault;
use crate::ports::{AttemptStatus, GatewayAttempt, GatewayError};

impl Payments {
    /// Captures an authorised attempt. One that is not wanted any more, or is of another amount, is left to
    /// expire at the gateway.
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

    /// Returns whether the visit still needs the money.
    async fn is_wanted(&self, opened: &OpenedPayment) -> Result<bool, Fault> {
        let Payable::AppointmentFee { appointment } = opened.payable;
        let visit = self.commands.load::<Appointment>(appointment).await;
        let visit = visit.map_err(Fault::doing("looking at a visit"))?;
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
