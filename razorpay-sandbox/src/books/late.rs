//! Payments that failed and come nevertheless: late authorisation, as the documentation calls it. They come also
//! if the order was paid in the meantime, which is the worst that can happen.

use super::events::{Event, tell};
use super::{orders, payments};
use crate::answer::Trouble;
use crate::state::State;

/// Lets those come that are due.
pub(crate) async fn settle(state: &State) -> Result<(), Trouble> {
    for (payment, order) in payments::late(&state.pool).await? {
        come(state, &payment, &order).await?;
    }
    Ok(())
}

async fn come(state: &State, payment: &str, order: &str) -> Result<(), Trouble> {
    let mut books = state.pool.begin().await?;
    orders::lock(&mut books, order).await?;
    // Another node may have been faster.
    let Some(captured) = payments::captured(&mut books, payment).await? else {
        return Ok(());
    };
    let paid = orders::paid(&mut books, order).await?;
    let events = [
        Event::payment("payment.authorized", &captured.with_status("authorized")),
        Event::payment("payment.captured", &captured),
        Event::order_paid(&paid, &captured),
    ];
    tell(&mut books, &events, captured.webhook.0).await?;
    books.commit().await?;
    state.news.notify_one();
    Ok(())
}
