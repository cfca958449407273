//! The writer: group commit of access decisions.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use commands::ports::{AccessEntry, AccessLogFigures, AccessOutcome};
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, oneshot};

use super::connection::WriterConnection;
use super::partitions;

/// Maximum number of rows of a statement, but for a request that has more by itself.
const BATCH: usize = 2_000;

/// The outcome of a batch, which its requests share.
type Recorded = Result<(), Arc<sqlx::Error>>;

/// The decisions of one request.
pub(super) struct Job {
    entries: Vec<AccessEntry>,
    reply: oneshot::Sender<Recorded>,
}

impl Job {
    pub(super) fn new(entries: Vec<AccessEntry>) -> (Self, oneshot::Receiver<Recorded>) {
        let (reply, recorded) = oneshot::channel();
        (Self { entries, reply }, recorded)
    }
}

/// Requests that wait for the writer.
#[derive(Default)]
pub(super) struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    ready: Notify,
    rows: AtomicU64,
    batches: AtomicU64,
}

impl Queue {
    pub(super) fn push(&self, job: Job) {
        self.jobs().push_back(job);
        self.ready.notify_one();
    }

    pub(super) fn figures(&self) -> AccessLogFigures {
        AccessLogFigures {
            rows: self.rows.load(Ordering::Relaxed),
            batches: self.batches.load(Ordering::Relaxed),
            waiting: self.jobs().len(),
        }
    }

    /// Counts a batch of so many rows.
    fn count(&self, rows: usize) {
        self.rows.fetch_add(rows as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes the requests of the next batch, without those that have stopped waiting.
    fn take(&self) -> Vec<Job> {
        let mut jobs = self.jobs();
        let (mut batch, mut rows) = (Vec::new(), 0);
        while rows < BATCH
            && let Some(job) = jobs.pop_front()
        {
            if !job.reply.is_closed() {
                rows += job.entries.len();
                batch.push(job);
            }
        }
        batch
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The loop of the writer. It does not wait for more: what comes while a batch is written is the next batch.
pub(super) async fn write(pool: PgPool, queue: Arc<Queue>) {
    let mut connection = WriterConnection::new(&pool);
    loop {
        let batch = queue.take();
        if batch.is_empty() {
            queue.ready.notified().await;
            continue;
        }
        let entries: Vec<_> = (batch.iter())
            .flat_map(|job| job.entries.iter().copied())
            .collect();
        let recorded = record(&mut connection, &entries).await.map_err(Arc::new);
        if recorded.is_ok() {
            queue.count(entries.len());
        }
        for job in batch {
            // The request may have stopped waiting.
            let _ = job.reply.send(recorded.clone());
        }
    }
}

/// Writes a batch, once more if the connection had been lost before. Then rows may stand twice, under the same request:
/// no read is missing.
async fn record(
    connection: &mut WriterConnection,
    entries: &[AccessEntry],
) -> Result<(), sqlx::Error> {
    let was_open = connection.is_open();
    match try_to_record(connection, entries).await {
        Err(error) if was_open && event_store::is_outage(&error) => {
            connection.lost();
            try_to_record(connection, entries).await
        }
        recorded => recorded,
    }
    .inspect_err(|error| {
        if event_store::is_outage(error) {
            connection.lost();
        }
    })
}

/// Writes a batch, and adds the partitions that it misses.
async fn try_to_record(
    connection: &mut WriterConnection,
    entries: &[AccessEntry],
) -> Result<(), sqlx::Error> {
    let connection = connection.get().await?;
    match insert(connection, entries).await {
        Err(error) if partitions::is_missing(&error) => {
            let months = entries.iter().map(|entry| partitions::month_of(entry.at));
            partitions::add(connection, &months.collect()).await?;
            insert(connection, entries).await
        }
        inserted => inserted,
    }
}

async fn insert(connection: &mut PgConnection, entries: &[AccessEntry]) -> Result<(), sqlx::Error> {
    fn column<'e, T>(entries: &'e [AccessEntry], value: impl Fn(&'e AccessEntry) -> T) -> Vec<T> {
        entries.iter().map(value).collect()
    }
    sqlx::query!(
        r#"
        insert into access_log (
          epoch, recorded_at, account_id, doctor_id, role, patient_id, item_kind, item_id,
          outcome, relation, break_glass_id, request_id
        )
        select (select current from log_epoch), a.*
        from unnest(
          $1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[],
          $8::text[], $9::text[], $10::uuid[], $11::uuid[]
        ) as a
        "#,
        &column(entries, |entry| entry.at),
        &column(entries, |entry| entry.account.as_uuid()),
        &column(entries, |entry| entry.doctor.map(|doctor| doctor.as_uuid())) as _,
        &column(entries, |entry| entry.role.as_str()) as _,
        &column(entries, |entry| entry.patient.as_uuid()),
        &column(entries, |entry| entry.item.kind.as_str()) as _,
        &column(entries, |entry| entry.item.id),
        &column(entries, |entry| word(entry.outcome)) as _,
        &column(entries, |entry| relation(entry.outcome)) as _,
        &column(entries, |entry| entry
            .break_glass
            .map(|access| access.as_uuid())) as _,
        &column(entries, |entry| entry.request)
    )
    .execute(connection)
    .await?;
    Ok(())
}

const fn word(outcome: AccessOutcome) -> &'static str {
    match outcome {
        AccessOutcome::Granted(_) => "GRANTED",
        AccessOutcome::Refused => "REFUSED",
    }
}

const fn relation(outcome: AccessOutcome) -> Option<&'static str> {
    match outcome {
        AccessOutcome::Granted(relation) => Some(relation.as_str()),
        AccessOutcome::Refused => None,
    }
}
