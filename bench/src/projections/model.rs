//! One read model from an empty table: as the daemon runs it, and one event at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use async_trait::async_trait;
use event_store::{
    Cursor, Daemon, DaemonOptions, EventStore, RecordedEvent, Subscriber, SubscriberError,
};
use sqlx::{PgConnection, PgPool};

/// Time that a read model may take for all of a stretch.
const PATIENCE: Duration = Duration::from_hours(1);

/// Durability of the reference's commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// Waits for the disk, as a plain transaction does.
    Durable,
    /// Does not wait.
    Asynchronous,
}

/// A read model with one transaction per event, its checkpoint in it, as a projector without batches has it.
/// Events are read and opened for it as for the product; its own checkpoint is a row of the same table.
pub struct OneByOne {
    inner: Arc<dyn Subscriber>,
    pool: PgPool,
    commit: Commit,
}

impl OneByOne {
    /// The read model `inner`, event by event.
    pub fn new(inner: &Arc<dyn Subscriber>, pool: &PgPool, commit: Commit) -> Self {
        Self {
            inner: inner.clone(),
            pool: pool.clone(),
            commit,
        }
    }

    async fn take(&self, event: &RecordedEvent) -> Result<(), SubscriberError> {
        let mut tx = self.pool.begin().await?;
        if self.commit == Commit::Asynchronous {
            sqlx::query("set local synchronous_commit = off")
                .execute(&mut *tx)
                .await?;
        }
        let cursor = event.cursor;
        self.inner
            .apply(std::slice::from_ref(event), &mut tx)
            .await?;
        sqlx::query(
            "update subscription_checkpoints
             set
               epoch = split_part($2, '-', 1)::smallint,
               transaction_id = split_part($2, '-', 2)::xid8,
               position = split_part($2, '-', 3)::bigint,
               updated_at = clock_timestamp()
             where name = $1 and version = 0",
        )
        .bind(self.inner.name())
        .bind(cursor.to_string())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

#[async_trait]
impl Subscriber for OneByOne {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn version(&self) -> i32 {
        self.inner.version()
    }

    fn event_types(&self) -> Vec<&'static str> {
        self.inner.event_types()
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        _: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        for event in events {
            self.take(event).await?;
        }
        Ok(())
    }
}

/// Empties all read models and forgets where they stood.
pub async fn reset(owner: &PgPool, subscribers: &[Arc<dyn Subscriber>]) -> anyhow::Result<()> {
    let tables: String = sqlx::query_scalar(
        "select string_agg(format('%I', c.relname), ', ')
         from pg_class c
         where c.relkind = 'r'
           and c.relnamespace = 'public'::regnamespace
           and obj_description(c.oid, 'pg_class') like 'read model:%'",
    )
    .fetch_one(owner)
    .await
    .context("looking for the read models")?;
    sqlx::query(&format!("truncate {tables}"))
        .execute(owner)
        .await?;
    sqlx::query("delete from subscription_checkpoints")
        .execute(owner)
        .await?;
    let names: Vec<_> = subscribers.iter().map(|one| one.name()).collect();
    // The reference's own checkpoints.
    sqlx::query(
        "insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
         select name, 0, 0, '0', 0 from unnest($1::text[]) as m (name)",
    )
    .bind(names)
    .execute(owner)
    .await?;
    sqlx::query("analyze subscription_checkpoints")
        .execute(owner)
        .await?;
    Ok(())
}

/// Part of the log: behind one place, up to another.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    pub from: Cursor,
    pub until: Cursor,
}

/// A part of the log that was passed, and the time that it took.
pub struct Passed {
    pub stretch: Stretch,
    pub took: Duration,
}

/// Has subscribers pass the log up to `stretch.until`, side by side. The clock starts once all of them are at
/// `stretch.from`: what it takes to start a daemon and to fill caches belongs to no event. The stretch in the
/// answer is the one that the clock saw: batches do not end where the one that was asked for does.
pub async fn replay(
    store: &EventStore,
    subscribers: Vec<Arc<dyn Subscriber>>,
    stretch: Stretch,
) -> anyhow::Result<Passed> {
    let names: Vec<_> = subscribers.iter().map(|one| one.name()).collect();
    let mut begin = Instant::now();
    let daemon = Daemon::start(store, subscribers, DaemonOptions::default());
    let progress = daemon.progress();
    let slowest = || progress.all().into_iter().map(|(_, at)| at).min();
    let mut from = stretch.from;
    if from > Cursor::START {
        for name in &names {
            progress.wait_for(name, from, PATIENCE).await?;
        }
        from = slowest().unwrap_or(from);
        begin = Instant::now();
    }
    for name in names {
        progress.wait_for(name, stretch.until, PATIENCE).await?;
    }
    let until = slowest().unwrap_or(stretch.until);
    let took = begin.elapsed();
    daemon.stop().await;
    let stretch = Stretch { from, until };
    Ok(Passed { stretch, took })
}

/// Counts the events that a subscriber wants.
pub async fn wanted(pool: &PgPool, subscriber: &Arc<dyn Subscriber>) -> anyhow::Result<i64> {
    Ok(
        sqlx::query_scalar("select count(*) from events where event_type = any ($1)")
            .bind(subscriber.event_types())
            .fetch_one(pool)
            .await?,
    )
}

/// Counts the events that a subscriber wants in a stretch of the log.
pub async fn wanted_between(
    pool: &PgPool,
    subscriber: &Arc<dyn Subscriber>,
    stretch: Stretch,
) -> anyhow::Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(*)
         from events
         where event_type = any ($1)
           and (epoch, transaction_id, position)
             > (split_part($2, '-', 1)::smallint, split_part($2, '-', 2)::xid8, split_part($2, '-', 3)::bigint)
           and (epoch, transaction_id, position)
             <= (split_part($3, '-', 1)::smallint, split_part($3, '-', 2)::xid8, split_part($3, '-', 3)::bigint)",
    )
    .bind(subscriber.event_types())
    .bind(stretch.from.to_string())
    .bind(stretch.until.to_string())
    .fetch_one(pool)
    .await?)
}

/// Place of the nth event that a subscriber wants.
pub async fn nth_wanted(
    pool: &PgPool,
    subscriber: &Arc<dyn Subscriber>,
    n: i64,
) -> anyhow::Result<Cursor> {
    let (epoch, transaction, position): (i16, String, i64) = sqlx::query_as(
        "select epoch, transaction_id::text as xid, position
         from events
         where event_type = any ($1)
         order by epoch, transaction_id, position
         offset $2 - 1
         limit 1",
    )
    .bind(subscriber.event_types())
    .bind(n)
    .fetch_one(pool)
    .await?;
    Ok(format!("{epoch}-{transaction}-{position}").parse()?)
}
