//! Group commit: commands that arrive while others are being committed share the next commit.
//!
//! A few lanes take turns. A lane takes whatever waits, at most [`MOST`], and commits it with one
//! statement; with nobody else around that is one command, at once. If a constraint refuses the
//! batch, the same batch goes in again with each command on its own, so a refusal costs its
//! neighbours one round.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;

use super::batch::Batch;
use super::outcome::Failure;
use crate::Cursor;

/// Commands per batch, at most: PostgreSQL caches 64 subtransactions per session, and round two
/// takes one for each command.
const MOST: usize = 60;
/// How many batches are under way at once. More lanes make smaller batches.
const LANES: usize = 2;

/// A command in the queue, and who waits for its verdict.
struct Waiting {
    batch: Batch,
    verdict: oneshot::Sender<Result<Cursor, Failure>>,
}

/// The queue in front of the lanes. Dropping it ends them.
pub(crate) struct Committer {
    queue: mpsc::UnboundedSender<Waiting>,
    _lanes: JoinSet<()>,
}

impl Committer {
    pub(crate) fn start(pool: &PgPool) -> Self {
        let (queue, waiting) = mpsc::unbounded_channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let mut lanes = JoinSet::new();
        for _ in 0..LANES {
            lanes.spawn(lane(pool.clone(), waiting.clone()));
        }
        Self {
            queue,
            _lanes: lanes,
        }
    }

    /// Commits one command together with whoever else is there.
    pub(super) async fn commit(&self, batch: Batch) -> Result<Cursor, Failure> {
        let (verdict, told) = oneshot::channel();
        let waiting = Waiting { batch, verdict };
        self.queue.send(waiting).map_err(|_| Failure::closed())?;
        // A lane that died took the batch with it: whether it was committed is to be asked.
        told.await.unwrap_or_else(|_| Err(Failure::abandoned()))
    }
}

async fn lane(pool: PgPool, queue: Arc<Mutex<mpsc::UnboundedReceiver<Waiting>>>) {
    loop {
        let mut waiting = Vec::with_capacity(MOST);
        if queue.lock().await.recv_many(&mut waiting, MOST).await == 0 {
            return;
        }
        let mut batch = Batch::default();
        let mut asking = Vec::with_capacity(waiting.len());
        for one in waiting {
            batch.extend(one.batch);
            asking.push(one.verdict);
        }
        match commit(&pool, &batch).await {
            Ok(verdicts) => {
                for (asking, verdict) in asking.into_iter().zip(verdicts) {
                    // Whoever no longer waits will ask the log.
                    let _ = asking.send(verdict);
                }
            }
            Err(failure) => {
                for asking in asking {
                    let _ = asking.send(Err(failure.clone()));
                }
            }
        }
    }
}

/// Each command's verdict, or why there is none.
async fn commit(pool: &PgPool, batch: &Batch) -> Result<Vec<Result<Cursor, Failure>>, Failure> {
    match batch.append_all(pool).await.map_err(Failure::of) {
        Ok(cursors) => Ok(cursors.into_iter().map(Ok).collect()),
        Err(Failure::Violation(_)) if !batch.is_single() => {
            batch.append_each(pool).await.map_err(Failure::of)
        }
        Err(failure) => Err(failure),
    }
}
