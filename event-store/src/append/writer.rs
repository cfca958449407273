//! A writer: its connection, the state that it shares with the other writers, and its jobs.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, oneshot, watch};

use super::columns::Outcomes;
use super::outcome::Failure;
use super::rows::Rows;
use crate::Cursor;
use crate::cache::AggregateCache;
use crate::commit_queue::{CommitQueue, Entry, Outcome};
use crate::connection::OwnConnection;
use crate::supervise::Tasks;

/// The task's name.
pub(super) const WRITER: &str = "writer";

/// Settings of a writer's session.
///
/// Two processes that claim one resource may wait for each other. The database detects that after a
/// second; with this timeout the wait ends sooner, and the batch is retried.
///
/// Plans are generic: with few commands in a batch the database would choose to plan the statement anew
/// each time, which takes longer than to execute it. They are kept for as long as the connection lives. A
/// plan that was made while the log was short would scan all of it later. Each look-up of an append has an
/// index and starts from a few rows, so sequential scans and joins other than nested loops are off. A
/// sequential scan that is needed nevertheless, of a table with one row, then has a high estimated cost, for
/// which `jit` would compile it each time: some hundred milliseconds for nothing.
pub(super) const SESSION: &str = "
    set plan_cache_mode = force_generic_plan;
    set lock_timeout = '100ms';
    set enable_seqscan = off;
    set enable_hashjoin = off;
    set enable_mergejoin = off;
    set enable_material = off;
    set jit = off;
";

/// A command as a job of a writer: its rows, and the receivers of its outcome.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) rows: Arc<Rows>,
    pub(super) reply: oneshot::Sender<Result<Option<Cursor>, Failure>>,
    /// Notifies commands that were decided on the state that this one leaves.
    pub(super) outcome: watch::Sender<Option<Outcome>>,
}

/// The shared state of all writers.
pub(super) struct Shared {
    pub(super) pool: PgPool,
    queue: Mutex<CommitQueue<Job>>,
    pub(super) cache: AggregateCache,
    pub(super) counts: AppendCounts,
    pub(super) tasks: Tasks,
    /// Wakes a writer: a command may be ready.
    pub(super) ready: Notify,
    /// Number of batches under way.
    under_way: AtomicUsize,
}

/// A batch under way, counted until it is dropped.
pub(super) struct UnderWay<'a>(&'a Shared);

impl<'a> UnderWay<'a> {
    pub(super) fn new(shared: &'a Shared) -> Self {
        shared.under_way.fetch_add(1, Ordering::Relaxed);
        Self(shared)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One of the writers, with its connection.
pub(super) struct Writer {
    connection: OwnConnection,
    shared: Arc<Shared>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        // Of its own: writes never wait for the pool behind reads.
        Self {
            connection: OwnConnection::new(&shared.pool, SESSION),
            shared,
        }
    }

    /// The connection. A new one empties the cache: it may lead to another server, or to a database that
    /// was restored to an earlier state.
    pub(super) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let before = self.connection.opened();
        self.connection.get().await?;
        if self.connection.opened() != before {
            self.shared.cache.clear();
        }
        self.connection.get().await
    }

    pub(super) fn lost(&mut self) {
        self.connection.lost();
    }

    /// See [`OwnConnection::end_abandoned`].
    pub(super) async fn end_abandoned(&mut self) -> Result<(), sqlx::Error> {
        self.get().await?;
        self.connection.end_abandoned().await
    }
}

impl Shared {
    pub(super) fn new(pool: PgPool, tasks: Tasks) -> Self {
        Self {
            pool,
            queue: Mutex::default(),
            cache: AggregateCache::new(),
            counts: AppendCounts::default(),
            tasks,
            ready: Notify::new(),
            under_way: AtomicUsize::new(0),
        }
    }

    pub(super) fn has_batch_under_way(&self) -> bool {
        self.under_way.load(Ordering::Relaxed) > 0
    }

    /// The queue. It stays consistent if a thread that holds the lock panics.
    pub(super) fn queue(&self) -> MutexGuard<'_, CommitQueue<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes commands: caches the states that are in the log now, drops cached states on which
    /// commands failed, and sends the outcomes.
    pub(super) fn complete(&self, entries: Vec<Entry<Job>>, outcomes: Outcomes) {
        let orphans = {
            let mut queue = self.queue();
            let ends = outcomes.iter().map(Result::is_ok);
            let completed = queue.complete(entries.iter().zip(ends));
            // Under the lock: a caller that finds no tail finds the state in the cache.
            for (key, version, state) in completed.committed {
                self.cache.put(key, version, state);
            }
            for (entry, outcome) in entries.iter().zip(&outcomes) {
                // An overtaken command does not make the cached state doubtful.
                if matches!(outcome, Err(failure) if !matches!(failure, Failure::Overtaken)) {
                    let writes = entry.writes.iter().map(|write| &write.key);
                    writes
                        .chain(&entry.depends_on)
                        .for_each(|key| self.cache.remove(key));
                }
            }
            completed.orphans
        };
        // Other commands may have waited for these streams.
        self.ready.notify_one();
        for job in orphans {
            job.finish(Err(Failure::Overtaken));
        }
        for (entry, outcome) in entries.into_iter().zip(outcomes) {
            entry.job.finish(outcome);
        }
    }
}

impl Job {
    fn finish(self, result: Result<Option<Cursor>, Failure>) {
        self.outcome.send_replace(Some(match &result {
            Ok(_) => Outcome::Committed,
            Err(Failure::ConnectionLost(_)) => Outcome::Unknown,
            Err(_) => Outcome::Refused,
        }));
        // The caller may have stopped waiting.
        let _ = self.reply.send(result);
    }
}

/// Counters of the writers, since the process began.
#[derive(Debug, Default)]
pub(crate) struct AppendCounts {
    pub(crate) batches: AtomicU64,
    pub(crate) commands: AtomicU64,
    pub(crate) second_rounds: AtomicU64,
    pub(crate) retries: AtomicU64,
}

impl AppendCounts {
    pub(super) fn batch(&self, commands: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(commands as u64, Ordering::Relaxed);
    }

    pub(super) fn second_round(&self) {
        self.second_rounds.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }
}
