//! Epochs: the lives of the log in one cluster after another.
//!
//! Transaction ids belong to the cluster that gave them out. A log that was moved to another cluster
//! goes on in a new epoch, higher than any before, so that what is written there sorts behind what
//! came along.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::store::head;
use crate::{Cursor, StoreError};

/// What a log says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogFacts {
    /// The epoch that events are written in now.
    pub epoch: i16,
    /// The newest event.
    pub head: Cursor,
    /// How many events there are.
    pub events: i64,
}

/// Reads them, as `connection`'s transaction sees them.
pub async fn log_facts(connection: &mut PgConnection) -> Result<LogFacts, StoreError> {
    let row = sqlx::query!(
        r#"
        select
          (select current from log_epoch) as "epoch!",
          (select count(*) from events) as "events!"
        "#
    )
    .fetch_one(&mut *connection)
    .await
    .map_err(StoreError::doing("counting the events of the log"))?;
    Ok(LogFacts {
        epoch: row.epoch,
        head: head(connection).await?,
        events: row.events,
    })
}

/// Opens an epoch above every one that this log, its readers or the caller (`known`) has heard of.
/// Needs the owner of the tables. Nobody may append meanwhile.
pub async fn open_new_epoch(
    connection: &mut PgConnection,
    known: i16,
    at: DateTime<Utc>,
) -> Result<i16, StoreError> {
    sqlx::query_scalar!(
        r#"
        update log_epoch
        set
          current = 1 + greatest(
            current,
            $1,
            (select max(epoch) from events),
            (select max(epoch) from subscription_checkpoints)
          ),
          opened_at = $2
        returning current
        "#,
        known,
        at
    )
    .fetch_one(connection)
    .await
    .map_err(StoreError::doing("opening a new epoch of the log"))
}

/// When the log was last restored; `None` while it lives in its first cluster.
pub async fn epoch_opened(pool: &PgPool) -> Result<Option<DateTime<Utc>>, StoreError> {
    sqlx::query_scalar!("select opened_at from log_epoch where current > 1")
        .fetch_optional(pool)
        .await
        .map_err(StoreError::doing("asking when the epoch was opened"))
}
