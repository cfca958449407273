//! The watcher of the horizon: one per node finds the end of the settled log for all subscribers.
//!
//! It also reads new events once for all subscribers that are up to date: with nine of them that
//! is one query instead of nine. A node without leases reads nothing.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::checkpoint::CheckpointKey;
use super::error::SubscribeError;
use super::reader::{read_all, safe_head};
use crate::back_off::{BackOff, RetryPolicy};
use crate::cursor::CursorRange;
use crate::outage::report_outage;
use crate::{Cursor, EventStore, RecordedEvent};

/// The first pause while an announced event is above the horizon.
const FIRST_PAUSE: Duration = Duration::from_millis(1);

/// Pauses while the end of the log can't be read.
const FAILED: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(50),
    longest: Duration::from_secs(1),
    attempts: u32::MAX,
};

/// Options of a daemon.
#[derive(Debug, Clone, Copy)]
pub struct DaemonOptions {
    /// Number of events of the first batch; far behind, batches grow while they are quick.
    pub batch: i64,
    /// The shortest time between two batches: the lag of read models under load.
    pub beat: Duration,
    /// Interval of polls of the log: the delay of events of other processes.
    pub poll: Duration,
}

impl Default for DaemonOptions {
    fn default() -> Self {
        Self {
            batch: 500,
            beat: Duration::from_millis(10),
            poll: Duration::from_millis(50),
        }
    }
}

/// The end of the settled log, and the last events before it.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// No event can still appear at or before it.
    pub(super) at: Cursor,
    /// The events since the previous head, unless they are too many.
    pub(super) tail: Option<Arc<Tail>>,
}

/// The events between two heads.
#[derive(Debug)]
pub(super) struct Tail {
    /// The previous head.
    pub(super) after: Cursor,
    /// Events of all types, in order.
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

/// Options of the watcher.
#[derive(Clone)]
pub(super) struct HorizonWatch {
    pub(super) options: DaemonOptions,
    /// True if a subscriber needs metadata.
    pub(super) metadata: bool,
    /// The leases of this node.
    pub(super) leases: watch::Receiver<BTreeSet<CheckpointKey>>,
}

/// Publishes heads until there is no receiver: at once after an append of this process, at most one per
/// `beat`, and every `poll` for appends of other processes.
pub(super) async fn watch_horizon(
    store: EventStore,
    head: watch::Sender<Head>,
    watch: HorizonWatch,
) {
    let HorizonWatch {
        options,
        metadata,
        leases,
    } = watch;
    let mut announced = store.announcements();
    let mut pause = FIRST_PAUSE;
    let mut failures = BackOff::with(FAILED, 128);
    while !head.is_closed() {
        let before = head.borrow().at;
        let has_leases = !leases.borrow().is_empty();
        let limit = has_leases.then_some(options.batch);
        match next_head(&store, before, limit, metadata).await {
            Ok(None) => failures.reset(),
            Ok(Some(next)) => {
                failures.reset();
                head.send_replace(next);
                // Subscribers work in batches: under load a short wait makes them larger.
                tokio::time::sleep(options.beat).await;
            }
            Err(error) => {
                if !report_outage(&error) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "The end of the log could not be read."
                    );
                }
                let _ = failures.pause().await;
                continue;
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

/// The head, if it moved since `before`; with the events since then, if there are at most `limit`.
async fn next_head(
    store: &EventStore,
    before: Cursor,
    limit: Option<i64>,
    metadata: bool,
) -> Result<Option<Head>, SubscribeError> {
    let at = safe_head(store.pool())
        .await
        .map_err(SubscribeError::Read)?;
    if at <= before {
        return Ok(None);
    }
    // At the start of the daemon each subscriber reads from its own checkpoint.
    let Some(limit) = limit.filter(|_| before != Cursor::START) else {
        return Ok(Some(Head { at, tail: None }));
    };
    let range = CursorRange::new(before, at);
    let events = match read_all(store, range, metadata, limit + 1).await {
        Ok(events) => events,
        // Only subscribers that want the event fail.
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
