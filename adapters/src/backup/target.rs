//! The database that a restore fills: empty at first, marked until it is complete.

use std::path::Path;

use chrono::{DateTime, Utc};
use sqlx::{Executor as _, PgConnection};

use super::BackupError;

/// A table that exists from the start of a restore to its end.
const MARKER: &str = "restore_unfinished";

/// Refuses a database in which a restore did not finish.
///
/// # Errors
/// [`BackupError::HalfRestored`]
pub async fn refuse_half_restored(connection: &mut PgConnection) -> Result<(), BackupError> {
    if !is_marked(connection).await? {
        return Ok(());
    }
    let sql = "select backup, begun_at::text from restore_unfinished";
    let found: Option<(String, String)> = sqlx::query_as(sql)
        .fetch_optional(connection)
        .await
        .map_err(BackupError::sql("reading about an unfinished restore"))?;
    let (from, begun_at) = found.unwrap_or_default();
    Err(BackupError::HalfRestored { from, begun_at })
}

/// Marks an empty database as being restored. The rest of an unfinished restore is removed first;
/// anything else is refused.
///
/// # Errors
/// [`BackupError::NotEmpty`]
pub async fn begin_restore(
    connection: &mut PgConnection,
    backup: &Path,
    at: DateTime<Utc>,
) -> Result<(), BackupError> {
    let doing = "preparing the database for a restore";
    if is_marked(connection).await? {
        let sql = "drop schema public cascade; create schema public;
                   drop schema if exists beside cascade";
        let cleared = connection.execute(sql).await;
        cleared.map_err(BackupError::sql(doing))?;
    }
    refuse_tables(connection).await?;
    // Empty by now. A dump from before this schema existed runs the migration that creates it later.
    let cleared = connection.execute("drop schema if exists beside").await;
    cleared.map_err(BackupError::sql(doing))?;
    // One implicit transaction: there is no marker without its row.
    let backup = backup.display().to_string().replace('\'', "''");
    let sql = format!(
        "create table {MARKER} (backup text not null, begun_at timestamptz not null);
         insert into {MARKER} values ('{backup}', '{at}');"
    );
    let marked = connection.execute(sqlx::raw_sql(&sql)).await;
    marked.map(|_| ()).map_err(BackupError::sql(doing))
}

/// Removes the mark, as the last statement of the transaction that completes the restore.
pub async fn end_restore(connection: &mut PgConnection) -> Result<(), BackupError> {
    let sql = format!("drop table {MARKER}");
    let ended = connection.execute(sqlx::raw_sql(&sql)).await;
    ended
        .map(|_| ())
        .map_err(BackupError::sql("ending the restore"))
}

async fn is_marked(connection: &mut PgConnection) -> Result<bool, BackupError> {
    sqlx::query_scalar("select to_regclass('public.' || $1) is not null")
        .bind(MARKER)
        .fetch_one(connection)
        .await
        .map_err(BackupError::sql("asking whether a restore is unfinished"))
}

async fn refuse_tables(connection: &mut PgConnection) -> Result<(), BackupError> {
    let sql = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
               where n.nspname in ('public', 'beside') and c.relkind in ('r', 'p')";
    let tables: i64 = sqlx::query_scalar(sql)
        .fetch_one(connection)
        .await
        .map_err(BackupError::sql("asking whether the database is empty"))?;
    if tables == 0 {
        return Ok(());
    }
    Err(BackupError::NotEmpty {
        found: format!("it has {tables} tables"),
    })
}
