//! Group commit: commands that arrive while others are being committed share the next commit.
//!
//! A few lanes take turns. A lane takes whatever may go (see [`Stage`]), at most [`MOST`], and commits
//! it with one statement; with nobody else around that is one command, at once. If a constraint
//! refuses the batch, the same batch goes in again with each command on its own, so a refusal costs
//! its neighbours one round. A deadlock is tried again here, so that a batch keeps its order.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;

use super::columns::{Columns, Verdicts};
use super::outcome::Failure;
use super::rows::Rows;
use crate::Cursor;
use crate::cache::AggregateCache;
use crate::connection::OwnConnection;
use crate::stage::{Coming, Ending, Entry, Overtaken, Stage, State, StreamKey, Write};
use crate::stats::AppendCounts;

/// Commands per batch, at most: PostgreSQL caches 64 subtransactions per session, and round two
/// takes one for each command.
const MOST: usize = 60;
/// How many batches are under way at once. More lanes make smaller batches.
const LANES: usize = 2;
/// How often a batch that gave way to another process is tried again.
const DEADLOCKS: u32 = 40;

/// Two processes that claim one thing may wait for each other. The database notices after a second;
/// here the wait ends sooner, and the batch is tried again.
///
/// Plans are kept for as long as the connection lives. One that was made while the log was short would
/// read all of it ever after: whatever an append looks up has an index, so no table is read through. A
/// plan that has to all the same, for a table of one row, is priced as if it were dear, and the database
/// would compile it each time (`jit`): some hundred milliseconds for nothing.
pub(super) const SESSION: &str =
    "set lock_timeout = '100ms'; set enable_seqscan = off; set jit = off";

/// What a lane does for a command: write its rows, tell its verdict.
pub(super) struct Job {
    rows: Arc<Rows>,
    verdict: oneshot::Sender<Result<Option<Cursor>, Failure>>,
}

/// The queue in front of the lanes. Dropping it ends them.
pub(crate) struct Committer {
    shared: Arc<Shared>,
    _lanes: JoinSet<()>,
}

struct Shared {
    pool: PgPool,
    stage: Mutex<Stage<Job>>,
    cache: AggregateCache,
    counts: AppendCounts,
    /// Something may go.
    arrived: Notify,
}

impl Committer {
    pub(crate) fn start(pool: &PgPool) -> Self {
        let shared = Arc::new(Shared {
            pool: pool.clone(),
            stage: Mutex::default(),
            cache: AggregateCache::new(),
            counts: AppendCounts::default(),
            arrived: Notify::new(),
        });
        let mut lanes = JoinSet::new();
        for _ in 0..LANES {
            lanes.spawn(lane(shared.clone()));
        }
        Self {
            shared,
            _lanes: lanes,
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

    /// What the lanes have done so far.
    pub(crate) fn counts(&self) -> &AppendCounts {
        &self.shared.counts
    }

    /// Commands that wait for a lane.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.stage().waiting()
    }

    /// Commits one command together with whoever else is there.
    pub(super) async fn commit(
        &self,
        rows: Arc<Rows>,
        writes: Vec<Write>,
        ending: &Ending,
    ) -> Result<Option<Cursor>, Failure> {
        let (verdict, told) = oneshot::channel();
        let rests_on = rows.basis.iter().map(StreamKey::from).collect();
        let claims = rows
            .claims
            .iter()
            .chain(&rows.moved)
            .map(|claim| (claim.kind, claim.resource));
        let entry = Entry {
            claims: claims.collect(),
            guarded: rows.is_guarded(),
            ..Entry::new(writes, rests_on, Job { rows, verdict })
        };
        let queued = self.shared.stage().enqueue(entry, ending);
        if let Err(Overtaken(_)) = queued {
            return Err(Failure::Overtaken);
        }
        self.shared.arrived.notify_one();
        // A lane that died took the batch with it: whether it was committed is to be asked.
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

    /// Gives a batch back: caches the states that are in the log now, tells everybody.
    fn complete(&self, entries: Vec<Entry<Job>>, verdicts: Verdicts) {
        let orphaned = {
            let mut stage = self.stage();
            let ends = verdicts.iter().map(Result::is_ok);
            let completed = stage.complete(entries.iter().zip(ends));
            // Under the lock: whoever finds no tail finds the state here.
            for (key, version, state) in completed.settled {
                self.cache.put(key, version, state);
            }
            completed.orphaned
        };
        // Others may have waited for these streams.
        self.arrived.notify_one();
        for job in orphaned {
            let _ = job.verdict.send(Err(Failure::Overtaken));
        }
        for (entry, verdict) in entries.into_iter().zip(verdicts) {
            // Whoever no longer waits will ask the log.
            let _ = entry.job.verdict.send(verdict);
        }
    }
}

async fn lane(shared: Arc<Shared>) {
    // Of its own: writes never wait for the pool behind reads.
    let mut connection = OwnConnection::of(&shared.pool, SESSION);
    loop {
        let taken = shared.stage().take(MOST);
        if taken.entries.is_empty() {
            shared.arrived.notified().await;
            continue;
        }
        // There may be more than fits: another lane's.
        shared.arrived.notify_one();
        let rows = taken.entries.iter().map(|entry| &*entry.job.rows);
        let columns = Columns::of(rows, &taken.links);
        shared.counts.batch(taken.entries.len());
        let verdicts = match commit(&mut connection, &columns, &shared.counts).await {
            Ok(verdicts) => verdicts,
            Err(failure) => vec![Err(failure); taken.entries.len()],
        };
        drop(columns);
        shared.complete(taken.entries, verdicts);
    }
}

/// Each command's verdict, or why there is none.
async fn commit(
    connection: &mut OwnConnection,
    columns: &Columns<'_>,
    counts: &AppendCounts,
) -> Result<Verdicts, Failure> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let failure = match try_to_commit(connection, columns, counts).await {
            Ok(verdicts) => return Ok(verdicts),
            Err(failure) => failure,
        };
        if matches!(failure, Failure::ConnectionLost(_)) {
            connection.lost();
        }
        if attempt > DEADLOCKS || !matches!(failure, Failure::Deadlock(_)) {
            return Err(failure);
        }
        counts.retry();
        tokio::time::sleep(pause(attempt, columns.spread())).await;
    }
}

/// All together, and each on its own if a constraint refused that.
async fn try_to_commit(
    connection: &mut OwnConnection,
    columns: &Columns<'_>,
    counts: &AppendCounts,
) -> Result<Verdicts, Failure> {
    let connection = connection.get().await.map_err(Failure::unreached)?;
    match columns.append_all(connection).await.map_err(Failure::of) {
        Err(Failure::Violation(_)) if !columns.is_decided_by_round_one() => {
            counts.second_round();
            columns.append_each(connection).await.map_err(Failure::of)
        }
        all => all,
    }
}

/// Doubling pauses, spread so that the losers of one deadlock part ways.
fn pause(attempt: u32, spread: u8) -> Duration {
    let unit = Duration::from_micros(250) * 2_u32.saturating_pow(attempt.min(7));
    unit + unit * u32::from(spread) / 128
}
