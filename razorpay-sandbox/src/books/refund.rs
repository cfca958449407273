//! Giving back, with the end that the order's refunds are told to have.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use super::events::{Event, tell};
use super::refunds::{self, NewRefund};
use super::{Order, Payment, Refund, orders, payments};
use crate::answer::Trouble;
use crate::ids;
use crate::state::State;

/// What is asked for.
pub(crate) struct Asked<'a> {
    /// Of which payment.
    pub(crate) payment: &'a str,
    /// How much; all that is left, if it is not said.
    pub(crate) amount: Option<i64>,
    pub(crate) speed: String,
    pub(crate) notes: Value,
    pub(crate) receipt: Option<String>,
    /// Under this key it is done once.
    pub(crate) key: Option<String>,
    /// The bytes that it was asked with.
    pub(crate) body: &'a [u8],
}

/// Refunds a payment, in whole or in part.
pub(crate) async fn make(state: &State, asked: Asked<'_>) -> Result<Refund, Trouble> {
    let found = payments::find(&state.pool, asked.payment).await?;
    let found = found.ok_or_else(Trouble::unknown_id)?;
    let mut books = state.pool.begin().await?;
    let order = orders::lock(&mut books, &found.order_id).await?;
    let order = order.ok_or_else(Trouble::unknown_id)?;
    let hash = hash(asked.payment, asked.body);
    if let Some(key) = &asked.key
        && let Some(made) = refunds::under(&mut books, key).await?
    {
        if made.request_hash == hash {
            return Ok(made);
        }
        return Err(Trouble::refused(
            "Different request body for the same idempotency key",
        ));
    }
    let payment = payments::find(&mut *books, asked.payment).await?;
    let payment = payment.ok_or_else(Trouble::unknown_id)?;
    let amount = asked.amount.unwrap_or_else(|| payment.left());
    check(&payment, amount)?;
    let end = orders::next_refund_ends(&mut books, &order).await?;
    let new = NewRefund {
        id: ids::new("rfnd_")?,
        payment_id: payment.id,
        amount,
        status: end,
        speed: asked.speed,
        notes: asked.notes,
        receipt: asked.receipt,
        idempotency_key: asked.key,
        request_hash: hash,
    };
    let made = refunds::add(&mut books, new).await?;
    let told = note(&mut books, &order, &made).await?;
    books.commit().await?;
    state.news.notify_one();
    Ok(told)
}

fn check(payment: &Payment, amount: i64) -> Result<(), Trouble> {
    match &*payment.status {
        "captured" => {}
        "refunded" => {
            return Err(Trouble::refused(
                "The payment has been fully refunded already",
            ));
        }
        _ => {
            return Err(Trouble::refused(
                "The payment status should be captured for action to be taken",
            ));
        }
    }
    if amount < 1 {
        return Err(Trouble::field("amount", "The amount must be at least 1."));
    }
    if amount > payment.left() {
        return Err(Trouble::field(
            "amount",
            "The refund amount provided is greater than amount captured",
        ));
    }
    Ok(())
}

/// Notes at the payment what became of a refund, and what is to be told. Returns the refund as whoever asked for
/// it is told: one that fails does so a moment later.
async fn note(books: &mut PgConnection, order: &Order, refund: &Refund) -> Result<Refund, Trouble> {
    let failed = refund.status == "failed";
    let taken = if failed { 0 } else { refund.amount };
    let payment = payments::given_back(books, &refund.payment_id, taken).await?;
    let first = refund.with_status(if failed { "pending" } else { &refund.status });
    let mut events = vec![Event::refund("refund.created", &first, &payment)];
    events.extend(end_of(refund, &payment));
    tell(books, &events, order.refunds_webhook.0).await?;
    Ok(first)
}

/// What is told of a refund that is over.
fn end_of(refund: &Refund, payment: &Payment) -> Option<Event> {
    let name = match &*refund.status {
        "processed" => "refund.processed",
        "failed" => "refund.failed",
        _ => return None,
    };
    Some(Event::refund(name, refund, payment))
}

/// Ends a refund that was pending.
pub(crate) async fn end(state: &State, id: &str, status: &str) -> Result<Refund, Trouble> {
    let found = refunds::find(&state.pool, id).await?;
    let found = found.ok_or_else(Trouble::unknown_id)?;
    let payment = payments::find(&state.pool, &found.payment_id).await?;
    let payment = payment.ok_or_else(Trouble::unknown_id)?;
    let mut books = state.pool.begin().await?;
    let order = orders::lock(&mut books, &payment.order_id).await?;
    let order = order.ok_or_else(Trouble::unknown_id)?;
    if !refunds::end(&mut books, id, status).await? {
        return Err(Trouble::refused("The refund is over."));
    }
    let ended = found.with_status(status);
    let taken = if status == "failed" { -ended.amount } else { 0 };
    let payment = payments::given_back(&mut books, &payment.id, taken).await?;
    let events: Vec<_> = end_of(&ended, &payment).into_iter().collect();
    tell(&mut books, &events, order.refunds_webhook.0).await?;
    books.commit().await?;
    state.news.notify_one();
    Ok(ended)
}

fn hash(payment: &str, body: &[u8]) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(payment.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().to_vec()
}
