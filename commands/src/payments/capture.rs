//! Captures an authorised attempt, if it is still wanted.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{Attempt, OpenedPayment, PaymentRefusal};
use domain::{GatewayPaymentId, PaymentId};
use tracing::instrument;

use super::{Payments, fault_of};
use crate::Fault;
use crate::ports::{AttemptStatus, GatewayAttempt, GatewayError};

/// The pause before a refused capture is tried again while the payer waits.
const PAUSE: TimeDelta = TimeDelta::seconds(20);

impl Payments {
    /// Captures all that an attempt reserved. One that is not wanted any more is left to expire at the gateway.
    /// Returns when to try again if the gateway refuses: the next answer may be another one.
    #[instrument(name = "command.payment.capture", skip_all)]
    pub async fn capture(
        &self,
        payment: PaymentId,
        attempt: &GatewayPaymentId,
    ) -> Result<Option<DateTime<Utc>>, Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        let (Some(order), Some(Attempt::Authorised(amount))) =
            (&opened.order, opened.attempts.get(attempt))
        else {
            return Ok(None);
        };
        if opened.is_paid() || !self.item(opened.payable).is_wanted().await? {
            return Ok(None);
        }
        let context = self.caused_by(payment, &opened.clinic);
        match self.gateway.capture(attempt, *amount).await {
            Ok(()) => {}
            Err(GatewayError::Refused { code }) => {
                tracing::warn!(
                    payment.id = %payment,
                    gateway.attempt = %attempt,
                    gateway.code = code.as_ref().map(domain::FailureCode::as_str),
                    "The gateway did not capture an attempt."
                );
                return Ok(self.capture_again_at(&opened, context.at));
            }
            Err(GatewayError::Unavailable(fault)) => return Err(fault),
        }
        if *amount != opened.amount {
            // Only the gateway knows whether that pays its order.
            self.look_at(&opened, &context).await?;
            return Ok(None);
        }
        let captured = GatewayAttempt {
            order: order.clone(),
            attempt: attempt.clone(),
            amount: *amount,
            status: AttemptStatus::Captured,
        };
        match self.note_attempt(payment, &captured, &context).await {
            None | Some(Ok(_)) => Ok(None),
            Some(Err(error)) => Err(fault_of("noting a capture")(error)),
        }
    }

    /// Returns when to try again: soon while the payer waits, then as seldom as the order is asked about.
    fn capture_again_at(
        &self,
        opened: &OpenedPayment,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let again = self.look_again_at(opened, now)?;
        let waits = now < opened.pay_until;
        Some(if waits { again.min(now + PAUSE) } else { again })
    }
}
