//! One batch of commands on its way to the verdict of each.
//!
//! ```text
//!            ┌─ refused by a constraint ─▶ each in a subtransaction ─▶ verdicts
//!  together ─┼─ another error ───────────▶ a statement per command ──▶ verdicts
//!            └─ connection lost ─▶ the log is asked ─▶ verdicts, and the rest together again
//! ```
//!
//! A command's error is its own: neighbours get the verdict that they would have got without it. A lost
//! connection is no verdict: the writer waits until the server process of that connection is gone, and
//! looks each command up in the log. What is not there is sent again, the same rows, so that no command
//! is told "refused" that is committed later. A writer that panics has lost its connection.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;

use super::columns::{Columns, Verdicts};
use super::committer::{Job, Shared, WRITER, Writer};
use super::find;
use super::outcome::Failure;
use crate::Cursor;
use crate::back_off::{BackOff, RetryPolicy};
use crate::stage::{Entry, Taken};

/// How a batch that gave way to another process is tried again as a whole.
const TOGETHER: RetryPolicy = RetryPolicy {
    attempts: 6,
    ..RetryPolicy::CONTENTION
};
/// How long commands that wait for a lock of another process are tried one by one.
const LOCKED_FOR: Duration = Duration::from_secs(3);
/// How long a database that was lost may stay away until the outcome counts as unknown.
const AWAY_FOR: Duration = Duration::from_secs(15);
/// How often a batch may make the writer panic as a whole.
const PANICS: u32 = 2;

/// A batch that was taken, until each of its commands has its verdict. If it is dropped before, the
/// outcome of the others is unknown.
pub(super) struct Batch {
    shared: Arc<Shared>,
    /// Those without a verdict.
    entries: Vec<Option<Entry<Job>>>,
    /// Successor and predecessor.
    links: Vec<(usize, usize)>,
    /// Why the outcome of the last statement is not known.
    lost: Option<Arc<sqlx::Error>>,
    losses: u32,
    panics: u32,
    contention: BackOff,
    /// Since when each command has a statement of its own.
    alone: Option<Instant>,
    /// The command whose own statement is under way.
    current: Option<usize>,
}

impl Batch {
    pub(super) fn new(shared: Arc<Shared>, taken: Taken<Job>) -> Self {
        let spread = taken.entries.len().to_le_bytes()[0].wrapping_mul(37);
        Self {
            shared,
            contention: BackOff::with(TOGETHER, spread),
            entries: taken.entries.into_iter().map(Some).collect(),
            links: taken.links,
            lost: None,
            losses: 0,
            panics: 0,
            alone: None,
            current: None,
        }
    }

