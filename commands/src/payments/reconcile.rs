//! Asks the gateway for the state of a payment's orders: a webhook may never arrive. Its disputes are another list, and
//! asked for in `reconcile_disputes`.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::{ClosingGrounds, OpenedPayment, PaymentRefusal};
use domain::{Actor, FailureCode, GatewayOrderId, PaymentId};
use event_store::Cursor;
use tracing::instrument;

use super::order::UnclearOrder;
use super::{PaymentReply, Payments, fault_of};
use crate::ports::{AttemptStatus, GatewayAttempt, GatewayError};
use crate::{CommandError, Context, Done, Fault};

/// The time after the end of its hold in which an order is asked about: banks authorise failed attempts days
/// later, and the gateway releases after three days what was authorised and not captured.
const WATCHED: TimeDelta = TimeDelta::hours(78);

/// From so long before the deadline of a payment on, its payer is probably paying: no hold is longer.
const PROMPT: TimeDelta = TimeDelta::hours(24);
/// Pause while the bill of an emergency is open, which may take weeks.
const BILL_PAUSE: TimeDelta = TimeDelta::hours(6);

/// The result of asking about all orders of a payment.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// Position in the log of the last fact that was new.
    pub(super) last: Option<Cursor>,
    /// Orders of which the gateway did not tell everything.
    unclear: Vec<UnclearOrder>,
    /// The first fault. It hides none of the rest.
    fault: Option<Fault>,
}

impl Payments {
    /// Records the state of a payment's orders at the gateway. Returns when to ask again; `None` when they can
    /// no longer change. Orders that are unclear until then are closed.
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
        let looked = self.look_at(&opened, &context).await?;
        let again = self.look_again_at(&opened, context.at);
        if again.is_none() {
            self.close_unclear(&opened, looked.unclear, &context)
                .await?;
        }
        Ok(again)
    }

    /// Records the state of the orders.
    ///
    /// # Errors
    /// The first fault, after all that could be recorded has been.
    pub(super) async fn look_at(
        &self,
        opened: &OpenedPayment,
        context: &Context,
    ) -> Result<Looked, Fault> {
        // A key of the caller belongs to another command.
        let context = &Context {
            actor: Actor::System,
            idempotency: None,
            ..context.clone()
        };
        let mut looked = Looked::default();
        for order in opened.orders() {
            let attempts = match self.gateway.attempts(order).await {
                Ok(attempts) => attempts,
                Err(error) => {
                    looked.failed(order, error);
                    continue;
                }
            };
            if attempts.unreadable > 0 {
                looked.is_unclear(order, ClosingGrounds::Unreadable, None);
            }
            for attempt in &attempts.readable {
                self.look_at_attempt(opened.payment, attempt, context, &mut looked)
                    .await;
            }
        }
        match looked.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(looked),
        }
    }

    async fn look_at_attempt(
        &self,
        payment: PaymentId,
        attempt: &GatewayAttempt,
        context: &Context,
        looked: &mut Looked,
    ) {
        if let Some(recorded) = self.note_attempt(payment, attempt, context).await {
            looked.recorded(recorded, "recording an attempt");
        }
        if attempt.status != AttemptStatus::Captured {
            return;
        }
        let refunds = match self.gateway.refunds(&attempt.attempt).await {
            Ok(refunds) => refunds,
            Err(error) => return looked.failed(&attempt.order, error),
        };
        for refund in refunds {
            match self.note_refund(payment, &refund, context).await {
                None => {}
                Some(Err(CommandError::Refused(refusal))) => tracing::error!(
                    payment.id = %payment,
                    gateway.refund = %refund.gateway_refund,
                    error = &refusal as &dyn std::error::Error,
                    "The gateway made a refund that the ledger does not allow."
                ),
                Some(recorded) => looked.recorded(recorded, "recording a refund"),
            }
        }
    }

    /// Returns when to ask again: soon while the payer may still be paying, then seldom.
    pub(super) fn look_again_at(
        &self,
        opened: &OpenedPayment,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let since = now - opened.pay_until;
        if since > WATCHED {
            return None;
        }
        let pause = if since < -PROMPT {
            BILL_PAUSE
        } else if since < TimeDelta::zero() {
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

impl Looked {
    fn recorded(
        &mut self,
        recorded: Result<Done<PaymentReply>, CommandError<PaymentRefusal>>,
        doing: &'static str,
    ) {
        match recorded {
            Ok(done) => self.last = self.last.max(done.cursor),
            Err(error) => {
                self.fault.get_or_insert(fault_of(doing)(error));
            }
        }
    }

    fn failed(&mut self, order: &GatewayOrderId, error: GatewayError) {
        match error {
            GatewayError::Refused { code } => {
                self.is_unclear(order, ClosingGrounds::NotTold, code);
            }
            GatewayError::Unavailable(fault) => {
                self.fault.get_or_insert(fault);
            }
        }
    }

    fn is_unclear(
        &mut self,
        order: &GatewayOrderId,
        grounds: ClosingGrounds,
        code: Option<FailureCode>,
    ) {
        tracing::warn!(
            gateway.order = %order,
            gateway.code = code.as_ref().map(FailureCode::as_str),
            closing.grounds = grounds.as_str(),
            "The gateway did not tell everything of an order; it is asked again."
        );
        self.unclear.push(UnclearOrder {
            order: order.clone(),
            grounds,
            code,
        });
    }
}
