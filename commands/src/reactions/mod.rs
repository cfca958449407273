//! What must happen after an event, with a checkpoint of its own; and what is due at a later time.
//!
//! A reaction is a subscriber: if the process dies, the next one goes on where this one stood. A new
//! reaction is a file here and a line in [`all`].

mod due;
mod gateway_news;
mod hold_timers;
mod payment_timers;
mod reconciliation;
mod revoke_sessions;
mod timers;

use std::sync::Arc;

use chrono::TimeDelta;
use event_store::Subscriber;

pub use due::due;
pub use gateway_news::GATEWAY_NEWS;
pub use reconciliation::Reconciliation;
pub use timers::{Due, NewTimer, Next, Timers, run_timers};

use crate::ports::SessionStore;

/// Every reaction. After `reconcile_after` the gateway is asked about an order of which nothing was heard.
#[must_use]
pub fn all(
    sessions: Arc<dyn SessionStore>,
    reconcile_after: TimeDelta,
) -> Vec<Arc<dyn Subscriber>> {
    vec![
        Arc::new(hold_timers::HoldTimers),
        Arc::new(payment_timers::PaymentTimers { reconcile_after }),
        Arc::new(revoke_sessions::RevokeSessions::new(sessions)),
    ]
}
