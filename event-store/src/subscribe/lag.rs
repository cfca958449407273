//! The lag of subscribers, and the transaction that holds the horizon.

use std::time::Duration;

use sqlx::PgConnection;

use super::progress::Progress;
use crate::EventStore;
use crate::connection::acquire_live;
use crate::error::StoreError;
use crate::store::head;

/// Maximum number of events that are counted per subscriber.
const COUNT_LIMIT: i64 = 100_000;

/// The newest event, the horizon and the lags at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct LogStatus {
    /// The position of the newest event. Positions have gaps.
    pub head_position: i64,
    /// The transaction that holds the horizon; `None` if there is none.
    pub horizon: Option<HorizonHolder>,
    /// The lag of each subscriber, from its position as this node knows it.
    pub lags: Vec<Lag>,
}

/// The lag of one subscriber.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lag {
    /// Its name.
    pub name: &'static str,
    /// Events after its position, counted up to 100,000.
    pub events: u64,
    /// Age of the oldest of them.
    pub age: Duration,
    /// Number of parked aggregates.
    pub parked: u64,
}

/// The oldest transaction of the cluster that is still writing. Readers stop below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HorizonHolder {
    /// Its transaction id, which is reused after four billion others.
    pub transaction: u32,
    /// Its server process; `None` for a prepared transaction.
    pub pid: Option<i32>,
    /// Its age; `None` if this role may not see it.
    pub age: Option<Duration>,
}

impl EventStore {
    /// Reads the status of the log, with three short queries on one connection.
    pub async fn log_status(&self, progress: &Progress) -> Result<LogStatus, StoreError> {
        let connection = acquire_live(self.pool()).await;
        let mut connection =
            connection.map_err(StoreError::doing("reading the status of the log"))?;
        Ok(LogStatus {
            head_position: head(&mut *connection).await?.position(),
            horizon: horizon(&mut connection).await?,
            lags: lags(&mut connection, progress).await?,
        })
    }
}

/// The oldest running transaction with an id. All roles can see ids, but only members of
/// `pg_read_all_stats` the times of transactions of other roles.
async fn horizon(connection: &mut PgConnection) -> Result<Option<HorizonHolder>, StoreError> {
    let row = sqlx::query!(
        r#"
        select
          holder.xid::text as "transaction!",
          holder.pid,
          extract(epoch from clock_timestamp() - holder.since)::float8 as seconds
        from (
          select backend_xid as xid, pid, xact_start as since
          from pg_stat_activity
          where backend_xid is not null
          union all
          select transaction, null, prepared
          from pg_prepared_xacts
        ) holder
        order by age(holder.xid) desc
        limit 1
        "#
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("looking up the holder of the horizon"))?;
    Ok(row.map(|row| HorizonHolder {
        transaction: row.transaction.parse().unwrap_or_default(),
        pid: row.pid,
        age: row.seconds.map(seconds),
    }))
}

async fn lags(connection: &mut PgConnection, progress: &Progress) -> Result<Vec<Lag>, StoreError> {
    let at = progress.all();
    let epochs: Vec<_> = at.iter().map(|(_, at)| at.epoch()).collect();
    let transactions: Vec<_> = at.iter().map(|(_, at)| at.transaction_id()).collect();
    let positions: Vec<_> = at.iter().map(|(_, at)| at.position()).collect();
    let (names, versions) = progress.versions();
    let rows = sqlx::query!(
        r#"
        select
          (
            select count(*)
            from (
              select
              from events e
              where (e.epoch, e.transaction_id, e.position)
                > (c.epoch, c.transaction_id::xid8, c.position)
              order by e.epoch, e.transaction_id, e.position
              limit $4
            ) behind
          ) as "events!",
          (
            select extract(epoch from clock_timestamp() - e.recorded_at)::float8
            from events e
            where (e.epoch, e.transaction_id, e.position)
              > (c.epoch, c.transaction_id::xid8, c.position)
            order by e.epoch, e.transaction_id, e.position
            limit 1
          ) as seconds,
          (
            select count(*)
            from dead_letters d
            where d.subscriber = c.name and d.version = c.version
          ) as "parked!"
        from unnest($1::smallint[], $2::text[], $3::bigint[], $5::text[], $6::integer[])
          with ordinality as c(epoch, transaction_id, position, name, version, number)
        order by c.number
        "#,
        &epochs,
        &transactions,
        &positions,
        COUNT_LIMIT,
        &names,
        &versions
    )
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing("measuring the lag of subscribers"))?;
    let lags = at.into_iter().zip(rows).map(|((name, _), row)| Lag {
        name,
        events: row.events.unsigned_abs(),
        age: seconds(row.seconds.unwrap_or_default()),
        parked: row.parked.unsigned_abs(),
    });
    Ok(lags.collect())
}

/// A duration; zero if the clock was set back.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}
