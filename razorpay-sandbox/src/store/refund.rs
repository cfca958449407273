//! Refunds, with the outcome set for the order.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use super::disputes::Standing;
use super::events::{Event, store_webhooks};
use super::refunds::{self, NewRefund};
use super::{Order, Payment, Refund, disputes, orders, payments};
use crate::ids;
use crate::response::ApiError;
use crate::state::State;

/// A checked request for a refund.
pub(crate) struct RefundRequest<'a> {
    /// The payment.
    pub(crate) payment: &'a str,
    /// The amount; by default all that is left.
    pub(crate) amount: Option<i64>,
    pub(crate) speed: String,
    pub(crate) notes: Value,
    pub(crate) receipt: Option<String>,
    /// Idempotency key.
    pub(crate) key: Option<String>,
    /// The request body.
    pub(crate) body: &'a [u8],
}

/// Refunds a payment, in whole or in part.
pub(crate) async fn make(state: &State, request: RefundRequest<'_>) -> Result<Refund, ApiError> {
    let found = payments::find(&state.pool, request.payment).await?;
    let found = found.ok_or_else(ApiError::unknown_id)?;
    let mut tx = state.pool.begin().await?;
    let order = orders::lock(&mut tx, &found.order_id).await?;
    let order = order.ok_or_else(ApiError::unknown_id)?;
    let hash = hash(request.payment, request.body);
    if let Some(key) = &request.key
        && let Some(existing) = refunds::by_key(&mut tx, key).await?
    {
        if existing.request_hash == hash {
            return Ok(existing);
        }
        return Err(ApiError::refused(
            "Different request body for the same idempotency key",
        ));
    }
    let payment = payments::find(&mut *tx, request.payment).await?;
    let payment = payment.ok_or_else(ApiError::unknown_id)?;
    let amount = request.amount.unwrap_or_else(|| payment.left());
    let disputes = disputes::standing(&mut tx, &payment.id).await?;
    check(&payment, &disputes, amount)?;
    let end = orders::next_refund_ends(&mut tx, &order).await?;
    let new = NewRefund {
        id: ids::new("rfnd_")?,
        payment_id: payment.id,
        amount,
        status: end,
        speed: request.speed,
        notes: request.notes,
        receipt: request.receipt,
        idempotency_key: request.key,
        request_hash: hash,
    };
    let refund = refunds::add(&mut tx, new).await?;
    let shown = record(&mut tx, &order, &refund).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(shown)
}

fn check(payment: &Payment, disputes: &Standing, amount: i64) -> Result<(), ApiError> {
    match &*payment.status {
        "captured" => {}
        "refunded" => {
            return Err(ApiError::refused(
                "The payment has been fully refunded already",
            ));
        }
        _ => {
            return Err(ApiError::refused(
                "The payment status should be captured for action to be taken",
            ));
        }
    }
    if amount < 1 {
        return Err(ApiError::field("amount", "The amount must be at least 1."));
    }
    if disputes.is_open {
        return Err(ApiError::refused("The payment is disputed"));
    }
    if amount > payment.left() - disputes.lost {
        return Err(ApiError::field(
            "amount",
            "The refund amount provided is greater than amount captured",
        ));
    }
    Ok(())
}

/// Records the outcome of a refund at the payment, and stores its webhook. Returns the refund as
/// the client sees it first: a failure shows a moment later.
async fn record(db: &mut PgConnection, order: &Order, refund: &Refund) -> Result<Refund, ApiError> {
    let failed = refund.status == "failed";
    let taken = if failed { 0 } else { refund.amount };
    let payment = payments::given_back(db, &refund.payment_id, taken).await?;
    let first = refund.with_status(if failed { "pending" } else { &refund.status });
    let mut events = vec![Event::refund("refund.created", &first, &payment)];
    events.extend(outcome_event(refund, &payment));
    store_webhooks(db, &events, order.refunds_webhook.0).await?;
    Ok(first)
}

/// Returns the webhook of a refund that is done.
fn outcome_event(refund: &Refund, payment: &Payment) -> Option<Event> {
    let name = match &*refund.status {
        "processed" => "refund.processed",
        "failed" => "refund.failed",
        _ => return None,
    };
    Some(Event::refund(name, refund, payment))
}

/// Finishes a pending refund.
pub(crate) async fn end(state: &State, id: &str, status: &str) -> Result<Refund, ApiError> {
    let found = refunds::find(&state.pool, id).await?;
    let found = found.ok_or_else(ApiError::unknown_id)?;
    let payment = payments::find(&state.pool, &found.payment_id).await?;
    let payment = payment.ok_or_else(ApiError::unknown_id)?;
    let mut tx = state.pool.begin().await?;
    let order = orders::lock(&mut tx, &payment.order_id).await?;
    let order = order.ok_or_else(ApiError::unknown_id)?;
    if !refunds::end(&mut tx, id, status).await? {
        return Err(ApiError::refused("The refund is over."));
    }
    let ended = found.with_status(status);
    let taken = if status == "failed" { -ended.amount } else { 0 };
    let payment = payments::given_back(&mut tx, &payment.id, taken).await?;
    let events: Vec<_> = outcome_event(&ended, &payment).into_iter().collect();
    store_webhooks(&mut tx, &events, order.refunds_webhook.0).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(ended)
}

fn hash(payment: &str, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(payment.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().to_vec()
}
