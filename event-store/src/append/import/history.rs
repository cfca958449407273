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
    /// How many of the events each command led to, in order.
    pub(in crate::append) commands: Vec<(usize, Metadata)>,
}

impl History {
    /// Of an aggregate to which nothing has happened yet.
    #[must_use]
    pub fn new(aggregate_type: &'static str, aggregate_id: String) -> Self {
        Self {
            stream: StreamAppend::new(aggregate_type, aggregate_id, 0, Vec::new()),
            commands: Vec::new(),
        }
    }

    /// And then a command led to these events.
    #[must_use]
    pub fn then(mut self, metadata: Metadata, events: Vec<EventData>) -> Self {
        self.commands.push((events.len(), metadata));
        self.stream.events.extend(events);
        self
    }

    /// Which aggregate it is.
    #[must_use]
    pub fn aggregate_id(&self) -> &str {
        &self.stream.aggregate_id
    }

    /// How many events it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stream.events.len()
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stream.events.is_empty()
    }
}

/// What became of a history.
#[derive(Debug)]
pub enum ImportOutcome {
    /// All of it is in the log now.
    Imported,
    /// All of it was there: an earlier import brought it, or this one, whose answer was lost.
    AlreadyPresent,
    /// None of it is in the log.
    Refused(AppendError),
}
