//! One watcher per node asks where the log ends; its subscribers listen to it.
//!
//! It also reads what is new, once for all subscribers that are up to date: with nine of them that
//! is one query instead of nine. A node that runs none of them reads nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::reader::{read_all, safe_head};
use super::{DaemonOptions, Seat, SubscribeError};
use crate::{Cursor, EventStore, RecordedEvent};

/// The first pause while an announced event is still above the horizon.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// The end of the log as far as it is settled, and what came last.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// Nothing can still appear at or before it.
    pub(super) at: Cursor,
    /// What stands between the head before and this one, unless it was too much to share.
    pub(super) tail: Option<Arc<Tail>>,
}

/// All events of a stretch of the log.
#[derive(Debug)]
pub(super) struct Tail {
    /// It begins behind this position.
    pub(super) after: Cursor,
    /// In order, of all types.
    pub(super) events: Vec<RecordedEvent>,
}

impl Head {
    pub(super) fn start() -> Self {
        Self {
            at: Cursor::START,
            tail: None,
        }
    }
}

/// How the end of the log is watched.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) options: DaemonOptions,
    /// Whether any of those who share what is read looks at metadata.
    pub(super) metadata: bool,
    /// Who of them takes batches here.
    pub(super) leases: watch::Receiver<BTreeSet<Seat>>,
}

/// Publishes heads until nobody listens: at once after an append of this process, at most one per
/// `beat`, and every `poll` for those of other processes.
pub(super) async fn watch_horizon(store: EventStore, head: watch::Sender<Head>, watch: Watch) {
    let Watch {
        options,
        metadata,
        leases,
    } = watch;
    let mut announced = store.announcements();
    let mut pause = FIRST_PAUSE;
    while !head.is_closed() {
        let before = head.borrow().at;
        let takes_part = !leases.borrow().is_empty();
        let shared = takes_part.then_some((options.batch, metadata));
        match next_head(&store, before, shared).await {
            Ok(None) => {}
            Ok(Some(next)) => {
                head.send_replace(next);
                // Subscribers work in batches: under load a short wait makes them larger.
                tokio::time::sleep(options.beat).await;
            }
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The log's end could not be read."
                );
                tokio::time::sleep(options.poll).await;
            }
        }
        // An announced event that is not visible yet waits for an older transaction to end.
        let hidden = *announced.borrow_and_update() > head.borrow().at;
        pause = if hidden {
            (pause * 2).min(options.poll)
        } else {
            FIRST_PAUSE
        };
        let wait = if hidden { pause } else { options.poll };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            changed = announced.changed(), if !hidden => if changed.is_err() { return },
        }
    }
}

/// The head, if it moved since `before`; with what came since, if that is to be shared, is no more than
/// so many events, and with their metadata or without.
async fn next_head(
    store: &EventStore,
    before: Cursor,
    shared: Option<(i64, bool)>,
) -> Result<Option<Head>, SubscribeError> {
    let at = safe_head(store.pool())
        .await
        .map_err(SubscribeError::Read)?;
    if at <= before {
        return Ok(None);
    }
    // At the start of the daemon everybody reads from a place of their own.
    let Some((limit, metadata)) = shared.filter(|_| before != Cursor::START) else {
        return Ok(Some(Head { at, tail: None }));
    };
    let events = match read_all(store, (before, at), metadata, limit + 1).await {
        Ok(events) => events,
        // It is for those to fail who want that event.
        Err(SubscribeError::Seal(_)) => return Ok(Some(Head { at, tail: None })),
        Err(error) => return Err(error),
    };
    let all = i64::try_from(events.len()).is_ok_and(|read| read <= limit);
    let tail = all.then(|| {
        Arc::new(Tail {
            after: before,
            events,
        })
    });
    Ok(Some(Head { at, tail }))
}