    /// Goes on until each command has its verdict.
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
            return self.ask_the_log(writer, error).await;
        }
        self.current = None;
        match self.alone {
            None => self.together(writer).await,
            Some(since) => self.one_by_one(writer, since).await,
        }
    }

    /// Commands without a verdict, in order.
    fn open(&self) -> Vec<usize> {
        let numbered = self.entries.iter().enumerate();
        numbered
            .filter_map(|(index, entry)| entry.is_some().then_some(index))
            .collect()
    }

    /// The rows of some of them, with the links between those.
    fn columns(&self, open: &[usize]) -> Columns<'_> {
        let place = |index: usize| open.binary_search(&index).ok();
        let links: Vec<_> = (self.links.iter())
            .filter_map(|&(successor, predecessor)| Some((place(successor)?, place(predecessor)?)))
            .collect();
        let entries = open
            .iter()
            .filter_map(|&index| self.entries[index].as_ref());
        Columns::new(entries.map(|entry| &*entry.job.rows), &links)
    }

    /// All in one statement; each in a subtransaction of its own if a constraint refused that.
    async fn together(&mut self, writer: &mut Writer) {
        let open = self.open();
        let connection = match writer.get().await {
            Ok(connection) => connection,
            Err(error) => return self.decide_all(&open, &Failure::unreached(error)),
        };
        let columns = self.columns(&open);
        tracing::trace!(batch.commands = open.len(), "A batch is sent.");
        let mut written = columns.append_all(connection).await.map_err(Failure::from);
        if matches!(written, Err(Failure::Violation(_))) && !columns.is_decided_by_round_one() {
            self.shared.counts.second_round();
            written = columns.append_each(connection).await.map_err(Failure::from);
        }
        drop(columns);
        match written {
            Ok(verdicts) => self.decide(&open, verdicts),
            Err(Failure::ConnectionLost(error)) => self.lost(writer, error),
            Err(Failure::Contention(_)) if self.contention.pause().await.is_ok() => {
                self.shared.counts.retry();
            }
            Err(failure) if open.len() == 1 && !matches!(failure, Failure::Contention(_)) => {
                self.decide(&open, vec![Err(failure)]);
            }
            Err(_) => {
                self.contention = BackOff::with(RetryPolicy::CONTENTION, 0);
                self.alone = Some(Instant::now());
            }
        }
    }

    /// Each in a statement of its own. Those that wait for another process's lock are tried until there
    /// has been enough of that; the others have their verdict at once.
    async fn one_by_one(&mut self, writer: &mut Writer, since: Instant) {
        for index in self.open() {
            let has_open_predecessor = self.links.iter().any(|&(successor, predecessor)| {
                successor == index && self.entries[predecessor].is_some()
            });
            if self.entries[index].is_none() || has_open_predecessor {
                continue;
            }
            self.current = Some(index);
            let alone = [index];
            let connection = match writer.get().await {
                Ok(connection) => connection,
                Err(error) => return self.decide_all(&self.open(), &Failure::unreached(error)),
            };
            let columns = self.columns(&alone);
            tracing::trace!("A batch is sent.");
            let mut written = columns.append_all(connection).await.map_err(Failure::from);
            if matches!(written, Err(Failure::Violation(_))) && !columns.is_decided_by_round_one() {
                written = columns.append_each(connection).await.map_err(Failure::from);
            }
            drop(columns);
            match written {
                Ok(verdicts) => self.decide(&alone, verdicts),
                Err(Failure::ConnectionLost(error)) => return self.lost(writer, error),
                Err(Failure::Contention(_)) if since.elapsed() < LOCKED_FOR => {
                    self.shared.counts.retry();
                }
                Err(failure) => self.refuse(index, failure),
            }
        }
        if !self.open().is_empty() {
            // Without a pause once they are used up: the time decides.
            let _ = self.contention.pause().await;
        }
    }

    fn lost(&mut self, writer: &mut Writer, error: Arc<sqlx::Error>) {
        writer.lost();
        self.losses += 1;
        self.lost = Some(error);
    }

    /// The writer panicked: as far as anybody knows, in the middle of a statement.
    fn panicked(&mut self, writer: &mut Writer) {
        tracing::error!("A writer panicked. The log is asked which of its commands are in it.");
        self.shared.tasks.panicked(WRITER);
        self.panics += 1;
        self.lost(writer, Arc::new(sqlx::Error::WorkerCrashed));
        if self.panics >= PANICS && self.alone.is_none() {
            self.alone = Some(Instant::now());
        }
        // One of each command's own, and then something else is broken.
        if usize::try_from(self.panics - 1).unwrap_or(usize::MAX) > 2 * self.entries.len() + 2 {
            self.decide_all(&self.open(), &Failure::abandoned());
        }
    }

    /// Finds out what became of a statement whose answer was lost.
    async fn ask_the_log(&mut self, writer: &mut Writer, lost: Arc<sqlx::Error>) {
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
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The database went away in the middle of a batch: its outcome is unknown."
                );
                return self.decide_all(&open, &Failure::ConnectionLost(lost));
            }
        };
        self.lost = None;
        let suspect = self.current.take().filter(|_| self.panics > PANICS);
        for (index, found) in open.iter().zip(found) {
            match found {
                Some(cursor) => self.decide(&[*index], vec![Ok(Some(cursor))]),
                // It is known not to be there.
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

    /// Refuses one command, and with it those that build on it.
    fn refuse(&mut self, index: usize, failure: Failure) {
        let mut refused = vec![index];
        for &(successor, predecessor) in &self.links {
            if refused.contains(&predecessor) && !refused.contains(&successor) {
                refused.push(successor);
            }
        }
        refused.retain(|&index| self.entries[index].is_some());
        let mut verdicts = vec![Err(Failure::Overtaken); refused.len()];
        if let Some(first) = verdicts.first_mut() {
            *first = Err(failure);
        }
        self.decide(&refused, verdicts);
    }

    fn decide_all(&mut self, open: &[usize], failure: &Failure) {
        self.lost = None;
        self.decide(open, vec![Err(failure.clone()); open.len()]);
    }

    fn decide(&mut self, indexes: &[usize], verdicts: Verdicts) {
        let entries = indexes
            .iter()
            .filter_map(|&index| self.entries[index].take());
        self.shared.complete(entries.collect(), verdicts);
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
