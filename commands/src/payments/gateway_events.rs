//! Notes what the gateway says. In any order, any number of times: each fact is written once.

use domain::payment::{
    PaymentCommand, PaymentRefusal, RecordAuthorisation, RecordCapture, RecordFailedAttempt,
    RecordRefund, RecordRefundFailure, RefundGrounds, RequestRefund,
};
use domain::{Actor, GatewayOrderId, PaymentId, RefundId};
use event_store::Cursor;
use tracing::instrument;
use uuid::Uuid;

use super::{PaymentReply, Payments, fault_of, stray_refund};
use crate::ports::{
    AttemptStatus, GatewayAttempt, GatewayFact, GatewayNews, GatewayRefund, GatewayRefundStatus,
};
use crate::{CommandError, Context, Done, Fault, IdempotencyKey};

/// What became of news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noted {
    /// They are in the log, up to there.
    Applied(Cursor),
    /// It was known.
    NothingNew,
    /// The order is not one of ours, or not yet.
    UnknownOrder,
    /// Nothing that a payment would note.
    OtherKind,
    /// The payment does not take them: they speak of a refund that it never asked for.
    Refused,
}

type Told = Result<Done<PaymentReply>, CommandError<PaymentRefusal>>;

impl Payments {
    /// Notes news. `key` makes mark and effect one append: the same news under the same key are noted
    /// once, and a crash in between loses nothing.
    #[instrument(name = "command.payment.note", skip_all)]
    pub async fn note(
        &self,
        news: &GatewayNews,
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
        let order = match &news.fact {
            GatewayFact::Attempt(attempt) => &attempt.order,
            GatewayFact::Refund { order, .. } => order,
            GatewayFact::Other => return Ok(Noted::OtherKind),
        };
        let Some(payment) = self.payment_of(order).await? else {
            return Ok(Noted::UnknownOrder);
        };
        let told = match &news.fact {
            GatewayFact::Attempt(attempt) => self.note_attempt(payment, attempt, context).await,
            GatewayFact::Refund { refund, .. } => self.note_refund(payment, refund, context).await,
            GatewayFact::Other => return Ok(Noted::OtherKind),
        };
        noted(told)
    }

    /// Notes how an attempt stands. `None` if that is nothing to note.
    pub(super) async fn note_attempt(
        &self,
        payment: PaymentId,
        attempt: &GatewayAttempt,
        context: &Context,
    ) -> Option<Told> {
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
            AttemptStatus::Captured => PaymentCommand::RecordCapture(RecordCapture {
                refund: stray_refund(payment, &id),
                order,
                attempt: id,
                amount,
                at,
            }),
        };
        Some(self.execute(payment, command, context).await)
    }

    /// Notes how a refund stands. `None` if that is nothing to note.
    pub(super) async fn note_refund(
        &self,
        payment: PaymentId,
        told: &GatewayRefund,
        context: &Context,
    ) -> Option<Told> {
        let at = context.at;
        let (refund, attempt_number) = match (told.ours, told.status) {
            // The gateway is at it; or nobody here asked for it, and nothing came of it.
            (_, GatewayRefundStatus::Pending) | (None, GatewayRefundStatus::Failed) => return None,
            (Some(ours), _) => ours,
            (None, GatewayRefundStatus::Processed) => {
                match self.adopt(payment, told, context).await {
                    Ok(refund) => (refund, 1),
                    Err(error) => return Some(Err(error)),
                }
            }
        };
        let command = if told.status == GatewayRefundStatus::Processed {
            PaymentCommand::RecordRefund(RecordRefund {
                refund,
                gateway_refund: told.gateway_refund.clone(),
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

    /// Somebody gave money back at the gateway by hand. It has left, so it is in the books.
    async fn adopt(
        &self,
        payment: PaymentId,
        told: &GatewayRefund,
        context: &Context,
    ) -> Result<RefundId, CommandError<PaymentRefusal>> {
        let words = format!("by hand {}", told.gateway_refund);
        let refund = RefundId::from_uuid(Uuid::new_v5(&payment.as_uuid(), words.as_bytes()));
        let request = RequestRefund {
            refund,
            attempt: Some(told.attempt.clone()),
            amount: told.amount,
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

/// What a command on news came to.
fn noted(told: Option<Told>) -> Result<Noted, Fault> {
    match told {
        None => Ok(Noted::OtherKind),
        Some(Ok(Done {
            cursor: Some(cursor),
            replayed: false,
            ..
        })) => Ok(Noted::Applied(cursor)),
        Some(Ok(_)) => Ok(Noted::NothingNew),
        Some(Err(CommandError::Refused(_))) => Ok(Noted::Refused),
        Some(Err(error)) => Err(fault_of("noting news of the gateway")(error)),
    }
}
