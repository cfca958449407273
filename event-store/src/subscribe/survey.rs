//! How the log stands: its newest event, who holds its readers back, how far each one is behind.

use std::time::Duration;

use sqlx::PgConnection;

use super::Progress;
use crate::EventStore;
use crate::connection::answering;
use crate::error::StoreError;
use crate::store::head;

/// Events that are counted at most per subscriber: beyond that, it matters no more how many.
const MOST: i64 = 100_000;

/// How the log stands at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSurvey {
    /// The number of the newest event. Numbers have gaps where appends were refused.
    pub head_position: i64,
    /// Who holds the horizon back; `None` if nobody writes at this moment.
    pub horizon: Option<HorizonHolder>,
    /// How far each subscriber is behind, by the positions that this node knows.
    pub lags: Vec<Lag>,
}

/// How far one subscriber is behind the log's newest event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lag {
    /// Its name.
    pub name: &'static str,
    /// Events that it has not taken or passed over yet, counted up to 100,000.
    pub events: u64,
    /// How long the oldest of them has been in the log.
    pub age: Duration,
    /// Aggregates that it could not take and has parked.
    pub parked: u64,
}

/// The oldest transaction of the cluster that is still writing. No reader gets past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HorizonHolder {
    /// Its transaction id, which is used again after four billion others.
    pub transaction: u32,
    /// The server process that it runs in; `None` if it was prepared and has none.
    pub pid: Option<i32>,
    /// How long it has been running; `None` if the database does not tell this role.
    pub age: Option<Duration>,
}

impl EventStore {
    /// Asks how the log stands: three short questions on one connection.
    pub async fn survey(&self, progress: &Progress) -> Result<LogSurvey, StoreError> {
        let connection = answering(self.pool()).await;
        let mut connection = connection.map_err(StoreError::doing("surveying the log"))?;
        Ok(LogSurvey {
            head_position: head(&mut *connection).await?.position(),
            horizon: horizon(&mut connection).await?,
            lags: lags(&mut connection, progress).await?,
        })
    }
}

/// Whoever has a transaction id and not ended yet. The database shows ids to everyone, but times of
/// other roles' transactions only to members of `pg_read_all_stats`.
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
    .map_err(StoreError::doing("asking who holds the horizon back"))?;
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
        MOST,
        &names,
        &versions
    )
    .fetch_all(connection)
    .await
    .map_err(StoreError::doing(
        "measuring how far subscribers are behind",
    ))?;
    let lags = at.into_iter().zip(rows).map(|((name, _), row)| Lag {
        name,
        events: row.events.unsigned_abs(),
        age: seconds(row.seconds.unwrap_or_default()),
        parked: row.parked.unsigned_abs(),
    });
    Ok(lags.collect())
}

/// A clock that was set back makes no negative age.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or_default()
}
