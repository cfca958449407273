//! Payments that failed and are captured later: late authorisation, as the documentation calls it.
//! They are captured even if the order was paid in the meantime, which is the worst case for a
//! client.

use super::attempt::captured_events;
use super::events::{Event, store_webhooks};
use super::{orders, payments};
use crate::response::ApiError;
use crate::state::State;

/// Captures the late payments that are due.
pub(crate) async fn capture_due(state: &State) -> Result<(), ApiError> {
    for (payment, order) in payments::late(&state.pool).await? {
        capture(state, &payment, &order).await?;
    }
    Ok(())
}

async fn capture(state: &State, payment: &str, order: &str) -> Result<(), ApiError> {
    let mut tx = state.pool.begin().await?;
    orders::lock(&mut tx, order).await?;
    // Another node may have been faster.
    let Some(captured) = payments::captured(&mut tx, payment).await? else {
        return Ok(());
    };
    let authorized = captured.with_status("authorized");
    let mut events = vec![Event::payment("payment.authorized", &authorized)];
    events.extend(captured_events(&mut tx, &captured).await?);
    store_webhooks(&mut tx, &events, captured.webhook.0).await?;
    tx.commit().await?;
    state.wake_sender.notify_one();
    Ok(())
}
