//! Requests of runners for the next batch, also while the previous one is applied.

use std::sync::Arc;

use super::batch::EventBatch;
use super::error::SubscribeError;
use super::horizon::Tail;
use super::reader::{self, EventFilter};
use super::scan_strategy::ScanStrategy;
use crate::cursor::CursorRange;
use crate::{Cursor, EventStore};

/// The distinct stored types of a subscriber.
pub(super) type Types = Arc<[String]>;

/// A batch that was read.
#[derive(Debug)]
pub(super) struct FetchedBatch {
    pub(super) batch: EventBatch,
    pub(super) range: CursorRange,
    /// True if there may be more events after it.
    pub(super) full: bool,
}

/// A request for events.
pub(super) struct FetchRequest {
    pub(super) store: EventStore,
    pub(super) strategy: ScanStrategy,
    pub(super) range: CursorRange,
    pub(super) types: Types,
    pub(super) metadata: bool,
    pub(super) limit: i64,
}

impl FetchRequest {
    /// Reads and opens the events. Borrows nothing of the runner, so that it can run concurrently.
    pub(super) async fn fetch(self) -> Result<FetchedBatch, SubscribeError> {
        let filter = EventFilter {
            types: &self.types,
            metadata: self.metadata,
        };
        let read = reader::read(&self.store, self.strategy, self.range, filter, self.limit);
        let (batch, end) = read.await?;
        Ok(FetchedBatch {
            batch,
            range: CursorRange::new(self.range.after, end.unwrap_or(self.range.to)),
            full: end.is_some(),
        })
    }
}

impl FetchedBatch {
    /// The events of the tail, which the horizon watcher has read and opened for all subscribers.
    pub(super) fn from_tail(tail: &Tail, head: Cursor, types: &Types) -> Self {
        let events = tail
            .events
            .iter()
            .filter(|event| types.contains(&event.event_type));
        Self {
            batch: EventBatch::opened(events.cloned().collect()),
            range: CursorRange::new(tail.after, head),
            full: false,
        }
    }
}
