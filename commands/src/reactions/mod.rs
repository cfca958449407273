//! What must happen after an event, with a checkpoint of its own; and what is due at a later time.
//!
//! A reaction is a subscriber: if the process dies, the next one goes on where this one stood. A new
//! reaction is a file here and a line in [`all`].

mod hold_timers;
mod revoke_sessions;
mod timers;

use std::sync::Arc;

use event_store::Subscriber;

pub use timers::run_timers;

use crate::ports::SessionStore;

/// Every reaction.
#[must_use]
pub fn all(sessions: Arc<dyn SessionStore>) -> Vec<Arc<dyn Subscriber>> {
    vec![
        Arc::new(hold_timers::HoldTimers),
        Arc::new(revoke_sessions::RevokeSessions::new(sessions)),
    ]
}
