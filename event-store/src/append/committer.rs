//! Group commit: commands that arrive while others are being committed share the next commit.
//!
//! A writer takes the commands that may be sent (see [`CommitQueue`](crate::commit_queue)), at most
//! [`BATCH`], and writes them until each has its outcome ([`Batch`]). A single command is sent at once. While a
//! batch is under way, a second one begins only if [`ENOUGH`] commands wait: fewer are cheaper in the next one.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::batch::Batch;
use super::outcome::Failure;
use super::rows::Rows;
use super::writer::{AppendCounts, Job, Shared, UnderWay, WRITER, Writer};
use crate::Cursor;
use crate::cache::AggregateCache;
use crate::commit_queue::{Entry, Overtaken, Pending, State, StreamKey, Write};
use crate::supervise::{Tasks, supervise};

/// Maximum number of commands per batch: PostgreSQL caches 64 subtransactions per session, and round two
/// takes one for each command.
const BATCH: usize = 60;
/// Number of waiting commands with which a second batch begins while one is under way.
const ENOUGH: usize = 8;
/// Time that fewer commands wait for the batch that is under way. It may wait for a lock of another process.
const GATHER_FOR: Duration = Duration::from_millis(50);
/// Number of writers of a store, and so of batches under way. More writers make smaller batches.
pub(crate) const WRITERS: usize = 2;

/// The commit queue and its writers. Dropping it ends them.
pub(crate) struct Committer {
    shared: Arc<Shared>,
    _writers: JoinSet<()>,
}

impl Committer {
    pub(crate) fn start(pool: &PgPool, tasks: &Tasks, count: usize) -> Self {
        let shared = Arc::new(Shared::new(pool.clone(), tasks.clone()));
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

    /// The pending version and state of a stream; `None` if no command is pending.
    pub(crate) fn tail<A>(&self, key: &StreamKey) -> Option<(i64, A, Pending)>
    where
        A: cqrs_es::Aggregate + Clone + 'static,
    {
        let queue = self.shared.queue();
        let tail = queue.tail(key)?;
        let aggregate = tail.state.as_ref().and_then(State::get)?;
        Some((tail.version, aggregate, tail.pending.clone()))
    }

    pub(crate) fn cache(&self) -> &AggregateCache {
        &self.shared.cache
    }

    /// Counters of the writers.
    pub(crate) fn counts(&self) -> &AppendCounts {
        &self.shared.counts
    }

    /// Number of commands that wait for a writer.
    pub(crate) fn waiting(&self) -> usize {
        self.shared.queue().waiting()
    }

    /// Commits one command, in a batch with concurrent ones. The command completes even if the caller stops
    /// waiting.
    pub(super) async fn commit(
        &self,
        rows: Arc<Rows>,
        writes: Vec<Write>,
    ) -> Result<Option<Cursor>, Failure> {
        let (reply, received) = oneshot::channel();
        let (outcome, pending) = watch::channel(None);
        let depends_on = rows.depends_on.iter().map(StreamKey::from).collect();
        let claims = rows
            .claims
            .iter()
            .chain(&rows.moved)
            .map(|claim| (claim.kind, claim.resource))
            .collect();
        let changes_claims = rows.changes_claims();
        let job = Job {
            rows,
            reply,
            outcome,
        };
        let entry = Entry {
            claims,
            changes_claims,
            ..Entry::new(writes, depends_on, job)
        };
        let queued = self.shared.queue().enqueue(entry, &pending);
        if let Err(Overtaken(_)) = queued {
            return Err(Failure::Overtaken);
        }
        self.shared.ready.notify_one();
        received.await.unwrap_or_else(|_| Err(Failure::abandoned()))
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.shared.queue().abandon();
    }
}

impl Shared {
    /// Waits while a batch is under way and few commands wait, at most [`GATHER_FOR`].
    async fn gather(&self) {
        let deadline = Instant::now() + GATHER_FOR;
        while self.has_batch_under_way() && (1..ENOUGH).contains(&self.queue().waiting()) {
            if timeout_at(deadline, self.ready.notified()).await.is_err() {
                return;
            }
        }
    }
}

/// The loop of a writer.
async fn write(shared: Arc<Shared>) {
    let mut writer = Writer::new(shared.clone());
    loop {
        shared.gather().await;
        let taken = shared.queue().take(BATCH);
        if taken.entries.is_empty() {
            shared.ready.notified().await;
            continue;
        }
        // The other writer takes the commands that are left.
        shared.ready.notify_one();
        shared.counts.batch(taken.entries.len());
        let _under_way = UnderWay::new(&shared);
        Batch::new(shared.clone(), taken).write(&mut writer).await;
    }
}
