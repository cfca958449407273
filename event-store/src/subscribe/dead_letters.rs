//! Dead letters: aggregates that a subscriber has parked, each with its first event that was not applied.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::checkpoint::CheckpointKey;
use super::error::SubscribeError;
use crate::error::StoreError;
use crate::{EventStore, RecordedEvent};

/// An aggregate by its type and id.
pub(super) type Aggregate = (String, String);

/// A parked aggregate of a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The subscriber.
    pub subscriber: String,
    /// The version of the subscriber.
    pub version: i32,
    /// The kind of aggregate.
    pub aggregate_type: String,
    /// The aggregate.
    pub aggregate_id: String,
    /// Its first event that was not applied; this one and all later ones wait.
    pub sequence: i64,
    /// The stored type of that event.
    pub event_type: String,
    /// The stored version of that type.
    pub event_version: String,
    /// The reason, without personal data.
    pub reason: String,
    /// Number of attempts.
    pub attempts: i32,
    /// The time at which it was parked.
    pub parked_at: DateTime<Utc>,
    /// The time of the last attempt.
    pub tried_at: DateTime<Utc>,
}

/// A waiting event, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its sequence number.
    pub sequence: i64,
    /// Its stored type.
    pub event_type: String,
    /// The stored version of that type.
    pub event_version: String,
    /// The time at which the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

impl EventStore {
    /// All parked aggregates: by subscriber, then in the order of the log.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError> {
        sqlx::query_as!(
            DeadLetter,
            r#"
            select
              d.subscriber, d.version, d.aggregate_type, d.aggregate_id, d.sequence,
              d.event_type, d.event_version, d.reason, d.attempts, d.parked_at, d.tried_at
            from dead_letters d
            join events e using (aggregate_type, aggregate_id, sequence)
            order by d.subscriber, d.version, e.epoch, e.transaction_id, e.position
            "#
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("reading parked aggregates"))
    }

    /// The ids of the parked aggregates of a subscriber.
    pub async fn parked(&self, name: &str, version: i32) -> Result<BTreeSet<String>, StoreError> {
        let ids = sqlx::query_scalar!(
            "select aggregate_id from dead_letters where subscriber = $1 and version = $2",
            name,
            version
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("reading parked aggregates"))?;
        Ok(ids.into_iter().collect())
    }

    /// The waiting events of a parked aggregate; at most `limit`.
    pub async fn waiting_events(
        &self,
        letter: &DeadLetter,
        limit: i64,
    ) -> Result<Vec<WaitingEvent>, StoreError> {
        sqlx::query_as!(
            WaitingEvent,
            r#"
            select sequence, event_type, event_version, recorded_at
            from events
            where aggregate_type = $1
              and aggregate_id = $2
              and sequence >= $3
            order by sequence
            limit $4
            "#,
            letter.aggregate_type,
            letter.aggregate_id,
            letter.sequence,
            limit
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("reading waiting events"))
    }
}

/// The parked ones among the aggregates of some events.
pub(super) async fn parked_among(
    connection: &mut PgConnection,
    key: &CheckpointKey,
    events: &[RecordedEvent],
) -> Result<BTreeSet<Aggregate>, sqlx::Error> {
    let aggregates: BTreeSet<(&str, &str)> = events
        .iter()
        .map(|event| (&*event.aggregate_type, &*event.aggregate_id))
        .collect();
    let (types, ids): (Vec<_>, Vec<_>) = aggregates.into_iter().unzip();
    let rows = sqlx::query!(
        r#"
        select aggregate_type, aggregate_id
        from dead_letters
        where subscriber = $1
          and version = $2
          and (aggregate_type, aggregate_id) in (select * from unnest($3::text[], $4::text[]))
        "#,
        key.name,
        key.version,
        &types as _,
        &ids as _
    )
    .fetch_all(connection)
    .await?;
    let aggregates = rows.into_iter();
    Ok(aggregates
        .map(|row| (row.aggregate_type, row.aggregate_id))
        .collect())
}

/// Parks the aggregate of an event, from this event on, or records another failed attempt.
pub(super) async fn park(
    connection: &mut PgConnection,
    key: &CheckpointKey,
    event: &RecordedEvent,
    reason: &str,
) -> Result<(), SubscribeError> {
    sqlx::query!(
        r#"
        insert into dead_letters as parked (
          subscriber, version, aggregate_type, aggregate_id,
          sequence, event_type, event_version, reason
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict on constraint dead_letters_pkey do update
        set
          sequence = excluded.sequence,
          event_type = excluded.event_type,
          event_version = excluded.event_version,
          reason = excluded.reason,
          attempts = parked.attempts + 1,
          tried_at = clock_timestamp()
        "#,
        key.name,
        key.version,
        event.aggregate_type,
        event.aggregate_id,
        event.sequence,
        event.event_type,
        event.event_version,
        reason
    )
    .execute(connection)
    .await
    .map_err(SubscribeError::Checkpoint)?;
    Ok(())
}

/// The first event of an aggregate that was not applied; `None` if it is not parked.
pub(super) async fn first_sequence(
    executor: impl PgExecutor<'_>,
    key: &CheckpointKey,
    letter: &DeadLetter,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select sequence
        from dead_letters
        where subscriber = $1
          and version = $2
          and aggregate_type = $3
          and aggregate_id = $4
        "#,
        key.name,
        key.version,
        letter.aggregate_type,
        letter.aggregate_id
    )
    .fetch_optional(executor)
    .await
}

/// Removes a dead letter.
pub(super) async fn release(
    connection: &mut PgConnection,
    key: &CheckpointKey,
    letter: &DeadLetter,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        delete from dead_letters
        where subscriber = $1
          and version = $2
          and aggregate_type = $3
          and aggregate_id = $4
        "#,
        key.name,
        key.version,
        letter.aggregate_type,
        letter.aggregate_id
    )
    .execute(connection)
    .await?;
    Ok(())
}
