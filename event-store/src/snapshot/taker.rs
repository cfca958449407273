//! Takes snapshots off the command path.

use std::sync::Arc;

use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use super::{Kind, Snapshot, Snapshots};
use crate::Sealing;
use crate::stage::State;
use crate::supervise::{Tasks, supervise};

/// Snapshots that may wait. Whatever is beyond that is left out: the next one comes.
const WAITING: usize = 256;

/// Takes snapshots in the background. Dropping it ends that.
pub(crate) struct Taker {
    kinds: Snapshots,
    due: mpsc::Sender<Due>,
    _taking: JoinSet<()>,
}

struct Due {
    aggregate_type: &'static str,
    aggregate_id: String,
    sequence: i64,
    kind: Kind,
    state: State,
}

impl Taker {
    pub(crate) fn start(pool: &PgPool, sealing: &Sealing, kinds: Snapshots, tasks: &Tasks) -> Self {
        let (due, waiting) = mpsc::channel(WAITING);
        let mut taking = JoinSet::new();
        let waiting = Arc::new(Mutex::new(waiting));
        let (pool, sealing) = (pool.clone(), sealing.clone());
        taking.spawn(supervise(tasks.clone(), "snapshots", move || {
            take(pool.clone(), sealing.clone(), waiting.clone())
        }));
        Self {
            kinds,
            due,
            _taking: taking,
        }
    }

    pub(crate) fn kind(&self, aggregate_type: &str) -> Option<&Kind> {
        self.kinds.kind(aggregate_type)
    }

    /// A stream has come from one version to another; takes a snapshot if one is due.
    pub(crate) fn came(
        &self,
        (aggregate_type, aggregate_id): (&'static str, &str),
        (from, to): (i64, i64),
        state: Option<&State>,
    ) {
        let kind = self.kind(aggregate_type);
        let (Some(kind), Some(state)) = (kind.filter(|kind| kind.is_due(from, to)), state) else {
            return;
        };
        // A full queue is no reason to wait.
        let _ = self.due.try_send(Due {
            aggregate_type,
            aggregate_id: aggregate_id.to_owned(),
            sequence: to,
            kind: kind.clone(),
            state: state.clone(),
        });
    }
}

async fn take(pool: PgPool, sealing: Sealing, waiting: Arc<Mutex<mpsc::Receiver<Due>>>) {
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
                "A snapshot was not taken; the next one will be."
            );
        }
    }
}
