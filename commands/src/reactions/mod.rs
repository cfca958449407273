//! Reactions to events, each with a checkpoint of its own, and the timers that they set.
//!
//! A reaction is a subscriber: if the process dies, the next one goes on where this one stood. A new
//! reaction is a file here and a line in [`all`].

mod break_glass_notices;
mod erasures;
mod gateway_events;
mod hold_timers;
mod invitations;
mod mails;
mod payment_timers;
mod reconciliation;
mod revoke_sessions;
mod signed_drafts;
mod timer_handlers;
mod timers;

use std::sync::Arc;

use chrono::TimeDelta;
use event_store::Subscriber;

pub use break_glass_notices::Notices;
pub use gateway_events::GATEWAY_EVENT;
pub use mails::{MAIL, Mails};
pub use reconciliation::Reconciliation;
pub use timer_handlers::timer_handlers;
pub use timers::{NewTimer, TimerHandler, TimerOutcome, Timers, run_timers};

use crate::ports::SessionStore;

/// Every reaction. After `reconcile_after` the gateway is asked about an order of which nothing was heard.
#[must_use]
pub fn all(
    sessions: Arc<dyn SessionStore>,
    reconcile_after: TimeDelta,
) -> Vec<Arc<dyn Subscriber>> {
    vec![
        Arc::new(break_glass_notices::BreakGlassNotices),
        Arc::new(erasures::ApprovedErasures),
        Arc::new(hold_timers::HoldTimers),
        Arc::new(invitations::Invitations),
        Arc::new(payment_timers::PaymentTimers { reconcile_after }),
        Arc::new(revoke_sessions::RevokeSessions::new(sessions)),
        Arc::new(signed_drafts::SignedDrafts),
    ]
}
