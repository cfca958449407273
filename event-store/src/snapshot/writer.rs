//! Writes snapshots in the background.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::{Kind, Snapshot, Snapshots};
use crate::Sealing;
use crate::commit_queue::State;
use crate::supervise::{Tasks, supervise};

/// Maximum number of snapshots that wait. Further ones are skipped until the next interval.
const WAITING: usize = 256;

/// Writes snapshots in the background, until it is dropped.
pub(crate) struct SnapshotWriter {
    kinds: Snapshots,
    due: mpsc::Sender<Due>,
    _task: JoinSet<()>,
}

struct Due {
    aggregate_type: &'static str,
    aggregate_id: String,
    sequence: i64,
    kind: Kind,
    state: State,
}

impl SnapshotWriter {
    pub(crate) fn start(pool: &PgPool, sealing: &Sealing, kinds: Snapshots, tasks: &Tasks) -> Self {
        let (due, waiting) = mpsc::channel(WAITING);
        let mut task = JoinSet::new();
        let waiting = Arc::new(Mutex::new(waiting));
        let (pool, sealing) = (pool.clone(), sealing.clone());
        task.spawn(supervise(tasks.clone(), "snapshots", move || {
            write(pool.clone(), sealing.clone(), waiting.clone())
        }));
        Self {
            kinds,
            due,
            _task: task,
        }
    }

    pub(crate) fn kind(&self, aggregate_type: &str) -> Option<&Kind> {
        self.kinds.kind(aggregate_type)
    }

    /// Writes a snapshot of a stream that has moved from one version to another, if one is due.
    pub(crate) fn advanced(
        &self,
        aggregate_type: &'static str,
        aggregate_id: &str,
        from: i64,
        to: i64,
        state: Option<&State>,
    ) {
        let kind = self.kind(aggregate_type);
        let (Some(kind), Some(state)) = (kind.filter(|kind| kind.is_due(from, to)), state) else {
            return;
        };
        // If the queue is full, the snapshot is skipped.
        let _ = self.due.try_send(Due {
            aggregate_type,
            aggregate_id: aggregate_id.to_owned(),
            sequence: to,
            kind: kind.clone(),
            state: state.clone(),
        });
    }
}

async fn write(pool: PgPool, sealing: Sealing, waiting: Arc<Mutex<mpsc::Receiver<Due>>>) {
    let mut waiting = waiting.lock().await;
    while let Some(due) = waiting.recv().await {
        let Some((state, subject)) = due.kind.snapshot(&due.state) else {
            continue;
        };
        let snapshot = Snapshot {
            aggregate_type: due.aggregate_type.to_owned(),
            aggregate_id: due.aggregate_id,
            sequence: due.sequence,
            schema_version: due.kind.schema_version,
            subject,
            state,
        };
        if let Err(error) = snapshot.put(&pool, &sealing).await {
            tracing::warn!(
                aggregate.kind = due.aggregate_type,
                error = &error as &dyn std::error::Error,
                "A snapshot was not written; the next one will be tried."
            );
        }
    }
}
