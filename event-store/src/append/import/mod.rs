//! Whole histories that come from elsewhere: an old system's records, a large demo.
//!
//! ```text
//!  histories ─▶ sealed, rows ─▶ copied, many to a transaction ─▶ landed
//!                                    │ a constraint refused
//!                                    ├─▶ those that the log has already ─▶ was there
//!                                    └─▶ the others, each on its own, as an append ─▶ landed, or refused
//! ```
//!
//! A history is one stream from its first event on, and lands whole or not at all. It meets the same
//! constraints as an append and is sealed like one; the claims and names that it adds are what is left
//! at its end of all that it took and gave back.
//!
//! **Order.** All events of a history are rows of one transaction, in their order, and the stream is new:
//! nobody can have decided on it before that transaction was committed, so whatever is appended behind it
//! has a later transaction id. Everything is decided and sealed before the transaction begins.
//!
//! **Readers** wait for the oldest transaction that writes, so transactions are short ([`pace`]): at most
//! 5,000 rows, fewer on a slow disk. Only a history that alone has more rows takes one that is larger.
//!
//! It refuses to continue a stream that is there, and to say when an event was recorded: that is when the
//! database wrote it. What a history rested on (a doctor's hours at that time) is the caller's to know.

mod copy;
mod find;
mod history;
mod history_builder;
mod judge;
mod pace;
mod transaction;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tracing::instrument;

use super::outcome::Failure;
use super::rows::Rows;
use super::writer::SESSION;
use crate::EventStore;
use crate::back_off::{BackOff, RetryPolicy};
use crate::connection::OwnConnection;
use crate::error::AppendError;
pub use history::{History, ImportOutcome};
pub use history_builder::HistoryBuilder;
use pace::Pace;

/// Events that are sealed at a stretch, before others get a turn.
const STRETCH: usize = 1_000;

/// How a transaction whose connection was lost is tried again. A database that is away is waited for by
/// the connection itself.
const LOSSES: RetryPolicy = RetryPolicy {
    attempts: 10,
    ..RetryPolicy::CONTENTION
};

/// A history that is ready to go in.
struct Ready<'h> {
    /// Its place in what the caller gave.
    index: usize,
    history: &'h History,
    rows: Arc<Rows>,
}

/// An import under way.
struct Import<'s> {
    store: &'s EventStore,
    connection: OwnConnection,
    pace: Pace,
    landings: Vec<(usize, ImportOutcome)>,
}

impl EventStore {
    /// Brings whole histories into the log; answers what became of each, in their order.
    ///
    /// Asking again is safe: what is there already is told as such, the rest is brought in. After a lost
    /// connection the log is asked; the answer is never guessed.
    ///
    /// # Errors
    /// [`AppendError::Store`], [`AppendError::Seal`] and [`AppendError::OutcomeUnknown`] if the database or
    /// a master key is away: some histories may have landed, each of them whole. Ask again.
    #[instrument(name = "log.import", level = "debug", skip_all)]
    pub async fn import(&self, histories: &[History]) -> Result<Vec<ImportOutcome>, AppendError> {
        let mut import = Import {
            store: self,
            connection: OwnConnection::new(self.pool(), SESSION),
            pace: Pace::new(),
            landings: Vec::with_capacity(histories.len()),
        };
        import.run(histories).await?;
        import.landings.sort_unstable_by_key(|(index, _)| *index);
        let landings = import.landings.into_iter();
        Ok(landings.map(|(_, landing)| landing).collect())
    }
}

