//! What a runner asks of the log: the next batch, also while the one before is taken.

use std::sync::Arc;

use super::SubscribeError;
use super::batch::Reading;
use super::horizon::Tail;
use super::reader::{self, Wanted};
use super::way::Way;
use crate::{Cursor, EventStore};

/// The stored types that a subscriber wants, each once.
pub(super) type Types = Arc<[String]>;

/// Events that follow a place.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) after: Cursor,
    pub(super) reading: Reading,
    /// Where the subscriber stands once it has taken them.
    pub(super) next: Cursor,
    /// Behind it there is more.
    pub(super) full: bool,
}

/// What is asked of the log.
pub(super) struct Question {
    pub(super) store: EventStore,
    pub(super) way: Way,
    pub(super) stretch: (Cursor, Cursor),
    pub(super) types: Types,
    pub(super) metadata: bool,
    pub(super) limit: i64,
}

impl Question {
    /// Reads and opens it. Needs nothing of the runner, so that it can go on by itself.
    pub(super) async fn answer(self) -> Result<Batch, SubscribeError> {
        let wanted = Wanted {
            types: &self.types,
            metadata: self.metadata,
        };
        let (after, head) = self.stretch;
        let read = reader::read(&self.store, self.way, self.stretch, wanted, self.limit);
        let (reading, end) = read.await?;
        Ok(Batch {
            after,
            reading,
            next: end.unwrap_or(head),
            full: end.is_some(),
        })
    }
}

impl Batch {
    /// What the end of the log holds, which whoever watches it has read and opened for all.
    pub(super) fn of_tail(tail: &Tail, head: Cursor, types: &Types) -> Self {
        let wanted = tail
            .events
            .iter()
            .filter(|event| types.contains(&event.event_type));
        Self {
            after: tail.after,
            reading: Reading::opened(wanted.cloned().collect()),
            next: head,
            full: false,
        }
    }
}
