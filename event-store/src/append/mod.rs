//! The append seam: what one command writes, in one statement, all or nothing.

mod columns;
mod committer;
mod import;
mod outcome;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;
use tracing::instrument;

use crate::connection::answering;
use crate::error::AppendError;
use crate::stage::{Coming, Ending, Outcome, State, StreamKey, Write};
use crate::{Cursor, EventData, EventStore, Metadata};
pub(crate) use committer::Committer;
pub use import::{History, HistoryBuilder, ImportOutcome};
use outcome::{BASIS, Failure};
use rows::Rows;

/// How often a lost connection is tried again before the caller is told.
const ATTEMPTS: u32 = 10;

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
    /// in it; the answer is never guessed.
    ///
    /// # Errors
    /// [`AppendError::Conflict`], [`AppendError::Overtaken`], [`AppendError::Refused`] and
    /// [`AppendError::KeyUsed`] are verdicts: nothing was appended. [`AppendError::OutcomeUnknown`]
    /// is the one that is not.
    #[instrument(name = "log.append", level = "debug", skip_all)]
    pub async fn append(&self, append: &Append) -> Result<Appended, AppendError> {
        let (ended, ending) = watch::channel(None);
        let appended = self.try_append(append, &ending).await;
        let outcome = match &appended {
            Ok(_) => Outcome::Committed,
            Err(AppendError::OutcomeUnknown(_)) => Outcome::Unknown,
            Err(_) => Outcome::Refused,
        };
        ended.send_replace(Some(outcome));
        match &appended {
            Ok(_) => self.snapshot(append),
            // Nothing here was wrong, only early.
            Err(AppendError::Overtaken) => {}
            Err(_) => self.distrust(append),
        }
        appended
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

    /// Drops what a failed append rested on.
    fn distrust(&self, append: &Append) {
        let cache = self.committer().cache();
        for stream in &append.streams {
            cache.drop(&stream.key());
        }
        for stream in &append.basis {
            cache.drop(&stream.into());
        }
    }

    async fn try_append(&self, append: &Append, ending: &Ending) -> Result<Appended, AppendError> {
        let payloads = self.sealing().seal_events(append.streams.iter()).await;
        let payloads = payloads.map_err(AppendError::Seal)?;
        let rows = Arc::new(Rows::of(
            append,
            &payloads,
            (self.claim_rules(), self.shared_dependencies()),
        )?);
        let mut may_be_in = false;
        for attempt in 1.. {
            let writes = append.streams.iter().map(StreamAppend::write).collect();
            let committed = self.committer().commit(rows.clone(), writes, ending).await;
            let failure = match committed {
                Ok(cursor) => return Ok(self.appended(cursor.unwrap_or(Cursor::START))),
                Err(failure) => failure,
            };
            may_be_in |= matches!(failure, Failure::ConnectionLost(_));
            if !may_be_in {
                return Err(failure.into_error(false));
            }
            let failure = match self.find(append).await {
                Ok(Some(cursor)) => return Ok(self.appended(cursor)),
                Ok(None) => failure,
                // Not even the question came through: a verdict now would be a guess.
                Err(error) => Failure::ConnectionLost(error.into()),
            };
            match failure {
                Failure::Violation(_) => return Err(failure.into_error(true)),
                failure if attempt >= ATTEMPTS => return Err(failure.into_error(true)),
                // What it was decided on may not have come about: then there is nothing to repeat.
                Failure::ConnectionLost(error) if append.is_continuation() => {
                    return self.find_after_predecessors(append, error).await;
                }
                _ => tokio::time::sleep(pause(append, attempt)).await,
            }
        }
        Err(AppendError::Overtaken)
    }

    /// The connection was lost with a command that builds on others. Each of those finds out about
    /// itself by asking for its place in the stream again; once they know, the lost statement can no
    /// longer commit.
    async fn find_after_predecessors(
        &self,
        append: &Append,
        lost: Arc<sqlx::Error>,
    ) -> Result<Appended, AppendError> {
        for stream in &append.streams {
            if let Some(coming) = &stream.after
                && ended(coming.ending.clone()).await == Outcome::Unknown
            {
                return Err(AppendError::OutcomeUnknown(lost));
            }
        }
        match self.find(append).await {
            Ok(Some(cursor)) => Ok(self.appended(cursor)),
            Ok(None) => Err(AppendError::Conflict),
            Err(error) => Err(AppendError::OutcomeUnknown(error.into())),
        }
    }

    /// Looks the command up in the stream that it wrote to last.
    async fn find(&self, append: &Append) -> Result<Option<Cursor>, sqlx::Error> {
        let last = append
            .streams
            .iter()
            .rfind(|stream| !stream.events.is_empty());
        let Some(stream) = last else {
            return Ok(None);
        };
        let mut connection = answering(self.pool()).await?;
        let row = sqlx::query!(
            r#"
            select epoch, transaction_id::text as "transaction_id!", position
            from events
            where aggregate_type = $1
              and aggregate_id = $2
              and sequence = $3
              and metadata ->> 'commandId' = $4
            "#,
            stream.aggregate_type,
            stream.aggregate_id,
            stream.next_version(),
            append.metadata.command_id.to_string()
        )
        .fetch_optional(&mut *connection)
        .await?;
        row.map(|row| Cursor::from_parts(row.epoch, &row.transaction_id, row.position))
            .transpose()
            .map_err(|error| sqlx::Error::Decode(error.into()))
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
        let ending = watch::channel(None).1;
        let rows = Arc::new(Rows::asking(streams));
        for attempt in 1.. {
            let asked = self.committer().commit(rows.clone(), Vec::new(), &ending);
            match asked.await {
                Ok(_) => return Ok(true),
                Err(Failure::Violation(constraint)) if constraint == BASIS => {
                    for stream in &rows.basis {
                        self.committer().cache().drop(&stream.into());
                    }
                    return Ok(false);
                }
                // A question may be asked as often as one likes.
                Err(Failure::ConnectionLost(_)) if attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
                }
                Err(failure) => return Err(failure.into_error(false)),
            }
        }
        Ok(false)
    }
}

impl Append {
    /// Whether it was decided on a state that had not come about yet.
    fn is_continuation(&self) -> bool {
        self.streams.iter().any(|stream| stream.after.is_some())
    }
}

/// How a command ended. One that nobody waited for may have ended either way.
pub(crate) async fn ended(mut ending: Ending) -> Outcome {
    let told = ending.wait_for(Option::is_some).await;
    told.ok()
        .and_then(|outcome| *outcome)
        .unwrap_or(Outcome::Unknown)
}

/// Doubling pauses, spread by the command's own id so that two losers part ways.
fn pause(append: &Append, attempt: u32) -> Duration {
    let spread = u64::from(append.metadata.command_id.as_bytes()[15]);
    let base = 2_u64.saturating_pow(attempt.min(10));
    Duration::from_micros(base * 1_000 + base * spread * 4)
}
