//! One watcher per node asks where the log ends; its subscribers listen to it.

use std::time::Duration;

use tokio::sync::watch;

use super::reader::safe_head;
use crate::{Cursor, EventStore};

/// The first pause while an announced event is still above the horizon.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Publishes the safe head to `head` until nobody listens: at once after an append of this process,
/// and every `poll` for those of other processes.
pub(super) async fn watch_horizon(store: EventStore, head: watch::Sender<Cursor>, poll: Duration) {
    let mut announced = store.announcements();
    let mut pause = FIRST_PAUSE;
    while !head.is_closed() {
        match safe_head(store.pool()).await {
            Ok(safe) => publish(&head, safe),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The log's end could not be read."
                );
                pause = poll;
            }
        }
        // An announced event that is not visible yet waits for an older transaction to end.
        let hidden = *announced.borrow_and_update() > *head.borrow();
        pause = if hidden {
            (pause * 2).min(poll)
        } else {
            FIRST_PAUSE
        };
        let wait = if hidden { pause } else { poll };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = announced.changed(), if !hidden => if changed.is_err() { return },
        }
    }
}

fn publish(head: &watch::Sender<Cursor>, safe: Cursor) {
    head.send_if_modified(|at| {
        let newer = safe > *at;
        if newer {
            *at = safe;
        }
        newer
    });
}
