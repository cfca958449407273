//! Whole histories that come from elsewhere: an old system's records, a large demo.
//!
//! ```text
//!  histories ─▶ sealed, rows ─▶ appended, up to 60 to a statement ─▶ imported
//!                                    │ a constraint refused one
//!                                    └─▶ is it in the log? ─▶ already present, or refused
//! ```
//!
//! A history is one stream from its first event on. It is appended as one command: it lands whole or not at
//! all, meets the same constraints, is sealed alike, and has its own outcome. The claims and names that it
//! adds are what is left at its end of all that it took and released.
//!
//! **Order.** All events of a history are rows of one transaction, in their order, and the stream is new: no
//! command can have been decided on it before that transaction was committed, so whatever is appended behind
//! it has a later transaction id.
//!
//! **Other appends** do not share a queue with it: an import has a writer of its own, and its transactions are as
//! short as those of other commands. Only a history that alone has more than [`EVENTS`] makes a longer one.
//!
//! An import can't continue a stream that exists, and can't say when an event was recorded: that is when the
//! database wrote it. What a history rested on (a doctor's hours at that time) is the caller's to know.

mod history;
mod history_builder;

use std::collections::HashSet;
use std::sync::Arc;

use futures::future::join_all;
use tracing::instrument;

use super::committer::Committer;
use super::find::find;
use super::outcome::Failure;
use super::rows::Rows;
use super::writer::SESSION;
use crate::connection::OwnConnection;
use crate::error::AppendError;
use crate::{Cursor, EventStore, SealError};
pub use history::{History, ImportOutcome};
pub use history_builder::HistoryBuilder;

/// Writers of an import. A second one would take the processor from other appends.
const WRITERS: usize = 1;
/// Events that are sealed and appended at a time.
const EVENTS: usize = 1_000;

impl EventStore {
    /// Imports whole histories. Returns the outcome of each, in their order.
    ///
    /// A repeated import is safe: what is there already is reported as such, the rest is imported. After a
    /// lost connection the log is asked; the answer is never guessed.
    ///
    /// # Errors
    /// [`AppendError::Store`], [`AppendError::Seal`], [`AppendError::Busy`] and
    /// [`AppendError::OutcomeUnknown`] if the database or a master key is away: some histories may have
    /// landed, each of them whole. Ask again.
    #[instrument(name = "log.import", level = "debug", skip_all)]
    pub async fn import(&self, histories: &[History]) -> Result<Vec<ImportOutcome>, AppendError> {
        let committer = Committer::start(self.pool(), self.tasks(), WRITERS);
        let mut outcomes = Vec::with_capacity(histories.len());
        while outcomes.len() < histories.len() {
            let rest = &histories[outcomes.len()..];
            let group = &rest[..group(rest)];
            outcomes.extend(self.import_group(&committer, group).await?);
        }
        Ok(outcomes)
    }

    /// Appends histories of different streams, each as a command of its own.
    async fn import_group(
        &self,
        committer: &Committer,
        group: &[History],
    ) -> Result<Vec<ImportOutcome>, AppendError> {
        let sealed = self.seal_group(group).await?;
        let landing = group.iter().zip(sealed);
        let landing = landing.map(|(history, rows)| self.land(committer, history, rows));
        let landed = join_all(landing).await;
        let refused = landed.iter().filter_map(|landed| landed.as_ref().err());
        let mut present = self.are_present(refused).await?.into_iter();
        let outcomes = landed.into_iter().map(|landed| {
            landed.or_else(|refusal| match present.next() {
                Some(true) => Ok(ImportOutcome::AlreadyPresent),
                _ => refusal.verdict(),
            })
        });
        outcomes.collect()
    }

    async fn land(
        &self,
        committer: &Committer,
        history: &History,
        rows: Result<Rows, AppendError>,
    ) -> Result<ImportOutcome, Refusal> {
        let rows = match rows {
            Ok(rows) => Arc::new(rows),
            Err(error) => return Ok(ImportOutcome::Refused(error)),
        };
        let writes = vec![history.stream.write()];
        match committer.commit(rows.clone(), writes).await {
            Ok(cursor) => {
                self.announce(cursor.unwrap_or(Cursor::START));
                Ok(ImportOutcome::Imported)
            }
            Err(failure) if failure.is_unstorable() => Ok(ImportOutcome::Refused(failure.into())),
            Err(failure) => Err(Refusal { rows, failure }),
        }
    }

    /// Asks the log which histories it has already, by their last command.
    async fn are_present(
        &self,
        refused: impl Iterator<Item = &Refusal> + Clone,
    ) -> Result<Vec<bool>, AppendError> {
        if refused.clone().next().is_none() {
            return Ok(Vec::new());
        }
        let mut connection = OwnConnection::new(self.pool(), SESSION);
        let found = async { find(connection.get().await?, refused.map(|it| &*it.rows)).await };
        let found = found
            .await
            .map_err(|error| AppendError::Store(Arc::new(error)))?;
        Ok(found.iter().map(Option::is_some).collect())
    }

    /// Seals histories with one question for all keys of persons; each alone if one of them can't be sealed.
    async fn seal_group(
        &self,
        group: &[History],
    ) -> Result<Vec<Result<Rows, AppendError>>, AppendError> {
        match self.seal(group).await {
            Err(error) if error.is_of_one_value() => {}
            sealed => return sealed.map_err(AppendError::Seal),
        }
        let mut all = Vec::with_capacity(group.len());
        for history in group.chunks(1) {
            match self.seal(history).await {
                Ok(sealed) => all.extend(sealed),
                Err(error) if error.is_of_one_value() => all.push(Err(AppendError::Seal(error))),
                Err(error) => return Err(AppendError::Seal(error)),
            }
        }
        Ok(all)
    }

    async fn seal(
        &self,
        histories: &[History],
    ) -> Result<Vec<Result<Rows, AppendError>>, SealError> {
        let streams = histories.iter().map(|history| &history.stream);
        let payloads = self.sealing().seal_events(streams).await?;
        let mut payloads = &payloads[..];
        let rows = histories.iter().map(|history| {
            let (own, others) = payloads.split_at(history.len());
            payloads = others;
            Rows::from_history(&history.stream, &history.commands, own, self.claim_rules())
        });
        Ok(rows.collect())
    }
}

/// A history that was not appended.
struct Refusal {
    rows: Arc<Rows>,
    failure: Failure,
}

impl Refusal {
    /// The outcome of this history, or of the whole import where no constraint refused it.
    fn verdict(self) -> Result<ImportOutcome, AppendError> {
        match self.failure {
            Failure::Violation(_) => Ok(ImportOutcome::Refused(self.failure.into())),
            failure => Err(failure.into()),
        }
    }
}

/// Counts the histories that go together: at most [`EVENTS`] events, and no stream twice, since the second
/// one has to find what became of the first.
fn group(histories: &[History]) -> usize {
    let (mut events, mut streams) = (0, HashSet::new());
    let fits = histories.iter().take_while(|history| {
        events += history.len();
        events <= EVENTS && streams.insert((history.stream.aggregate_type, history.aggregate_id()))
    });
    fits.count().max(1)
}
