//! Queries of claims and reservations.

use std::ops::Range;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::EventStore;
use crate::error::StoreError;

/// A claim in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldClaim {
    /// The kind of aggregate that holds it.
    pub holder_type: String,
    /// The aggregate that holds it.
    pub holder: String,
    /// Start of the range, inclusive.
    pub from: DateTime<Utc>,
    /// End of the range, exclusive.
    pub to: DateTime<Utc>,
    /// End of an unpaid hold; `None` for a claim that stays.
    pub held_until: Option<DateTime<Utc>>,
}

impl HeldClaim {
    /// Returns whether it is a hold that has ended, and so no longer blocks the resource.
    #[must_use]
    pub fn is_overdue(&self, at: DateTime<Utc>) -> bool {
        self.held_until.is_some_and(|end| end <= at)
    }
}

impl EventStore {
    /// The claims on `resource` that overlap one of the ranges, earliest first.
    ///
    /// Changes of concurrent transactions are not in it; only the append itself checks them.
    pub async fn claims(
        &self,
        kind: &str,
        resource: Uuid,
        ranges: &[Range<DateTime<Utc>>],
    ) -> Result<Vec<HeldClaim>, StoreError> {
        let starts: Vec<_> = ranges.iter().map(|range| range.start).collect();
        let ends: Vec<_> = ranges.iter().map(|range| range.end).collect();
        sqlx::query_as!(
            HeldClaim,
            r#"
            select distinct
              claim.holder_type as "holder_type!",
              claim.holder as "holder!",
              claim.held_until,
              lower(claim.during) as "from!",
              upper(claim.during) as "to!"
            from unnest($3::timestamptz[], $4::timestamptz[]) as s (starts_at, ends_at)
            cross join lateral (
              select holder_type, holder, held_until, during
              from slot_claims
              where kind = 'doctor'
                and $1 = 'doctor'
                and resource = $2
                and during && tstzrange(s.starts_at, s.ends_at)
              union all
              select holder_type, holder, held_until, during
              from slot_claims
              where kind = 'patient'
                and $1 = 'patient'
                and resource = $2
                and during && tstzrange(s.starts_at, s.ends_at)
              -- For each stretch of time by the index of the kind, never a join over all claims.
              offset 0
            ) claim
            order by 4, 5
            "#,
            kind,
            resource,
            &starts,
            &ends
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("looking up claims"))
    }

    /// The holders of the names that a subject has in a namespace.
    pub async fn holders_of_subject(
        &self,
        space: &str,
        subject: Uuid,
    ) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("select holder from reservations where space = $1 and subject = $2")
            .bind(space)
            .bind(subject)
            .fetch_all(self.pool())
            .await
            .map_err(StoreError::doing("looking up the names of a person"))
    }

    /// Those of some names in a namespace that have a holder.
    pub async fn taken_names(
        &self,
        space: &str,
        keys: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        sqlx::query_scalar("select key from reservations where space = $1 and key = any ($2)")
            .bind(space)
            .bind(keys)
            .fetch_all(self.pool())
            .await
            .map_err(StoreError::doing("looking up reservations"))
    }

    /// Frees the names of a namespace that are before a key in the order of bytes, some at a time. Returns their number.
    pub async fn free_names_before(&self, space: &str, key: &[u8]) -> Result<u64, StoreError> {
        const AT_A_TIME: i64 = 1_000;
        const DELETE: &str = "
            delete from reservations where (holder, space, key) in (
              select holder, space, key from reservations
              where space = $1 and key < $2 order by key limit $3
            )";
        let mut freed = 0;
        loop {
            let deleted = sqlx::query(DELETE)
                .bind(space)
                .bind(key)
                .bind(AT_A_TIME)
                .execute(self.pool())
                .await
                .map_err(StoreError::doing("freeing reservations"))?
                .rows_affected();
            freed += deleted;
            if deleted < AT_A_TIME.unsigned_abs() {
                return Ok(freed);
            }
        }
    }

    /// The holder of a name; `None` if it is free.
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
