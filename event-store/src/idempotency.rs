//! What a used idempotency key led to.

use serde_json::Value;

use crate::error::StoreError;
use crate::{Cursor, EventStore};

/// The reply that was recorded with a command's events.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedReply {
    /// Tells whether the same request is asked again or another one under its key.
    pub fingerprint: Vec<u8>,
    /// The reply: ids and states.
    pub reply: Value,
    /// The original's position.
    pub cursor: Cursor,
}

impl EventStore {
    /// The reply recorded under `key`, if the key has been used.
    pub async fn recorded_reply(
        &self,
        key: &[u8; 32],
    ) -> Result<Option<RecordedReply>, StoreError> {
        let row = sqlx::query!(
            r#"
            select i.fingerprint, i.reply, e.epoch, e.transaction_id::text as "transaction_id!", e.position
            from idempotency_keys i
            join events e using (aggregate_type, aggregate_id, sequence)
            where i.key = $1
            "#,
            key.as_slice()
        )
        .fetch_optional(self.pool())
        .await
        .map_err(StoreError::doing("looking up an idempotency key"))?;
        row.map(|row| {
            let cursor = Cursor::from_parts(row.epoch, &row.transaction_id, row.position).map_err(
                |error| StoreError {
                    doing: "reading a position",
                    source: sqlx::Error::Decode(error.into()),
                },
            )?;
            Ok(RecordedReply {
                fingerprint: row.fingerprint,
                reply: row.reply,
                cursor,
            })
        })
        .transpose()
    }

    /// Forgets keys older than `hours`. Returns how many.
    pub async fn forget_replies(&self, hours: i32) -> Result<u64, StoreError> {
        let done = sqlx::query!(
            "delete from idempotency_keys where recorded_at < now() - make_interval(hours => $1)",
            hours
        )
        .execute(self.pool())
        .await
        .map_err(StoreError::doing("forgetting old idempotency keys"))?;
        Ok(done.rows_affected())
    }
}
