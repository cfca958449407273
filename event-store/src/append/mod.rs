//! The append seam: what one command writes, in one statement, all or nothing.

mod batch;
mod columns;
mod committer;
mod find;
mod import;
mod outcome;
mod rows;

use std::sync::Arc;

use serde_json::Value;
use tracing::instrument;

use crate::error::AppendError;
use crate::stage::{Coming, Ending, Outcome, State, StreamKey, Write};
use crate::{Cursor, EventData, EventStore, Metadata};
pub(crate) use committer::{Committer, WRITERS};
pub use import::{History, HistoryBuilder, ImportOutcome};
use outcome::{BASIS, Failure};
use rows::Rows;

/// New events of one stream.
#[derive(Debug, Clone)]
pub struct StreamAppend {
    /// The kind of aggregate.
    pub aggregate_type: &'static str,
    /// The aggregate.
    pub aggregate_id: String,
    /// The version that the decision was made on.
    pub expected_version: i64,
    /// What happened, in order.
    pub events: Vec<EventData>,
    /// The state after it, for whoever comes next.
    state: Option<State>,
    /// The command that would lead to the state that this was decided on, if it was on its way.
    after: Option<Coming>,
}

impl StreamAppend {
    /// Events to put behind `expected_version`, by a caller that keeps no state.
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

    /// With the state that it leaves, and what must come about first.
    pub(crate) fn leaving(mut self, state: Option<State>, after: Option<Coming>) -> Self {
        self.state = state;
        self.after = after;
        self
    }

    /// The version after the append.
    #[must_use]
    pub fn next_version(&self) -> i64 {
        self.expected_version + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
    }

    fn key(&self) -> StreamKey {
        (self.aggregate_type, self.aggregate_id.as_str().into())
    }

    fn write(&self) -> Write {
        Write {
            key: self.key(),
            expected: self.expected_version,
            after: self.after.as_ref().map(|coming| coming.ticket),
            next: self.next_version(),
            state: self.state.clone(),
        }
    }
}

/// A stream as it was when something was decided on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamVersion {
    /// The kind of aggregate.
    pub aggregate_type: &'static str,
    /// The aggregate.
    pub aggregate_id: String,
    /// How many events it had.
    pub version: i64,
}

impl From<&StreamVersion> for StreamKey {
    fn from(stream: &StreamVersion) -> Self {
        (stream.aggregate_type, stream.aggregate_id.as_str().into())
    }
}

/// What a repeated request must find: which request it was, and what it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Idempotency {
    /// A hash of the client's key and of who sent it.
    pub key: [u8; 32],
    /// A hash of the request, keyed by the client's key.
    pub fingerprint: [u8; 32],
    /// The reply: ids and states, nothing personal.
    pub reply: Value,
}

/// All that one command writes. One command may write to several streams; it is still one verdict.
#[derive(Debug, Clone)]
pub struct Append {
    /// The new events, by stream, each stream once; at least one event in all.
    pub streams: Vec<StreamAppend>,
    /// Other streams that the decision rested on; if one has moved on, the append is a conflict.
    pub basis: Vec<StreamVersion>,
    /// Who, for whom and why.
    pub metadata: Metadata,
    /// For requests that carry a key.
    pub idempotency: Option<Idempotency>,
}

/// The append took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where its last event stands.
    pub cursor: Cursor,
}

impl EventStore {
    /// Appends one command's events with all that they take and give back.
    ///
    /// Deadlocks are tried again. After a lost connection the log is asked whether the command is
    /// in it; the answer is never guessed. What was sent takes its course also if the caller stops
    /// waiting.
    ///
    /// # Errors
    /// [`AppendError::Conflict`], [`AppendError::Overtaken`], [`AppendError::Refused`] and
    /// [`AppendError::KeyUsed`] are verdicts: nothing was appended. [`AppendError::OutcomeUnknown`]
    /// is the one that is not.
    #[instrument(name = "log.append", level = "debug", skip_all)]
    pub async fn append(&self, append: &Append) -> Result<Appended, AppendError> {
        let payloads = self.sealing().seal_events(append.streams.iter()).await;
        let payloads = payloads.map_err(AppendError::Seal)?;
        let rules = (self.claim_rules(), self.shared_dependencies());
        let rows = Arc::new(Rows::of(append, &payloads, rules)?);
        let writes = append.streams.iter().map(StreamAppend::write).collect();
        let cursor = self.committer().commit(rows, writes).await?;
        self.snapshot(append);
        Ok(self.appended(cursor.unwrap_or(Cursor::START)))
    }

    /// Has a snapshot taken of each stream that is due for one.
    fn snapshot(&self, append: &Append) {
        for stream in &append.streams {
            self.snapshots().came(
                (stream.aggregate_type, &stream.aggregate_id),
                (stream.expected_version, stream.next_version()),
                stream.state.as_ref(),
            );
        }
    }

    fn appended(&self, cursor: Cursor) -> Appended {
        self.announce(cursor);
        Appended { cursor }
    }

    /// Asks the log whether these streams are still as they were seen. Shares a statement with the
    /// appends of the moment, and costs as little.
    pub(crate) async fn are_unmoved(
        &self,
        streams: Vec<StreamVersion>,
    ) -> Result<bool, AppendError> {
        let rows = Arc::new(Rows::asking(streams));
        match self.committer().commit(rows, Vec::new()).await {
            Ok(_) => Ok(true),
            Err(Failure::Violation(constraint)) if constraint == BASIS => Ok(false),
            // It is only a question: nothing can be unknown about its outcome.
            Err(Failure::ConnectionLost(error)) => Err(AppendError::Store(error)),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// How a command ended; unknown if the process stops before.
pub(crate) async fn ended(mut ending: Ending) -> Outcome {
    let told = ending.wait_for(Option::is_some).await;
    told.ok()
        .and_then(|outcome| *outcome)
        .unwrap_or(Outcome::Unknown)
}
