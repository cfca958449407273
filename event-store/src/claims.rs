//! Questions about what is held, and by whom.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::EventStore;
use crate::error::StoreError;

impl EventStore {
    /// Who holds `resource` around `start` by a hold that ended at or before `at`.
    ///
    /// A slot that starts at `start` can only be blocked by claims that reach past it within a day.
    pub async fn overdue_holders(
        &self,
        kind: &str,
        resource: Uuid,
        start: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar!(
            r#"
            select holder
            from slot_claims
            where kind = $1
              and resource = $2
              and during && tstzrange($3::timestamptz, $3::timestamptz + interval '1 day')
              and held_until <= $4
            "#,
            kind,
            resource,
            start,
            at
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("looking for overdue holds"))
    }

    /// Who holds a name, if anybody does.
    pub async fn holder_of(&self, space: &str, key: &[u8]) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar!(
            "select holder from reservations where space = $1 and key = $2",
            space,
            key
        )
        .fetch_optional(self.pool())
        .await
        .map_err(StoreError::doing("looking up a reservation"))
    }
}
