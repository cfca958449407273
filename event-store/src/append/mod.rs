//! The append seam: what one command writes, in one statement, all or nothing.

mod batch;
mod committer;
mod outcome;

use std::time::Duration;

use serde_json::Value;

use crate::error::AppendError;
use crate::{Cursor, EventData, EventStore, Metadata};
use batch::Batch;
pub(crate) use committer::Committer;
use outcome::Failure;

/// How often a deadlock or a lost connection is tried again before the caller is told.
const ATTEMPTS: u32 = 10;

/// New events of one stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamAppend {
    /// The kind of aggregate.
    pub aggregate_type: &'static str,
    /// The aggregate.
    pub aggregate_id: String,
    /// The version that the decision was made on.
    pub expected_version: i64,
    /// What happened, in order.
    pub events: Vec<EventData>,
}

impl StreamAppend {
    /// The version after the append.
    #[must_use]
    pub fn next_version(&self) -> i64 {
        self.expected_version + i64::try_from(self.events.len()).unwrap_or(i64::MAX)
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
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// The new events, by stream; at least one event in all.
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
    /// [`AppendError::Conflict`], [`AppendError::Refused`] and [`AppendError::KeyUsed`] are
    /// verdicts: nothing was appended. [`AppendError::OutcomeUnknown`] is the one that is not.
    pub async fn append(&self, append: &Append) -> Result<Appended, AppendError> {
        let appended = self.try_append(append).await;
        // The streams have moved on; after a failure, nothing that it rested on is trusted either.
        for stream in append
            .streams
            .iter()
            .filter(|stream| stream.expected_version > 0)
        {
            self.cache()
                .drop(stream.aggregate_type, &stream.aggregate_id);
        }
        if appended.is_err() {
            for stream in &append.basis {
                self.cache()
                    .drop(stream.aggregate_type, &stream.aggregate_id);
            }
        }
        appended
    }

    async fn try_append(&self, append: &Append) -> Result<Appended, AppendError> {
        let payloads = self.sealing().seal_events(&append.streams).await;
        let payloads = payloads.map_err(AppendError::Seal)?;
        let mut may_be_in = false;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let batch = Batch::of(append, &payloads, self.guards())?;
            let failure = match self.committer().commit(batch).await {
                Ok(cursor) => return Ok(self.appended(cursor)),
                Err(failure) => failure,
            };
            may_be_in |= matches!(failure, Failure::ConnectionLost(_));
            let failure = match self.find_if(may_be_in, append).await {
                Ok(Some(cursor)) => return Ok(self.appended(cursor)),
                Ok(None) => failure,
                // Not even the question came through: a verdict now would be a guess.
                Err(error) => Failure::ConnectionLost(error.into()),
            };
            match failure {
                Failure::Deadlock(_) | Failure::ConnectionLost(_) if attempt < ATTEMPTS => {
                    tokio::time::sleep(pause(append, attempt)).await;
                }
                failure => return Err(failure.into_error(may_be_in)),
            }
        }
    }

    /// Looks the command up in the stream that it wrote to last, if it may be there.
    async fn find_if(
        &self,
        may_be_in: bool,
        append: &Append,
    ) -> Result<Option<Cursor>, sqlx::Error> {
        let last = append
            .streams
            .iter()
            .rfind(|stream| !stream.events.is_empty());
        let Some(stream) = last.filter(|_| may_be_in) else {
            return Ok(None);
        };
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
        .fetch_optional(self.pool())
        .await?;
        row.map(|row| Cursor::from_parts(row.epoch, &row.transaction_id, row.position))
            .transpose()
            .map_err(|error| sqlx::Error::Decode(error.into()))
    }

    fn appended(&self, cursor: Cursor) -> Appended {
        self.announce(cursor);
        Appended { cursor }
    }
}

/// Doubling pauses, spread by the command's own id so that two losers of one deadlock part ways.
fn pause(append: &Append, attempt: u32) -> Duration {
    let spread = u64::from(append.metadata.command_id.as_bytes()[15]);
    let base = 2_u64.saturating_pow(attempt.min(10));
    Duration::from_micros(base * 1_000 + base * spread * 4)
}
