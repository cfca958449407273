//! Asks the gateway for the state of an order: a webhook may never arrive.

use chrono::{DateTime, TimeDelta, Utc};
use domain::PaymentId;
use domain::payment::{OpenedPayment, PaymentRefusal};
use event_store::Cursor;
use tracing::instrument;

use super::{Payments, fault_of};
use crate::ports::{AttemptStatus, GatewayError};
use crate::{CommandError, Context, Fault};

/// The time after the end of its hold in which an order is asked about: banks authorise failed attempts days
/// later, and the gateway releases after three days what was authorised and not captured.
const WATCHED: TimeDelta = TimeDelta::hours(78);

impl Payments {
    /// Records the state of a payment's order at the gateway. Returns when to ask again; `None` when it can
    /// no longer change.
    ///
    /// # Errors
    /// The gateway is unavailable: it is asked again later.
    #[instrument(name = "command.payment.reconcile", skip_all)]
    pub async fn reconcile(&self, payment: PaymentId) -> Result<Option<DateTime<Utc>>, Fault> {
        let opened = self.opened::<PaymentRefusal>(payment).await;
        let opened = opened.map_err(fault_of("looking at a payment"))?;
        // Without an order the payer had nothing to pay.
        if opened.order.is_none() {
            return Ok(None);
        }
        let context = self.caused_by(payment, &opened.clinic);
        self.look_at(&opened, &context).await?;
        Ok(self.look_again_at(&opened, context.at))
    }

    /// Records the state of the order. Returns its position in the log, if anything was new.
    pub(super) async fn look_at(
        &self,
        opened: &OpenedPayment,
        context: &Context,
    ) -> Result<Option<Cursor>, Fault> {
        let Some(order) = &opened.order else {
            return Ok(None);
        };
        // A key of the caller belongs to another command.
        let context = &Context {
            actor: domain::Actor::System,
            idempotency: None,
            ..context.clone()
        };
        let mut last = None;
        for attempt in asked(self.gateway.attempts(order).await)? {
            if let Some(recorded) = self.note_attempt(opened.payment, &attempt, context).await {
                let done = recorded.map_err(fault_of("recording an attempt"))?;
                last = last.max(done.cursor);
            }
            if attempt.status != AttemptStatus::Captured {
                continue;
            }
            for refund in asked(self.gateway.refunds(&attempt.attempt).await)? {
                match self.note_refund(opened.payment, &refund, context).await {
                    None => {}
                    Some(Ok(done)) => last = last.max(done.cursor),
                    Some(Err(CommandError::Refused(refusal))) => tracing::error!(
                        payment.id = %opened.payment,
                        gateway.refund = %refund.gateway_refund,
                        error = &refusal as &dyn std::error::Error,
                        "The gateway made a refund that the ledger does not allow."
                    ),
                    Some(Err(error)) => return Err(fault_of("recording a refund")(error)),
                }
            }
        }
        Ok(last)
    }

    /// Returns when to ask again: soon while the payer may still be paying, then seldom.
    fn look_again_at(&self, opened: &OpenedPayment, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let since = now - opened.pay_until;
        if since > WATCHED {
            return None;
        }
        let pause = if since < TimeDelta::zero() {
            // Once more right after the hold's end.
            let left = opened.pay_until - now + TimeDelta::seconds(1);
            self.reconcile_after.min(left)
        } else if since < TimeDelta::hours(1) {
            self.reconcile_after
        } else if since < TimeDelta::hours(12) {
            TimeDelta::hours(1)
        } else {
            TimeDelta::hours(6)
        };
        Some(now + pause)
    }
}

/// Returns the answer of the gateway. A refusal to answer is a fault, like being unavailable.
fn asked<T>(answer: Result<T, GatewayError>) -> Result<T, Fault> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(GatewayError::Unavailable(fault)) => Err(fault),
        Err(error) => Err(Fault::new("asking the gateway about an order", error)),
    }
}