impl Import<'_> {
    /// Fills one transaction after the other.
    async fn run(&mut self, histories: &[History]) -> Result<(), AppendError> {
        let mut filling = Vec::new();
        let mut filled = 0;
        let mut rest = histories;
        while !rest.is_empty() {
            let (stretch, behind) = rest.split_at(stretch(rest));
            let from = histories.len() - rest.len();
            for ready in self.prepare(from, stretch).await? {
                let rows = ready.rows.added();
                if filled + rows > self.pace.rows() && !filling.is_empty() {
                    self.bring_in(std::mem::take(&mut filling)).await?;
                    filled = 0;
                }
                filled += rows;
                filling.push(ready);
            }
            rest = behind;
            tokio::task::yield_now().await;
        }
        self.bring_in(filling).await
    }

    /// Seals some histories, with one question for all keys of persons, and makes rows of them.
    async fn prepare<'h>(
        &mut self,
        from: usize,
        histories: &'h [History],
    ) -> Result<Vec<Ready<'h>>, AppendError> {
        let numbered = (from..).zip(histories);
        let streams = histories.iter().map(|history| &history.stream);
        match self.store.sealing().seal_events(streams).await {
            Ok(payloads) => {
                let mut payloads = &payloads[..];
                let mut ready = Vec::with_capacity(histories.len());
                for (index, history) in numbered {
                    let (own, others) = payloads.split_at(history.len());
                    payloads = others;
                    ready.extend(self.rows_of((index, history), own));
                }
                Ok(ready)
            }
            // One of them can't be sealed: each has a verdict of its own.
            Err(error) if error.is_of_one_value() => self.prepare_each(numbered).await,
            Err(error) => Err(AppendError::Seal(error)),
        }
    }

    async fn prepare_each<'h>(
        &mut self,
        histories: impl Iterator<Item = (usize, &'h History)>,
    ) -> Result<Vec<Ready<'h>>, AppendError> {
        let mut ready = Vec::new();
        for (index, history) in histories {
            let stream = std::iter::once(&history.stream);
            match self.store.sealing().seal_events(stream).await {
                Ok(payloads) => ready.extend(self.rows_of((index, history), &payloads)),
                Err(error) if error.is_of_one_value() => {
                    let refused = ImportOutcome::Refused(AppendError::Seal(error));
                    self.landings.push((index, refused));
                }
                Err(error) => return Err(AppendError::Seal(error)),
            }
        }
        Ok(ready)
    }

    fn rows_of<'h>(
        &mut self,
        (index, history): (usize, &'h History),
        payloads: &[Value],
    ) -> Option<Ready<'h>> {
        match Rows::of_history(history, payloads, self.store.claim_rules()) {
            Ok(rows) => Some(Ready {
                index,
                history,
                rows: Arc::new(rows),
            }),
            Err(error) => {
                self.landings.push((index, ImportOutcome::Refused(error)));
                None
            }
        }
    }

    /// Brings in what fits one transaction.
    async fn bring_in(&mut self, ready: Vec<Ready<'_>>) -> Result<(), AppendError> {
        let only_adds = |ready: &Ready<'_>| ready.rows.only_adds();
        let (copied, judged): (Vec<_>, Vec<_>) = ready.into_iter().partition(only_adds);
        self.copy(copied).await?;
        self.judge(judged).await
    }

    /// Copies them, all together. If a constraint refuses that, each gets its own verdict.
    async fn copy(&mut self, mut ready: Vec<Ready<'_>>) -> Result<(), AppendError> {
        let mut may_be_in = false;
        let mut contention = BackOff::with(RetryPolicy::CONTENTION, spread(&ready));
        let mut losses = BackOff::with(LOSSES, spread(&ready));
        while !ready.is_empty() {
            let failure = match self.try_to_copy(&ready).await {
                Ok(()) => {
                    self.landed(&ready);
                    break;
                }
                Err(failure) => failure,
            };
            match &failure {
                Failure::Violation(_) => {
                    let before = ready.len();
                    ready = self.without_those_there(ready).await?;
                    if ready.len() == before {
                        return self.judge(ready).await;
                    }
                }
                Failure::ConnectionLost(_) if losses.pause().await.is_ok() => {
                    may_be_in = true;
                    self.connection.lost();
                }
                Failure::Contention(_) if contention.pause().await.is_ok() => {}
                other if other.is_unstorable() => return self.judge(ready).await,
                _ if may_be_in => return Err(failure.unknown()),
                _ => return Err(failure.into()),
            }
        }
        Ok(())
    }

    async fn try_to_copy(&mut self, ready: &[Ready<'_>]) -> Result<(), Failure> {
        let rows = ready.iter().map(|ready| &*ready.rows);
        let count = rows.clone().map(Rows::added).sum();
        // What a lost connection still copies would be in the way of the same rows.
        let ended = self.connection.end_abandoned().await;
        ended.map_err(Failure::unreached)?;
        let connection = self.connection.get().await.map_err(Failure::unreached)?;
        let started = Instant::now();
        let copied = transaction::copy_in(connection, rows).await;
        self.pace.took(count, started.elapsed());
        self.store.announce(copied.map_err(Failure::from)?);
        Ok(())
    }

    fn landed(&mut self, ready: &[Ready<'_>]) {
        let landed = ready
            .iter()
            .map(|ready| (ready.index, ImportOutcome::Imported));
        self.landings.extend(landed);
    }
}

/// How many histories make a stretch; at least one, however long.
fn stretch(histories: &[History]) -> usize {
    let mut events = 0;
    let fits = histories.iter().take_while(|history| {
        events += history.len();
        events <= STRETCH
    });
    fits.count().max(1)
}

/// Parts two that gave way to each other.
fn spread(ready: &[Ready<'_>]) -> u8 {
    let command = ready.first().and_then(|ready| ready.history.last_command());
    command.map_or(0, |id| id.as_bytes()[15])
}
