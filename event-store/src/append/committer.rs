//! Group commit: commands that arrive while others are being committed share the next commit.
//!
//! A few writers take turns. A writer takes the commands that may go (see [`Stage`]), at most [`MOST`],
//! and sees to it that each gets its verdict ([`Batch`]); with no other command around that is one
//! statement, at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use super::batch::Batch;
use super::columns::Verdicts;
use super::outcome::Failure;
use super::rows::Rows;
use crate::Cursor;
use crate::cache::AggregateCache;
use crate::connection::OwnConnection;
use crate::stage::{Coming, Entry, Outcome, Overtaken, Stage, State, StreamKey, Write};
use crate::stats::AppendCounts;
use crate::supervise::{Tasks, supervise};

/// Commands per batch, at most: PostgreSQL caches 64 subtransactions per session, and round two
/// takes one for each command.
const MOST: usize = 60;
/// Writers of a store: how many batches are under way at once. More writers make smaller batches.
pub(crate) const WRITERS: usize = 2;
/// The task's name.
pub(super) const WRITER: &str = "writer";

/// Settings of a writer's session.
///
/// Two processes that claim one thing may wait for each other. The database notices after a second;
/// here the wait ends sooner, and the batch is tried again.
///
/// Plans are kept for as long as the connection lives. One that was made while the log was short would
/// read all of it ever after. Each look-up of an append has an index and starts from a few rows, so no
/// table is read through, and there is no join but a nested loop. A plan that has to read a table all the
/// same, for a table of one row, is priced as if it were dear, and the database would compile it each time
/// (`jit`): some hundred milliseconds for nothing.
pub(super) const SESSION: &str = "
    set lock_timeout = '100ms';
    set enable_seqscan = off;
    set enable_hashjoin = off;
    set enable_mergejoin = off;
    set enable_material = off;
    set jit = off;
";

/// What a writer does for a command: write its rows, tell its verdict.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) rows: Arc<Rows>,
    verdict: oneshot::Sender<Result<Option<Cursor>, Failure>>,
    /// Tells the commands that were decided on the state that this one leaves.
    ended: watch::Sender<Option<Outcome>>,
}

/// The queue in front of the writers. Dropping it ends them.
pub(crate) struct Committer {
    shared: Arc<Shared>,
    _writers: JoinSet<()>,
}

/// What the writers have in common.
pub(super) struct Shared {
    pool: PgPool,
    stage: Mutex<Stage<Job>>,
    cache: AggregateCache,
    pub(super) counts: AppendCounts,
    pub(super) tasks: Tasks,
    /// Something may go.
    arrived: Notify,
}

/// A writer's connection.
pub(super) struct Writer {
    connection: OwnConnection,
    shared: Arc<Shared>,
}

impl Writer {
    /// The connection. With a new one, nothing that was cached is believed any more: it may lead to
    /// another server, or to a database that was put back to an earlier state.
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

impl Committer {
    pub(crate) fn start(pool: &PgPool, tasks: &Tasks, count: usize) -> Self {
        let shared = Arc::new(Shared {
            pool: pool.clone(),
            stage: Mutex::default(),
            cache: AggregateCache::new(),
            counts: AppendCounts::default(),
            tasks: tasks.clone(),
            arrived: Notify::new(),
        });
        let mut writers = JoinSet::new();
        for _ in 0..count {
            let shared = shared.clone();
            let writer = supervise(tasks.clone(), WRITER, move || write(shared.clone()));
            writers.spawn(writer);
        }
        Self {
            shared,
            _writers: writers,
        }
    }

    /// How a stream will look, if anything is on its way to it.
    pub(crate) fn tail<A>(&self, key: &StreamKey) -> Option<(i64, A, Coming)>
    where
        A: cqrs_es::Aggregate + Clone + 'static,
    {
        let stage = self.shared.stage();
        let tail = stage.tail(key)?;
        let aggregate = tail.state.as_ref().and_then(State::get)?;
        Some((tail.version, aggregate, tail.coming.clone()))
    }

