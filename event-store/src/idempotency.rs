//! Recorded replies of idempotency keys.

use serde_json::Value;

use crate::error::StoreError;
use crate::{Cursor, EventStore};

/// The reply that was recorded with a command's events.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedReply {
    /// The fingerprint of the request: another request under the same key has another one.
    pub fingerprint: Vec<u8>,
    /// The reply: ids and states.
    pub reply: Value,
    /// The position of the original command.
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
            let cursor = Cursor::from_row(row.epoch, &row.transaction_id, row.position);
            Ok(RecordedReply {
                fingerprint: row.fingerprint,
                reply: row.reply,
                cursor: cursor.map_err(StoreError::doing("reading a position"))?,
            })
        })
        .transpose()
    }

    /// Deletes keys older than `hours`. Returns their number.
    pub async fn forget_replies(&self, hours: i32) -> Result<u64, StoreError> {
        let done = sqlx::query!(
            "delete from idempotency_keys where recorded_at < now() - make_interval(hours => $1)",
            hours
        )
        .execute(self.pool())
        .await
        .map_err(StoreError::doing("deleting old idempotency keys"))?;
        Ok(done.rows_affected())
    }
}
