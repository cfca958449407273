//! Taking what an attempt reserved.

use super::events::{Event, tell};
use super::{Payment, orders, payments};
use crate::answer::Trouble;
use crate::state::State;

/// Captures a payment, all of it.
pub(crate) async fn capture(
    state: &State,
    id: &str,
    amount: i64,
    currency: &str,
) -> Result<Payment, Trouble> {
    let found = payments::find(&state.pool, id).await?;
    let found = found.ok_or_else(Trouble::unknown_id)?;
    let mut books = state.pool.begin().await?;
    // The lock on the order comes first; what is found under it is what counts.
    orders::lock(&mut books, &found.order_id).await?;
    let payment = payments::find(&mut *books, id).await?;
    let payment = payment.ok_or_else(Trouble::unknown_id)?;
    match &*payment.status {
        "authorized" => {}
        "failed" => {
            return Err(Trouble::refused(
                "Only payments which have been authorized and not yet captured can be captured",
            ));
        }
        _ => return Err(Trouble::refused("This payment has already been captured")),
    }
    if (amount, currency) != (payment.amount, &*payment.currency) {
        return Err(Trouble::field(
            "amount",
            "Capture amount must be equal to the amount authorized",
        ));
    }
    let captured = payments::captured(&mut books, id).await?;
    let captured = captured.ok_or_else(Trouble::unknown_id)?;
    let paid = orders::paid(&mut books, &captured.order_id).await?;
    let events = [
        Event::payment("payment.captured", &captured),
        Event::order_paid(&paid, &captured),
    ];
    tell(&mut books, &events, captured.webhook.0).await?;
    books.commit().await?;
    state.news.notify_one();
    Ok(captured)
}
