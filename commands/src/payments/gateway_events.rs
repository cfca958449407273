//! Records events of the gateway. They may come in any order and any number of times; each fact is written once.

use domain::payment::{
    PaymentCommand, PaymentRefusal, RecordAuthorisation, RecordCapture, RecordDispute,
    RecordFailedAttempt, RecordRefund, RecordRefundFailure, RefundGrounds, RequestRefund,
};
use domain::{Actor, GatewayOrderId, PaymentId, RefundId};
use event_store::Cursor;
use tracing::instrument;
use uuid::Uuid;

use super::{PaymentReply, Payments, fault_of, stray_refund};
use crate::ports::{
    AttemptStatus, GatewayAttempt, GatewayDispute, GatewayError, GatewayEvent, GatewayFact,
    GatewayRefund, GatewayRefundStatus,
};
use crate::{CommandError, Context, Done, Fault, IdempotencyKey};

/// The outcome of an event of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// It is in the log, up to this position.
    Applied(Cursor),
    /// It was known.
    NothingNew,
    /// The order is not one of ours, or not yet.
    UnknownOrder,
    /// Nothing that a payment records.
    OtherKind,
    /// The payment refuses it: it is about a refund that was never requested.
    Refused,
}

type Recorded = Result<Done<PaymentReply>, CommandError<PaymentRefusal>>;

impl Payments {
    /// Records an event. `key` makes mark and effect one append: the same event under the same key is
    /// recorded once, and a crash in between loses nothing.
    #[instrument(name = "command.payment.note", skip_all)]
    pub async fn note(
        &self,
        event: &GatewayEvent,
        key: Option<[u8; 32]>,
        context: &Context,
    ) -> Result<Noted, Fault> {
        let context = &Context {
            actor: Actor::System,
            idempotency: key.map(|key| IdempotencyKey {
                key,
                fingerprint: key,
            }),
            ..context.clone()
        };
        let order = match &event.fact {
            GatewayFact::Attempt(attempt) => &attempt.order,
            GatewayFact::Refund { order, .. } | GatewayFact::Dispute { order, .. } => order,
            GatewayFact::Other => return Ok(Noted::OtherKind),
        };
        let Some(payment) = self.payment_of(order).await? else {
            return Ok(Noted::UnknownOrder);
        };
        let recorded = match &event.fact {
            GatewayFact::Attempt(attempt) => self.note_attempt(payment, attempt, context).await,
            GatewayFact::Refund { refund, .. } => self.note_refund(payment, refund, context).await,
            GatewayFact::Dispute { dispute, .. } => {
                Some(self.note_dispute(payment, dispute, context).await)
            }
            GatewayFact::Other => return Ok(Noted::OtherKind),
        };
        noted(recorded)
    }

    /// Records the state of an attempt. `None` if there is nothing to record.
    pub(super) async fn note_attempt(
        &self,
        payment: PaymentId,
        attempt: &GatewayAttempt,
        context: &Context,
    ) -> Option<Recorded> {
        let at = context.at;
        let (order, amount): (GatewayOrderId, _) = (attempt.order.clone(), attempt.amount);
        let id = attempt.attempt.clone();
        let command = match &attempt.status {
            AttemptStatus::Created => return None,
            AttemptStatus::Failed { code } => {
                PaymentCommand::RecordFailedAttempt(RecordFailedAttempt {
                    order,
                    attempt: id,
                    code: code.clone(),
                    at,
                })
            }
            AttemptStatus::Authorised => PaymentCommand::RecordAuthorisation(RecordAuthorisation {
                order,
                attempt: id,
                amount,
                at,
            }),
            AttemptStatus::Captured => match self.order_is_paid_by(payment, attempt).await {
                Ok(order_paid) => PaymentCommand::RecordCapture(RecordCapture {
                    refund: stray_refund(payment, &id),
                    order,
                    attempt: id,
                    amount,
                    order_paid,
                    at,
                }),
                Err(error) => return Some(Err(error)),
            },
        };
        Some(self.execute(payment, command, context).await)
    }

