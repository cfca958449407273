//! One batch of commands, from the first statement to the outcome of each.
//!
//! ```text
//!            ┌─ refused by a constraint ─▶ each in a subtransaction ─▶ outcomes
//!  together ─┼─ another error ───────────▶ a statement per command ──▶ outcomes
//!            └─ connection lost ─▶ looked up in the log ─▶ outcomes, and the rest together again
//! ```
//!
//! The error of one command does not change the outcome of the others. After a lost connection the writer
//! waits until the server process of that connection has ended, and looks each command up in the log. Missing
//! commands are sent again with the same rows, so no command is reported as refused and committed later. A
//! panic of the writer is handled like a lost connection.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use sqlx::PgConnection;

use super::columns::{Columns, Outcomes};
use super::find;
use super::outcome::Failure;
use super::writer::{Job, Shared, WRITER, Writer};
use crate::Cursor;
use crate::back_off::{BackOff, RetryPolicy};
use crate::commit_queue::{Entry, TakenBatch};
use crate::outage::report_outage;

/// Retries of a whole batch after a deadlock or a lock timeout.
const TOGETHER: RetryPolicy = RetryPolicy {
    attempts: 6,
    ..RetryPolicy::CONTENTION
};
/// Time limit for retries of single commands that wait for a lock of another process.
const LOCKED_FOR: Duration = Duration::from_secs(3);
/// Time after a lost connection until the outcome counts as unknown.
const AWAY_FOR: Duration = Duration::from_secs(15);
/// Panics of the writer until the commands of a batch are sent one by one.
const PANICS: u32 = 2;

/// A batch under way. If it is dropped, the outcome of the commands without an outcome is unknown.
pub(super) struct Batch {
    shared: Arc<Shared>,
    /// Commands; `None` once a command has its outcome.
    entries: Vec<Option<Entry<Job>>>,
    /// Successors and predecessors, as indexes of `entries`.
    links: Vec<(usize, usize)>,
    /// The error after which the outcome of the last statement is unknown.
    lost: Option<Arc<sqlx::Error>>,
    losses: u32,
    panics: u32,
    contention: BackOff,
    /// Start of the attempts with one statement per command.
    single_since: Option<Instant>,
    /// The command whose single statement is under way.
    current: Option<usize>,
}

impl Batch {
    pub(super) fn new(shared: Arc<Shared>, taken: TakenBatch<Job>) -> Self {
        let spread = taken.entries.len().to_le_bytes()[0].wrapping_mul(37);
        Self {
            shared,
            contention: BackOff::with(TOGETHER, spread),
            entries: taken.entries.into_iter().map(Some).collect(),
            links: taken.links,
            lost: None,
            losses: 0,
            panics: 0,
            single_since: None,
            current: None,
        }
    }

    /// Writes until each command has its outcome.
    pub(super) async fn write(&mut self, writer: &mut Writer) {
        while !self.open().is_empty() {
            let step = AssertUnwindSafe(self.step(writer)).catch_unwind().await;
            if step.is_err() {
                self.panicked(writer);
            }
        }
    }

    async fn step(&mut self, writer: &mut Writer) {
        if let Some(error) = self.lost.clone() {
            return self.resolve_unknown_outcome(writer, error).await;
        }
        self.current = None;
        match self.single_since {
            None => self.together(writer).await,
            Some(since) => self.one_by_one(writer, since).await,
        }
    }

    /// Indexes of the commands without an outcome, in order.
    fn open(&self) -> Vec<usize> {
        let numbered = self.entries.iter().enumerate();
        numbered
            .filter_map(|(index, entry)| entry.is_some().then_some(index))
            .collect()
    }

