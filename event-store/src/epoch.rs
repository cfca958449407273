//! Epochs of the log: one for each database cluster that it has been in.
//!
//! Transaction ids are unique within a cluster. A log that was restored in another cluster continues in a new
//! epoch, higher than all before, so that new events sort after restored ones.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::store::head;
use crate::{Cursor, StoreError};

/// Basic facts of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogFacts {
    /// The current epoch.
    pub epoch: i16,
    /// The position of the newest event.
    pub head: Cursor,
    /// Number of events.
    pub events: i64,
}

/// Reads the facts in the transaction of `connection`.
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

/// Opens an epoch above all epochs of the log, of its subscribers and of the caller (`known`). Needs the owner
/// of the tables. The log must not be in use.
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

/// The time of the last restore; `None` in the first epoch.
pub async fn epoch_opened(pool: &PgPool) -> Result<Option<DateTime<Utc>>, StoreError> {
    sqlx::query_scalar!("select opened_at from log_epoch where current > 1")
        .fetch_optional(pool)
        .await
        .map_err(StoreError::doing("reading the time of the last restore"))
}