    pub(crate) fn cache(&self) -> &AggregateCache {
        &self.shared.cache
    }

    /// What the writers have done so far.
    pub(crate) fn counts(&self) -> &AppendCounts {
        &self.shared.counts
    }

    /// Commands that wait for a writer.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.stage().waiting()
    }

    /// Commits one command together with those that are there at the moment. The command takes its
    /// course also if the caller stops waiting.
    pub(super) async fn commit(
        &self,
        rows: Arc<Rows>,
        writes: Vec<Write>,
    ) -> Result<Option<Cursor>, Failure> {
        let (verdict, told) = oneshot::channel();
        let (ended, ending) = watch::channel(None);
        let rests_on = rows.basis.iter().map(StreamKey::from).collect();
        let claims = rows
            .claims
            .iter()
            .chain(&rows.moved)
            .map(|claim| (claim.kind, claim.resource))
            .collect();
        let guarded = rows.is_guarded();
        let job = Job {
            rows,
            verdict,
            ended,
        };
        let entry = Entry {
            claims,
            guarded,
            ..Entry::new(writes, rests_on, job)
        };
        let queued = self.shared.stage().enqueue(entry, &ending);
        if let Err(Overtaken(_)) = queued {
            return Err(Failure::Overtaken);
        }
        self.shared.arrived.notify_one();
        told.await.unwrap_or_else(|_| Err(Failure::abandoned()))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.shared.stage().abandon();
    }
}

impl Shared {
    /// Nothing panics while it holds the stage; if something did, the stage would still be whole.
    fn stage(&self) -> MutexGuard<'_, Stage<Job>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives commands back: caches the states that are in the log now, drops those that commands failed
    /// on, tells the callers.
    pub(super) fn complete(&self, entries: Vec<Entry<Job>>, verdicts: Verdicts) {
        let orphaned = {
            let mut stage = self.stage();
            let ends = verdicts.iter().map(Result::is_ok);
            let completed = stage.complete(entries.iter().zip(ends));
            // Under the lock: a caller that finds no tail finds the state here.
            for (key, version, state) in completed.settled {
                self.cache.put(key, version, state);
            }
            for (entry, verdict) in entries.iter().zip(&verdicts) {
                // Nothing was wrong with what an overtaken command was decided on, it was only early.
                if matches!(verdict, Err(failure) if !matches!(failure, Failure::Overtaken)) {
                    let writes = entry.writes.iter().map(|write| &write.key);
                    writes
                        .chain(&entry.rests_on)
                        .for_each(|key| self.cache.drop(key));
                }
            }
            completed.orphaned
        };
        // Others may have waited for these streams.
        self.arrived.notify_one();
        for job in orphaned {
            job.tell(Err(Failure::Overtaken));
        }
        for (entry, verdict) in entries.into_iter().zip(verdicts) {
            entry.job.tell(verdict);
        }
    }
}

impl Job {
    fn tell(self, verdict: Result<Option<Cursor>, Failure>) {
        self.ended.send_replace(Some(match &verdict {
            Ok(_) => Outcome::Committed,
            Err(Failure::ConnectionLost(_)) => Outcome::Unknown,
            Err(_) => Outcome::Refused,
        }));
        // A caller that no longer waits does not hear it.
        let _ = self.verdict.send(verdict);
    }
}

/// Takes batches and writes them, for ever.
async fn write(shared: Arc<Shared>) {
    // Of its own: writes never wait for the pool behind reads.
    let mut writer = Writer {
        connection: OwnConnection::new(&shared.pool, SESSION),
        shared: shared.clone(),
    };
    loop {
        let taken = shared.stage().take(MOST);
        if taken.entries.is_empty() {
            shared.arrived.notified().await;
            continue;
        }
        // There may be more than fits: for the other writer.
        shared.arrived.notify_one();
        shared.counts.batch(taken.entries.len());
        Batch::new(shared.clone(), taken).write(&mut writer).await;
    }
}
