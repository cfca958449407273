//! The write of one command: its events by stream, its preconditions and its reply.

use serde_json::Value;

use crate::commit_queue::{Pending, State, StreamKey, Write};
use crate::{Cursor, EventData, Metadata};

/// New events of one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The kind of aggregate.
    pub aggregate_type: &'static str,
    /// The aggregate.
    pub aggregate_id: String,
    /// The version that the decision was made on.
    pub expected_version: i64,
    /// The events, in order.
    pub events: Vec<EventData>,
    /// The state after it, for the next command.
    state: Option<State>,
    /// The pending command whose state this was decided on, if there was one.
    after: Option<Pending>,
}

impl StreamAppend {
    /// Events to append after `expected_version`, by a caller that keeps no state.
    #[must_use]
    pub fn new(
        aggregate_type: &'static str,
        aggregate_id: String,
        expected_version: i64,
        events: Vec<EventData>,
    ) -> Self {
        Self {
            aggregate_type,
            aggregate_id,
            expected_version,
            events,
            state: None,
            after: None,
        }
    }

    /// Adds the state after it, and the pending command that it depends on.
    pub(crate) fn with_state(mut self, state: Option<State>, after: Option<Pending>) -> Self {
        self.state = state;
        self.after = after;
        self
    }

    /// The version after the append.
    #[must_use]
    pub fn next_version(&self) -> i64 {
        self.expected_version + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    /// The state after the append, if its caller keeps one.
    pub(crate) fn state(&self) -> Option<&State> {
        self.state.as_ref()
    }

    pub(super) fn write(&self) -> Write {
        Write {
            key: (self.aggregate_type, self.aggregate_id.as_str().into()),
            expected: self.expected_version,
            after: self.after.as_ref().map(|pending| pending.ticket),
            next: self.next_version(),
            state: self.state.clone(),
        }
    }
}

/// A stream at the version that a decision was made on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamVersion {
    /// The kind of aggregate.
    pub aggregate_type: &'static str,
    /// The aggregate.
    pub aggregate_id: String,
    /// The number of its last event.
    pub version: i64,
}

impl From<&StreamVersion> for StreamKey {
    fn from(stream: &StreamVersion) -> Self {
        (stream.aggregate_type, stream.aggregate_id.as_str().into())
    }
}

/// The idempotency row of a command: a repeated request finds its reply there.
#[derive(Debug, Clone, PartialEq)]
pub struct Idempotency {
    /// A hash of the client's key and the sender.
    pub key: [u8; 32],
    /// A hash of the request, keyed by the client's key.
    pub fingerprint: [u8; 32],
    /// The reply: ids and states, no personal data.
    pub reply: Value,
}

/// Everything that one command writes, to one or several streams, with one outcome.
#[derive(Debug, Clone)]
pub struct Append {
    /// The new events, by stream, each stream once; at least one event in all.
    pub streams: Vec<StreamAppend>,
    /// Other streams that the decision depends on; if one has moved on, the append is a conflict.
    pub depends_on: Vec<StreamVersion>,
    /// Metadata of its events: actor, role, correlation, causation.
    pub metadata: Metadata,
    /// The idempotency row, for requests with an idempotency key.
    pub idempotency: Option<Idempotency>,
}

/// A completed append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The position of its last event.
    pub cursor: Cursor,
}
