//! Writes snapshots off the command path.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::{Kind, Snapshot, Snapshots};
use crate::append::StreamAppend;
use crate::commit_queue::State;
use crate::outage::report_outage;
use crate::supervise::{Tasks, supervise};

/// Snapshots that may wait. More are left out: the stream's next one comes.
const WAITING: usize = 256;

/// Writes snapshots in the background. Dropping it ends that.
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
    pub(crate) fn start(pool: &PgPool, kinds: Snapshots, tasks: &Tasks) -> Self {
        let (due, waiting) = mpsc::channel(WAITING);
        let mut task = JoinSet::new();
        let waiting = Arc::new(Mutex::new(waiting));
        let pool = pool.clone();
        task.spawn(supervise(tasks.clone(), "snapshots", move || {
            write(pool.clone(), waiting.clone())
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

    /// Has a snapshot of a stream written if one is due after this append.
    pub(crate) fn appended(&self, stream: &StreamAppend) {
        if let Some(state) = stream.state() {
            let (from, to) = (stream.expected_version, stream.next_version());
            self.grown(stream.aggregate_type, &stream.aggregate_id, from, to, state);
        }
    }

    /// Has a snapshot written if one is due now that a stream has grown from one version to another.
    pub(crate) fn grown(
        &self,
        aggregate_type: &'static str,
        aggregate_id: &str,
        from: i64,
        to: i64,
        state: &State,
    ) {
        let kind = self.kind(aggregate_type);
        let Some(kind) = kind.filter(|kind| kind.is_due(from, to)) else {
            return;
        };
        // If the queue is full, this one is left out.
        let _ = self.due.try_send(Due {
            aggregate_type,
            aggregate_id: aggregate_id.to_owned(),
            sequence: to,
            kind: kind.clone(),
            state: state.clone(),
        });
    }
}

async fn write(pool: PgPool, waiting: Arc<Mutex<mpsc::Receiver<Due>>>) {
    let mut waiting = waiting.lock().await;
    while let Some(due) = waiting.recv().await {
        let Some(state) = due.kind.json(&due.state) else {
            continue;
        };
        let snapshot = Snapshot {
            aggregate_type: due.aggregate_type,
            aggregate_id: due.aggregate_id,
            sequence: due.sequence,
            schema_version: due.kind.schema_version,
            state,
        };
        if let Err(error) = snapshot.put(&pool).await
            && !report_outage(&error)
        {
            tracing::warn!(
                aggregate.kind = due.aggregate_type,
                error = &error as &dyn std::error::Error,
                "A snapshot was not written; the next one will be."
            );
        }
    }
}
