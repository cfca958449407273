//! Snapshots in the database.

use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::seal::{Cell, SealError, SealedCell, Sealing};

/// A state, and its position in its stream.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) schema_version: i32,
    /// The person that it is about.
    pub(crate) subject: Option<Uuid>,
    pub(crate) state: Value,
}

impl Snapshot {
    /// The associated data of a sealed state: it opens under no other key.
    fn associated_data(&self) -> Vec<String> {
        vec![
            "snapshot".to_owned(),
            self.aggregate_type.clone(),
            self.aggregate_id.clone(),
            self.sequence.to_string(),
            self.schema_version.to_string(),
        ]
    }

    /// Stores it, unless there is a newer one. The state of an erased person is not stored.
    pub(crate) async fn put(self, pool: &PgPool, sealing: &Sealing) -> Result<(), PutError> {
        let associated_data = self.associated_data();
        let state = match self.subject {
            None => Some(self.state.to_string()),
            Some(subject) => {
                let value = self.state;
                let cell = Cell {
                    subject,
                    associated_data,
                    value,
                };
                let sealed = sealing.seal_many(vec![cell]).await?;
                sealed.into_iter().next().flatten()
            }
        };
        let Some(state) = state else {
            return Ok(());
        };
        sqlx::query!(
            r#"
            insert into snapshots as kept (aggregate_type, aggregate_id, sequence, schema_version, subject, state)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (aggregate_type, aggregate_id) do update set
              sequence = excluded.sequence,
              schema_version = excluded.schema_version,
              subject = excluded.subject,
              state = excluded.state,
              taken_at = clock_timestamp()
            where (kept.schema_version, kept.sequence) < (excluded.schema_version, excluded.sequence)
            "#,
            self.aggregate_type,
            self.aggregate_id,
            self.sequence,
            self.schema_version,
            self.subject,
            state
        )
        .execute(pool)
        .await?;
        Ok(())
    }

    /// The snapshot of a stream, if there is one of this schema that can be opened.
    pub(crate) async fn get(
        pool: &PgPool,
        sealing: &Sealing,
        aggregate_type: &str,
        aggregate_id: &str,
        schema_version: i32,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row = sqlx::query!(
            r#"
            select sequence, subject, state
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
        let Some(row) = row else {
            return Ok(None);
        };
        let snapshot = Self {
            aggregate_type: aggregate_type.to_owned(),
            aggregate_id: aggregate_id.to_owned(),
            sequence: row.sequence,
            schema_version,
            subject: row.subject,
            state: Value::Null,
        };
        Ok(snapshot.opened(row.state, sealing).await)
    }

    /// With its state; `None` if that can not be read or decrypted.
    async fn opened(mut self, stored: String, sealing: &Sealing) -> Option<Self> {
        self.state = match self.subject {
            None => serde_json::from_str(&stored).ok(),
            Some(subject) => {
                let cell = SealedCell {
                    subject,
                    associated_data: self.associated_data(),
                    sealed: Some(stored),
                };
                let opened = sealing.open_many(vec![cell]).await;
                opened.ok().and_then(|values| values.into_iter().next())
            }
        }
        .filter(|state| !state.is_null())?;
        Some(self)
    }
}

/// A snapshot was not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PutError {
    #[error("sealing a snapshot failed")]
    Seal(#[from] SealError),
    #[error("storing a snapshot failed")]
    Store(#[from] sqlx::Error),
}
