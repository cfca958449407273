//! Events that the subscriber saw, against those in the log.

use std::sync::atomic::Ordering;

use anyhow::ensure;
use async_trait::async_trait;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::{PgConnection, PgPool};

use super::counter::INCREMENTED;
use super::writers::Written;
use crate::cluster::Cluster;

/// Records each event that it is given, in the transaction of its checkpoint.
pub struct Recorder;

#[async_trait]
impl Subscriber for Recorder {
    fn name(&self) -> &'static str {
        "bench.recorder"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec![INCREMENTED]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let counters: Vec<&str> = events.iter().map(|event| &*event.aggregate_id).collect();
        let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
        sqlx::query(
            "insert into bench_recorded (counter, sequence)
             select counter, sequence
             from unnest($1::text[], $2::bigint[]) with ordinality as k (counter, sequence, n)
             order by n",
        )
        .bind(counters)
        .bind(sequences)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Makes the table of the [`Recorder`]. It has no unique key: what comes twice must show, not fail.
pub async fn make_table(cluster: &Cluster) -> anyhow::Result<()> {
    let owner = cluster.owner().await?;
    sqlx::raw_sql(
        "create table bench_recorded (n bigint generated always as identity, counter text, sequence bigint);
         grant select, insert on bench_recorded to caresync_app;",
    )
    .execute(&owner)
    .await?;
    owner.close().await;
    Ok(())
}

/// The result.
#[derive(Debug, sqlx::FromRow)]
pub struct Deliveries {
    /// Events in the log.
    events: i64,
    /// Events that the subscriber never saw.
    pub missed: i64,
    /// Events that it saw again.
    pub twice: i64,
    /// Events that it saw after a later one of their counter.
    pub inverted: i64,
    #[sqlx(skip)]
    told: String,
}

impl Deliveries {
    /// Counts.
    ///
    /// # Errors
    /// If the log has not exactly the events that were acknowledged.
    pub async fn count(pool: &PgPool, written: &Written) -> anyhow::Result<Self> {
        let mut deliveries: Self = sqlx::query_as(
            "with
               log as (select aggregate_id as counter, sequence from events where event_type = $1),
               seen as (
                 select counter, sequence, max(sequence) over (
                   partition by counter order by n rows between unbounded preceding and 1 preceding
                 ) as before
                 from bench_recorded
               )
             select
               (select count(*) from log) as events,
               (select count(*) from (select * from log except select counter, sequence from seen) as m)
                 as missed,
               (select count(*) - count(distinct (counter, sequence)) from seen) as twice,
               (select count(*) from seen where before > sequence) as inverted",
        )
        .bind(INCREMENTED)
        .fetch_one(pool)
        .await?;
        let acknowledged = written.acknowledged.load(Ordering::Relaxed);
        ensure!(
            u64::try_from(deliveries.events)? == acknowledged,
            "{acknowledged} events were acknowledged and {} are in the log",
            deliveries.events
        );
        deliveries.told = format!(
            "{} of them through the store, {} rolled back, {} races lost",
            written.through_store.load(Ordering::Relaxed),
            written.rolled_back.load(Ordering::Relaxed),
            written.lost_races.load(Ordering::Relaxed),
        );
        Ok(deliveries)
    }

    /// Prints what stands behind the figures.
    pub fn print(&self) {
        println!("{} events in the log; {}", self.events, self.told);
    }
}
