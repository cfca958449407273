//! Writers that do what makes a reader miss events: transactions that stay open while later ones
//! commit, that are rolled back, that wait for each other, beside the product's own appends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adapters::system::SystemIds;
use anyhow::{Context as _, bail};
use commands::ports::IdSource as _;
use cqrs_es::Aggregate as _;
use event_store::{Append, AppendError, EventStore, Metadata};
use sqlx::PgPool;
use tokio::task::JoinSet;

use super::counter::{Counter, INCREMENTED, Increment};

const WRITERS: u64 = 12;
/// At a time. Few enough that writers race for versions, too.
const COUNTERS: u64 = 24;
/// Events, in all counters together, after which the writers move on to new counters.
const MOVE_ON: u64 = 1_000;

/// Outcomes that the writers were told.
#[derive(Debug, Default)]
pub struct Written {
    /// Events that were acknowledged.
    pub acknowledged: AtomicU64,
    /// Of them, through the store.
    pub through_store: AtomicU64,
    /// Transactions that were rolled back on purpose.
    pub rolled_back: AtomicU64,
    /// Appends and inserts that lost a race for a version.
    pub lost_races: AtomicU64,
}

/// One of the twelve.
struct Writer {
    store: EventStore,
    pool: PgPool,
    random: u64,
    written: Arc<Written>,
}

/// Lets all writers write until `events` were acknowledged.
pub async fn write(
    nodes: &[EventStore; 2],
    pool: &PgPool,
    events: u64,
) -> anyhow::Result<Arc<Written>> {
    let written = Arc::new(Written::default());
    let mut writing = JoinSet::new();
    for (number, store) in (1..=WRITERS).zip(nodes.iter().cycle()) {
        let mut writer = Writer {
            store: store.clone(),
            pool: pool.clone(),
            random: number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
            written: written.clone(),
        };
        writing.spawn(async move {
            while writer.written.acknowledged.load(Ordering::Relaxed) < events {
                writer.write_one().await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = writing.join_next().await {
        done??;
    }
    Ok(written)
}

impl Writer {
    async fn write_one(&mut self) -> anyhow::Result<()> {
        let floor = self.written.acknowledged.load(Ordering::Relaxed) / MOVE_ON;
        let counter = format!("counter {floor}-{}", self.roll(COUNTERS));
        match self.roll(100) {
            0..60 => self.append(&counter).await,
            60..62 => self.hold_open(&counter, 100, true).await,
            62..64 => {
                let hold = self.roll(4);
                self.hold_open(&counter, hold, false).await
            }
            _ => {
                let hold = self.roll(4);
                self.hold_open(&counter, hold, true).await
            }
        }
    }

    /// Seeded: the same choices in every run.
    fn roll(&mut self, sides: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % sides
    }

    /// As the product does it.
    async fn append(&self, counter: &str) -> anyhow::Result<()> {
        let loaded = self.store.load::<Counter>(counter).await?;
        let decided = loaded.decide(Increment).await?;
        let append = Append {
            streams: vec![decided.stream],
            depends_on: Vec::new(),
            metadata: metadata(),
            idempotency: None,
        };
        match self.store.append(&append).await {
            Ok(_) => {
                count(&self.written.acknowledged);
                count(&self.written.through_store);
            }
            Err(AppendError::Conflict | AppendError::Overtaken) => count(&self.written.lost_races),
            Err(error) => bail!(error),
        }
        Ok(())
    }

    /// A transaction that writes, stays open, and commits or does not. It takes its transaction id
    /// with its insert, after it has looked at the counter, as every append must.
    async fn hold_open(
        &self,
        counter: &str,
        milliseconds: u64,
        commit: bool,
    ) -> anyhow::Result<()> {
        let version: i64 = sqlx::query_scalar(
            "select coalesce(max(sequence), 0) from events where aggregate_type = $1 and aggregate_id = $2",
        )
        .bind(Counter::TYPE)
        .bind(counter)
        .fetch_one(&self.pool)
        .await?;
        let mut tx = self.pool.begin().await?;
        let inserted = sqlx::query(
            "insert into events
               (epoch, aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
             select current, $1, $2, $3, $4, '1', '{}', '{}' from log_epoch",
        )
        .bind(Counter::TYPE)
        .bind(counter)
        .bind(version + 1)
        .bind(INCREMENTED)
        .execute(&mut *tx)
        .await;
        match inserted {
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                count(&self.written.lost_races);
                return Ok(());
            }
            Err(error) => return Err(error).context("inserting on the side"),
        }
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        if commit {
            tx.commit().await?;
            count(&self.written.acknowledged);
        } else {
            tx.rollback().await?;
            count(&self.written.rolled_back);
        }
        Ok(())
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn metadata() -> Metadata {
    let id = SystemIds.id();
    Metadata {
        actor: "system".to_owned(),
        role: "SYSTEM".to_owned(),
        clinic: None,
        correlation_id: id,
        causation_id: id,
        request_id: None,
        command_id: id,
    }
}