    /// The columns of some commands, with the links between those.
    fn columns(&self, open: &[usize]) -> Columns<'_> {
        let position = |index: usize| open.binary_search(&index).ok();
        let links: Vec<_> = (self.links.iter())
            .filter_map(|&(successor, predecessor)| {
                Some((position(successor)?, position(predecessor)?))
            })
            .collect();
        let entries = open
            .iter()
            .filter_map(|&index| self.entries[index].as_ref());
        Columns::new(entries.map(|entry| &*entry.job.rows), &links)
    }

    /// Sends all commands in one statement, or each in a subtransaction if a constraint refuses that.
    async fn together(&mut self, writer: &mut Writer) {
        let open = self.open();
        let connection = match writer.get().await {
            Ok(connection) => connection,
            Err(error) => return self.decide_all(&open, &Failure::unreached(error)),
        };
        match self.send(connection, &open).await {
            Ok(outcomes) => self.decide(&open, outcomes),
            Err(Failure::ConnectionLost(error)) => self.lost(writer, error),
            Err(failure) if failure.is_read_only() => self.read_only(writer, &failure),
            Err(Failure::Contention(_)) if self.contention.pause().await.is_ok() => {
                self.shared.counts.retry();
            }
            Err(failure) if open.len() == 1 && !matches!(failure, Failure::Contention(_)) => {
                self.decide(&open, vec![Err(failure)]);
            }
            Err(_) => {
                self.contention = BackOff::with(RetryPolicy::CONTENTION, 0);
                self.single_since = Some(Instant::now());
            }
        }
    }

    /// Sends each command in a statement of its own. Those that wait for a lock of another process are
    /// retried up to the time limit; the others get their outcome at once.
    async fn one_by_one(&mut self, writer: &mut Writer, since: Instant) {
        for index in self.open() {
            let has_open_predecessor = self.links.iter().any(|&(successor, predecessor)| {
                successor == index && self.entries[predecessor].is_some()
            });
            if self.entries[index].is_none() || has_open_predecessor {
                continue;
            }
            self.current = Some(index);
            let single = [index];
            let connection = match writer.get().await {
                Ok(connection) => connection,
                Err(error) => return self.decide_all(&self.open(), &Failure::unreached(error)),
            };
            match self.send(connection, &single).await {
                Ok(outcomes) => self.decide(&single, outcomes),
                Err(Failure::ConnectionLost(error)) => return self.lost(writer, error),
                Err(failure) if failure.is_read_only() => return self.read_only(writer, &failure),
                Err(Failure::Contention(_)) if since.elapsed() < LOCKED_FOR => {
                    self.shared.counts.retry();
                }
                Err(failure) => self.refuse(index, failure),
            }
        }
        if !self.open().is_empty() {
            // Once the pauses are used up, only the time limit counts.
            let _ = self.contention.pause().await;
        }
    }

    /// Sends commands in round one, and in round two if a constraint refuses that.
    async fn send(
        &self,
        connection: &mut PgConnection,
        commands: &[usize],
    ) -> Result<Outcomes, Failure> {
        let columns = self.columns(commands);
        tracing::trace!(batch.commands = commands.len(), "A batch is sent.");
        let written = columns.append_all(connection).await.map_err(Failure::from);
        if !matches!(written, Err(Failure::Violation(_))) || columns.is_decided_by_round_one() {
            return written;
        }
        if self.single_since.is_none() {
            self.shared.counts.second_round();
        }
        Ok(columns.append_each(connection).await?)
    }

    fn lost(&mut self, writer: &mut Writer, error: Arc<sqlx::Error>) {
        writer.lost();
        self.losses += 1;
        self.lost = Some(error);
    }

    /// Nothing was written. The next batch uses a new connection, which may lead to another server.
    fn read_only(&mut self, writer: &mut Writer, failure: &Failure) {
        writer.lost();
        self.decide_all(&self.open(), failure);
    }

    /// Handles a panic of the writer, which may have happened during a statement.
    fn panicked(&mut self, writer: &mut Writer) {
        tracing::error!("A writer panicked. Its commands are looked up in the log.");
        self.shared.tasks.panicked(WRITER);
        self.panics += 1;
        self.lost(writer, Arc::new(sqlx::Error::WorkerCrashed));
        if self.panics >= PANICS && self.single_since.is_none() {
            self.single_since = Some(Instant::now());
        }
        // More panics than the commands can cause: something else is broken.
        if usize::try_from(self.panics - 1).unwrap_or(usize::MAX) > 2 * self.entries.len() + 2 {
            self.decide_all(&self.open(), &Failure::abandoned());
        }
    }

    /// Determines the outcome of a statement whose reply was lost.
    async fn resolve_unknown_outcome(&mut self, writer: &mut Writer, lost: Arc<sqlx::Error>) {
        let open = self.open();
        let since = Instant::now();
        let mut back_off = BackOff::with(RetryPolicy::LOST_CONNECTION, 128);
        let found = loop {
            let error = match self.find(writer, &open).await {
                Ok(found) => break found,
                Err(error) => error,
            };
            writer.lost();
            if since.elapsed() >= AWAY_FOR || back_off.pause().await.is_err() {
                if !report_outage(&error) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "The outcome of a batch could not be looked up: it is unknown."
                    );
                }
                return self.decide_all(&open, &Failure::ConnectionLost(lost));
            }
        };
        self.lost = None;
        let suspect = self.current.take().filter(|_| self.panics > PANICS);
        for (index, found) in open.iter().zip(found) {
            match found {
                Some(cursor) => self.decide(&[*index], vec![Ok(Some(cursor))]),
                // It is known to be missing in the log.
                None if suspect == Some(*index) => {
                    self.refuse(*index, Failure::Other(lost.clone()));
                }
                None => {}
            }
        }
        if self.losses >= RetryPolicy::LOST_CONNECTION.attempts {
            self.decide_all(&self.open(), &Failure::Other(lost));
        }
    }

    async fn find(
        &self,
        writer: &mut Writer,
        open: &[usize],
    ) -> Result<Vec<Option<Cursor>>, sqlx::Error> {
        writer.end_abandoned().await?;
        let entries = open
            .iter()
            .filter_map(|&index| self.entries[index].as_ref());
        let rows = entries.map(|entry| &*entry.job.rows);
        find::find(writer.get().await?, rows).await
    }

    /// Refuses a command and its dependents.
    fn refuse(&mut self, index: usize, failure: Failure) {
        let mut refused = vec![index];
        for &(successor, predecessor) in &self.links {
            if refused.contains(&predecessor) && !refused.contains(&successor) {
                refused.push(successor);
            }
        }
        refused.retain(|&index| self.entries[index].is_some());
        let mut outcomes = vec![Err(Failure::Overtaken); refused.len()];
        if let Some(first) = outcomes.first_mut() {
            *first = Err(failure);
        }
        self.decide(&refused, outcomes);
    }

    fn decide_all(&mut self, open: &[usize], failure: &Failure) {
        self.lost = None;
        self.decide(open, vec![Err(failure.clone()); open.len()]);
    }

    fn decide(&mut self, indexes: &[usize], outcomes: Outcomes) {
        let entries = indexes
            .iter()
            .filter_map(|&index| self.entries[index].take());
        self.shared.complete(entries.collect(), outcomes);
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        let open = self.open();
        if !open.is_empty() {
            self.decide_all(&open, &Failure::abandoned());
        }
    }
}
