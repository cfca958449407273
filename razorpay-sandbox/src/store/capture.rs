//! Capture of authorised payments.

use super::attempt::captured_events;
use super::events::store_webhooks;
use super::{Payment, orders, payments};
use crate::response::ApiError;
use crate::state::State;

/// Captures the whole amount of a payment.
pub(crate) async fn capture(
    state: &State,
    id: &str,
    amount: i64,
    currency: &str,
) -> Result<Payment, ApiError> {
    let found = payments::find(&state.pool, id).await?;
    let found = found.ok_or_else(ApiError::unknown_id)?;
    let mut tx = state.pool.begin().await?;
    // The order is locked first; the payment is read again under the lock.
    orders::lock(&mut tx, &found.order_id).await?;
    let payment = payments::find(&mut *tx, id).await?;
    let payment = payment.ok_or_else(ApiError::unknown_id)?;
    match &*payment.status {
        "authorized" => {}
        "failed" => {
            return Err(ApiError::refused(
                "Only payments which have been authorized and not yet captured can be captured",
            ));
        }
        _ => return Err(ApiError::refused("This payment has already been captured")),
    }
    if (amount, currency) != (payment.amount, &*payment.currency) {
        return Err(ApiError::field(
            "amount",
            "Capture amount must be equal to the amount authorized",
        ));
    }
    let captured = payments::captured(&mut tx, id).await?;
    let captured = captured.ok_or_else(ApiError::unknown_id)?;
    let events = captured_events(&mut tx, &captured).await?;
    store_webhooks(&mut tx, &events, captured.webhook.0).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(captured)
}
