//! The rows of copies, and their checkpoints.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::error::RebuildError;
use crate::subscribe::CheckpointKey;
use crate::{Cursor, StoreError};

/// The origin of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was built from the log.
    Rebuilt,
    /// It was the live read model.
    Replaced,
}

/// A row of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CopyRow {
    pub(super) version: i32,
    pub(super) origin: Origin,
    pub(super) since: DateTime<Utc>,
    pub(super) at: Cursor,
}

/// The copy of a read model, of any version.
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
        checkpoint_name(name)
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("looking for a copy of a read model"))?;
    let Some(row) = row else { return Ok(None) };
    let at = Cursor::from_row(row.epoch, &row.transaction_id, row.position)
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

/// Inserts a copy at the start of the log.
pub(super) async fn insert(
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
        checkpoint_name(name)
    )
    .execute(connection)
    .await
    .map_err(StoreError::doing("inserting a copy"))?;
    Ok(())
}

/// Deletes a copy of any version.
pub(super) async fn delete(connection: &mut PgConnection, name: &str) -> Result<(), StoreError> {
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
        checkpoint_name(name)
    )
    .execute(connection)
    .await
    .map_err(StoreError::doing("deleting a copy"))?;
    Ok(())
}

/// Deletes the rows of all copies after a restore, which does not restore their tables.
pub async fn forget_copies(connection: &mut PgConnection) -> Result<(), StoreError> {
    let names = sqlx::query_scalar!("select name from read_model_copies")
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::doing("looking for copies of read models"))?;
    for name in names {
        delete(connection, &name).await?;
    }
    Ok(())
}

/// The newest version of the live read model that has a checkpoint.
pub(super) async fn newest_version(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<i32>, StoreError> {
    sqlx::query_scalar!(
        "select max(version) from subscription_checkpoints where name = $1",
        name
    )
    .fetch_one(connection)
    .await
    .map_err(StoreError::doing(
        "reading the newest version of a read model",
    ))
}

/// The name of a copy's checkpoint.
pub(super) fn checkpoint_name(name: &str) -> String {
    format!("beside/{name}")
}

/// The checkpoint of a copy, from the one of its live read model.
pub(super) fn checkpoint_key(live: &CheckpointKey) -> CheckpointKey {
    CheckpointKey {
        name: checkpoint_name(&live.name),
        version: live.version,
    }
}

impl CopyRow {
    /// Requires that the copy has the version of this program.
    pub(super) fn require_version(
        self,
        name: &'static str,
        program: i32,
    ) -> Result<Self, RebuildError> {
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
