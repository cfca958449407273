//! Removes rows a few at a time, so that no lock is held for long and no reader of the log waits.

use chrono::{DateTime, Utc};
use commands::Fault;
use sqlx::PgPool;

/// Rows removed in one transaction.
const AT_A_TIME: i64 = 1_000;

/// Runs `delete`, which takes a time and a limit, until it finds nothing more. Returns the number
/// of removed rows.
pub(super) async fn prune(pool: &PgPool, delete: &str, at: DateTime<Utc>) -> Result<u64, Fault> {
    let mut pruned = 0;
    loop {
        let deleted = sqlx::query(delete)
            .bind(at)
            .bind(AT_A_TIME)
            .execute(pool)
            .await
            .map_err(Fault::doing("removing what has expired"))?
            .rows_affected();
        pruned += deleted;
        if deleted < AT_A_TIME.unsigned_abs() {
            return Ok(pruned);
        }
    }
}