    /// Returns whether the gateway says that a capture of another amount pays its order, as with an offer or a
    /// fee that the payer bears. It is asked only then. An order that another capture of the full amount pays is
    /// not paid by this one.
    async fn order_is_paid_by(
        &self,
        payment: PaymentId,
        attempt: &GatewayAttempt,
    ) -> Result<bool, CommandError<PaymentRefusal>> {
        let opened = self.opened(payment).await?;
        let known = opened.captured(&attempt.attempt).is_some();
        if known || opened.is_paid() || attempt.amount == opened.amount {
            return Ok(false);
        }
        let paid = async {
            if !self.gateway.is_paid(&attempt.order, opened.amount).await? {
                return Ok(false);
            }
            let attempts = self.gateway.attempts(&attempt.order).await?;
            let in_full = |other: &GatewayAttempt| {
                other.status == AttemptStatus::Captured && other.amount == opened.amount
            };
            Ok(!attempts.readable.iter().any(in_full))
        };
        match paid.await {
            Ok(paid) => Ok(paid),
            // An order that it does not tell of is not paid by its word.
            Err(GatewayError::Refused { .. }) => Ok(false),
            Err(GatewayError::Unavailable(fault)) => Err(CommandError::Fault(fault)),
        }
    }

    /// Records the state of a refund. `None` if there is nothing to record.
    pub(super) async fn note_refund(
        &self,
        payment: PaymentId,
        state: &GatewayRefund,
        context: &Context,
    ) -> Option<Recorded> {
        let at = context.at;
        let (refund, attempt_number) = match (state.ours, state.status) {
            // It is pending; or it was made at the gateway, and failed.
            (_, GatewayRefundStatus::Pending) | (None, GatewayRefundStatus::Failed) => return None,
            (Some(ours), _) => ours,
            (None, GatewayRefundStatus::Processed) => {
                match self.adopt(payment, state, context).await {
                    Ok(refund) => (refund, 1),
                    Err(error) => return Some(Err(error)),
                }
            }
        };
        let command = if state.status == GatewayRefundStatus::Processed {
            PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: state.gateway_refund.clone(),
                at,
            })
        } else {
            PaymentCommand::RecordRefundFailure(RecordRefundFailure {
                refund,
                attempt_number,
                code: None,
                at,
            })
        };
        Some(self.execute(payment, command, context).await)
    }

    /// Records the state of a dispute.
    pub(super) async fn note_dispute(
        &self,
        payment: PaymentId,
        state: &GatewayDispute,
        context: &Context,
    ) -> Recorded {
        let at = context.at;
        let words = format!("rest after {}", state.dispute);
        let command = PaymentCommand::RecordDispute(RecordDispute {
            dispute: state.dispute.clone(),
            attempt: state.attempt.clone(),
            amount: state.amount,
            deducted: state.deducted,
            status: state.status,
            code: state.code.clone(),
            respond_by: state.respond_by,
            reported_at: state.reported_at.unwrap_or(at),
            refund: RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes())),
            at,
        });
        self.execute(payment, command, context).await
    }

    /// Requests a refund that was made at the gateway by hand. The money has left, so the ledger has it.
    async fn adopt(
        &self,
        payment: PaymentId,
        state: &GatewayRefund,
        context: &Context,
    ) -> Result<RefundId, CommandError<PaymentRefusal>> {
        let words = format!("by hand {}", state.gateway_refund);
        let refund = RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes()));
        let request = RequestRefund {
            refund,
            attempt: Some(state.attempt.clone()),
            amount: state.amount,
            grounds: RefundGrounds::MadeAtGateway,
            by: Actor::System,
            at: context.at,
        };
        // The key is for the second half, which is only written after this one.
        let context = Context {
            idempotency: None,
            ..context.clone()
        };
        self.execute(payment, PaymentCommand::RequestRefund(request), &context)
            .await
            .map(|_| refund)
    }
}

/// The outcome of the command that records an event.
fn noted(recorded: Option<Recorded>) -> Result<Noted, Fault> {
    match recorded {
        None => Ok(Noted::OtherKind),
        Some(Ok(Done {
            cursor: Some(cursor),
            replayed: false,
            ..
        })) => Ok(Noted::Applied(cursor)),
        Some(Ok(_)) => Ok(Noted::NothingNew),
        Some(Err(CommandError::Refused(_))) => Ok(Noted::Refused),
        Some(Err(error)) => Err(fault_of("recording an event of the gateway")(error)),
    }
}
