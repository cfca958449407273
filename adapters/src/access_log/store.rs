//! The handle of the access log.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{AccessEntry, AccessLog, AccessLogFigures, AccessQuery, RecordedAccess};
use event_store::{Tasks, supervise};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::writer::{Job, Queue};
use super::{partitions, query, writer};

/// The name of the writer's task.
const WRITER: &str = "access log";
/// Time for which a reader waits until its decisions are recorded.
const PATIENCE: Duration = Duration::from_secs(10);

/// Stores access decisions in table `access_log`. Clones share the writer, which ends with the last of them.
#[derive(Clone)]
pub struct PgAccessLog {
    pool: PgPool,
    queue: Arc<Queue>,
    _writer: Arc<JoinSet<()>>,
}

impl PgAccessLog {
    /// Starts the writer.
    #[must_use]
    pub fn start(pool: PgPool, tasks: &Tasks) -> Self {
        let queue = Arc::<Queue>::default();
        let mut writer = JoinSet::new();
        let (jobs, connections) = (queue.clone(), pool.clone());
        writer.spawn(supervise(tasks.clone(), WRITER, move || {
            writer::write(connections.clone(), jobs.clone())
        }));
        Self {
            pool,
            queue,
            _writer: Arc::new(writer),
        }
    }

    /// Adds the partitions that are needed at `now` and in the next month.
    ///
    /// # Errors
    /// [`Fault`] if the database can't.
    pub async fn add_partitions(&self, now: DateTime<Utc>) -> Result<(), Fault> {
        const DOING: &str = "adding partitions of the access log";
        let connection = self.pool.acquire().await;
        let mut connection = connection.map_err(Fault::doing(DOING))?;
        let months = partitions::months_ahead(now);
        let added = partitions::add(&mut connection, &months).await;
        added.map_err(Fault::doing(DOING))
    }
}

#[async_trait]
impl AccessLog for PgAccessLog {
    async fn record(&self, entries: Vec<AccessEntry>) -> Result<(), Fault> {
        const DOING: &str = "recording who accessed what";
        if entries.is_empty() {
            return Ok(());
        }
        let (job, recorded) = Job::new(entries);
        self.queue.push(job);
        match timeout(PATIENCE, recorded).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(Fault::new(DOING, error)),
            // The writer panicked, or waits for the database for too long.
            Ok(Err(_)) => Err(Fault::new(DOING, "the writer was interrupted")),
            Err(elapsed) => Err(Fault::new(DOING, elapsed)),
        }
    }

    fn figures(&self) -> AccessLogFigures {
        self.queue.figures()
    }

    async fn of_patient(&self, wanted: AccessQuery) -> Result<Vec<RecordedAccess>, Fault> {
        let rows = query::of_patient(&self.pool, wanted).await;
        rows.map_err(Fault::doing("reading the access log"))
    }
}
