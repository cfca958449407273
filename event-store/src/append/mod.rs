//! The write side: one command is one statement, all or nothing.
//!
//! `request.rs` is the input, `rows.rs` and `columns.rs` its table rows. `committer.rs` queues commands,
//! and each writer (`writer.rs`) sends them in batches (`batch.rs`). `outcome.rs` maps database errors,
//! `find.rs` looks commands up after a lost connection.

mod batch;
mod columns;
mod committer;
mod find;
mod import;
mod outcome;
mod request;
mod rows;
mod writer;

use std::sync::Arc;

use tracing::instrument;

use crate::error::AppendError;
use crate::{Cursor, EventStore};
pub(crate) use committer::{Committer, WRITERS};
pub use import::{History, HistoryBuilder, ImportOutcome};
use outcome::{Failure, UNMOVED};
pub use request::{Append, Appended, Idempotency, StreamAppend, StreamVersion};
use rows::Rows;

impl EventStore {
    /// Appends the events of one command, with their changes of claims and reservations.
    ///
    /// Deadlocks are retried. After a lost connection the command is looked up in the log; its outcome is
    /// never guessed. A command that was sent completes even if the caller stops waiting.
    ///
    /// # Errors
    /// [`AppendError::Conflict`], [`AppendError::Overtaken`], [`AppendError::Refused`] and
    /// [`AppendError::KeyUsed`] are outcomes: nothing was appended. After [`AppendError::OutcomeUnknown`]
    /// the events may or may not be in the log.
    #[instrument(name = "log.append", level = "debug", skip_all)]
    pub async fn append(&self, append: &Append) -> Result<Appended, AppendError> {
        let payloads = self.sealing().seal_events(append.streams.iter()).await;
        let payloads = payloads.map_err(AppendError::Seal)?;
        let rows = Rows::from_append(
            append,
            &payloads,
            self.claim_rules(),
            self.shared_dependencies(),
        )?;
        let writes = append.streams.iter().map(StreamAppend::write).collect();
        let cursor = self.committer().commit(Arc::new(rows), writes).await?;
        for stream in &append.streams {
            self.snapshots().appended(stream);
        }
        let cursor = cursor.unwrap_or(Cursor::START);
        self.announce(cursor);
        Ok(Appended { cursor })
    }

    /// Checks in the log that these streams are still at these versions. Shares a statement with
    /// concurrent appends.
    pub(crate) async fn are_unmoved(
        &self,
        streams: Vec<StreamVersion>,
    ) -> Result<bool, AppendError> {
        let rows = Arc::new(Rows::from_dependencies(streams));
        match self.committer().commit(rows, Vec::new()).await {
            Ok(_) => Ok(true),
            Err(Failure::Violation(constraint)) if constraint == UNMOVED => Ok(false),
            // A read has no unknown outcome.
            Err(Failure::ConnectionLost(error)) => Err(AppendError::Store(error)),
            Err(failure) => Err(failure.into()),
        }
    }
}
