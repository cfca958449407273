//! Which copies there are: one row for each, and its checkpoint.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::checkpoint_of;
use super::error::RebuildError;
use crate::subscribe::cursor;
use crate::{Cursor, StoreError};

/// Where a copy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was made from the log.
    Rebuilt,
    /// It was the live one.
    Replaced,
}

/// What is known of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CopyRow {
    pub(super) version: i32,
    pub(super) origin: Origin,
    pub(super) since: DateTime<Utc>,
    pub(super) at: Cursor,
}

/// The copy of a read model, whatever its version.
pub(super) async fn find(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<CopyRow>, StoreError> {
    let row = sqlx::query!(
        r#"
        select c.version, c.origin, c.since, k.epoch, k.transaction_id::text as "transaction_id!", k.position
        from read_model_copies c
        join subscription_checkpoints k on k.name = $2 and k.version = c.version
        where c.name = $1
        "#,
        name,
        checkpoint_of(name)
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("looking for a copy of a read model"))?;
    let Some(row) = row else { return Ok(None) };
    let at = cursor(row.epoch, &row.transaction_id, row.position)
        .map_err(StoreError::doing("reading a copy's position"))?;
    let origin = match row.origin.as_str() {
        "replaced" => Origin::Replaced,
        _ => Origin::Rebuilt,
    };
    Ok(Some(CopyRow {
        version: row.version,
        origin,
        since: row.since,
        at,
    }))
}

/// Notes a copy that stands before the first event.
pub(super) async fn begin(
    connection: &mut PgConnection,
    name: &str,
    version: i32,
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        with copy as (
          insert into read_model_copies (name, version, origin)
          values ($1, $2, 'rebuilt')
        )
        insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
        values ($3, $2, 0, '0', 0)
        "#,
        name,
        version,
        checkpoint_of(name)
    )
    .execute(connection)
    .await
    .map_err(StoreError::doing("noting a new copy"))?;
    Ok(())
}

/// Forgets a copy of any version.
pub(super) async fn forget(connection: &mut PgConnection, name: &str) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        with copy as (
          delete from read_model_copies
          where name = $1
        ),
        parked as (
          delete from dead_letters
          where subscriber = $2
        )
        delete from subscription_checkpoints
        where name = $2
        "#,
        name,
        checkpoint_of(name)
    )
    .execute(connection)
    .await
    .map_err(StoreError::doing("forgetting a copy"))?;
    Ok(())
}

/// Forgets all copies where their tables did not come along: a restore brings none.
pub async fn forget_copies(connection: &mut PgConnection) -> Result<(), StoreError> {
    let names = sqlx::query_scalar!("select name from read_model_copies")
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::doing("looking for copies of read models"))?;
    for name in names {
        forget(connection, &name).await?;
    }
    Ok(())
}

impl CopyRow {
    /// Whether this program's read model may go on with it.
    pub(super) fn of_version(self, name: &'static str, program: i32) -> Result<Self, RebuildError> {
        if self.version == program {
            return Ok(self);
        }
        Err(RebuildError::OtherVersion {
            name,
            copy: self.version,
            program,
        })
    }
}
