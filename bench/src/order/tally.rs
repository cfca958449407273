//! What the subscriber saw, against what is in the log.

use std::sync::atomic::Ordering;

use anyhow::ensure;
use async_trait::async_trait;
use event_store::{RecordedEvent, Subscriber, SubscriberError};
use sqlx::{PgConnection, PgPool};

use super::room::ENTERED;
use super::writers::Written;
use crate::cluster::Cluster;

/// Keeps what it is given, in the transaction of its checkpoint.
pub struct Keeper;

#[async_trait]
impl Subscriber for Keeper {
    fn name(&self) -> &'static str {
        "bench.keeper"
    }

    fn version(&self) -> i32 {
        1
    }

    fn event_types(&self) -> Vec<&'static str> {
        vec![ENTERED]
    }

    async fn apply(
        &self,
        events: &[RecordedEvent],
        connection: &mut PgConnection,
    ) -> Result<(), SubscriberError> {
        let rooms: Vec<&str> = events.iter().map(|event| &*event.aggregate_id).collect();
        let sequences: Vec<i64> = events.iter().map(|event| event.sequence).collect();
        sqlx::query(
            "insert into bench_kept (room, sequence)
             select room, sequence
             from unnest($1::text[], $2::bigint[]) with ordinality as k (room, sequence, n)
             order by n",
        )
        .bind(rooms)
        .bind(sequences)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// Makes the table of the [`Keeper`]. It has no unique key: what comes twice must show, not fail.
pub async fn make_table(cluster: &Cluster) -> anyhow::Result<()> {
    let owner = cluster.owner().await?;
    sqlx::raw_sql(
        "create table bench_kept (n bigint generated always as identity, room text, sequence bigint);
         grant select, insert on bench_kept to caresync_app;",
    )
    .execute(&owner)
    .await?;
    owner.close().await;
    Ok(())
}

/// The result.
#[derive(Debug, sqlx::FromRow)]
pub struct Tally {
    /// Events in the log.
    events: i64,
    /// Events that the subscriber never saw.
    pub missed: i64,
    /// Events that it saw again.
    pub twice: i64,
    /// Events that it saw after a later one of their room.
    pub inverted: i64,
    #[sqlx(skip)]
    told: String,
}

impl Tally {
    /// Counts.
    ///
    /// # Errors
    /// If the log has not exactly the events that were acknowledged.
    pub async fn of(pool: &PgPool, written: &Written) -> anyhow::Result<Self> {
        let mut tally: Self = sqlx::query_as(
            "with
               log as (select aggregate_id as room, sequence from events where event_type = $1),
               seen as (
                 select room, sequence, max(sequence) over (
                   partition by room order by n rows between unbounded preceding and 1 preceding
                 ) as before
                 from bench_kept
               )
             select
               (select count(*) from log) as events,
               (select count(*) from (select * from log except select room, sequence from seen) as m)
                 as missed,
               (select count(*) - count(distinct (room, sequence)) from seen) as twice,
               (select count(*) from seen where before > sequence) as inverted",
        )
        .bind(ENTERED)
        .fetch_one(pool)
        .await?;
        let acknowledged = written.acknowledged.load(Ordering::Relaxed);
        ensure!(
            u64::try_from(tally.events)? == acknowledged,
            "{acknowledged} events were acknowledged and {} are in the log",
            tally.events
        );
        tally.told = format!(
            "{} of them through the store, {} rolled back, {} races lost",
            written.through_store.load(Ordering::Relaxed),
            written.rolled_back.load(Ordering::Relaxed),
            written.lost_races.load(Ordering::Relaxed),
        );
        Ok(tally)
    }

    /// Prints what stands behind the figures.
    pub fn print(&self) {
        println!("{} events in the log; {}", self.events, self.told);
    }
}
