//! Snapshots in the database.

use serde_json::Value;
use sqlx::PgPool;

/// A state, and its version in its stream.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) aggregate_type: &'static str,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) schema_version: i32,
    pub(crate) state: Value,
}

impl Snapshot {
    /// Stores it, unless a newer one is stored.
    pub(crate) async fn put(self, pool: &PgPool) -> Result<(), sqlx::Error> {
        sqlx::query!(
            r#"
            insert into snapshots as kept (aggregate_type, aggregate_id, sequence, schema_version, state)
            values ($1, $2, $3, $4, $5)
            on conflict (aggregate_type, aggregate_id) do update set
              sequence = excluded.sequence,
              schema_version = excluded.schema_version,
              state = excluded.state,
              taken_at = clock_timestamp()
            where (kept.schema_version, kept.sequence) < (excluded.schema_version, excluded.sequence)
            "#,
            self.aggregate_type,
            self.aggregate_id,
            self.sequence,
            self.schema_version,
            self.state.to_string()
        )
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Returns the snapshot of a stream, if there is one of this schema version that can be read.
    pub(crate) async fn get(
        pool: &PgPool,
        aggregate_type: &'static str,
        aggregate_id: &str,
        schema_version: i32,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = sqlx::query!(
            r#"
            select sequence, state
            from snapshots
            where aggregate_type = $1
              and aggregate_id = $2
              and schema_version = $3
            "#,
            aggregate_type,
            aggregate_id,
            schema_version
        )
        .fetch_optional(pool)
        .await?;
        Ok(row.and_then(|row| {
            Some(Self {
                aggregate_type,
                aggregate_id: aggregate_id.to_owned(),
                sequence: row.sequence,
                schema_version,
                state: serde_json::from_str(&row.state).ok()?,
            })
        }))
    }
}
