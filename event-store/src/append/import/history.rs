//! A stream's whole past, and what became of it.

use crate::append::StreamAppend;
use crate::error::AppendError;
use crate::{EventData, Metadata};

/// All that happened to one aggregate that is new to this log, command by command.
///
/// The command ids are the caller's, and the same each time that the same history is imported: by the
/// last one the log knows a history that it has already.
#[derive(Debug, Clone)]
pub struct History {
    pub(in crate::append) stream: StreamAppend,
    /// Number of events that each command led to, in order.
    pub(in crate::append) commands: Vec<(usize, Metadata)>,
}

impl History {
    /// The history of an aggregate to which nothing has happened yet.
    #[must_use]
    pub fn new(aggregate_type: &'static str, aggregate_id: String) -> Self {
        Self {
            stream: StreamAppend::new(aggregate_type, aggregate_id, 0, Vec::new()),
            commands: Vec::new(),
        }
    }

    /// Adds the events that a command led to.
    #[must_use]
    pub fn then(mut self, metadata: Metadata, events: Vec<EventData>) -> Self {
        self.commands.push((events.len(), metadata));
        self.stream.events.extend(events);
        self
    }

    /// The id of the aggregate.
    #[must_use]
    pub fn aggregate_id(&self) -> &str {
        &self.stream.aggregate_id
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stream.events.len()
    }

    /// Returns whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stream.events.is_empty()
    }
}

/// The outcome of the import of a history.
#[derive(Debug)]
pub enum ImportOutcome {
    /// All of it is in the log now.
    Imported,
    /// All of it was there: an earlier import brought it, or this one, whose answer was lost.
    AlreadyPresent,
    /// None of it is in the log.
    Refused(AppendError),
}
