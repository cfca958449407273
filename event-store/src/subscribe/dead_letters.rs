//! Aggregates that a subscriber could not take. The log has their events; here stands from which one on.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::{Seat, SubscribeError};
use crate::error::StoreError;
use crate::{EventStore, RecordedEvent};

/// An aggregate by its type and id.
pub(super) type Aggregate = (String, String);

/// An aggregate that a subscriber could not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Whose checkpoint passed it by.
    pub subscriber: String,
    /// The subscriber's version then.
    pub version: i32,
    /// The kind of aggregate.
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: String,
    /// The first event of it that was not taken; it and all later ones wait.
    pub sequence: i64,
    /// That event's stored type.
    pub event_type: String,
    /// And version.
    pub event_version: String,
    /// Why, in words that tell of nobody.
    pub reason: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it is parked.
    pub parked_at: DateTime<Utc>,
    /// When it was tried last.
    pub tried_at: DateTime<Utc>,
}

/// An event that waits, without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its number in its aggregate.
    pub sequence: i64,
    /// Its stored type.
    pub event_type: String,
    /// The stored version of that type.
    pub event_version: String,
    /// When the database wrote it.
    pub recorded_at: DateTime<Utc>,
}

impl EventStore {
    /// Everything that is parked: by subscriber, then in the order of the log.
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
        .map_err(StoreError::doing("reading what is parked"))
    }

    /// The ids of the aggregates that a subscriber has parked.
    pub async fn parked(&self, name: &str, version: i32) -> Result<BTreeSet<String>, StoreError> {
        let ids = sqlx::query_scalar!(
            "select aggregate_id from dead_letters where subscriber = $1 and version = $2",
            name,
            version
        )
        .fetch_all(self.pool())
        .await
        .map_err(StoreError::doing("reading what is parked"))?;
        Ok(ids.into_iter().collect())
    }

    /// The events of a parked aggregate, from the one that was not taken on; at most `limit`.
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
        .map_err(StoreError::doing("reading events that wait"))
    }
}

/// Those of some events' aggregates that are parked.
pub(super) async fn among(
    connection: &mut PgConnection,
    seat: &Seat,
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
        seat.name,
        seat.version,
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

/// Parks an event's aggregate from that event on, or notes that it failed again.
pub(super) async fn park(
    connection: &mut PgConnection,
    seat: &Seat,
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
        seat.name,
        seat.version,
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

/// The first event that was not taken of an aggregate. `None` if it is not parked.
pub(super) async fn first_waiting(
    executor: impl PgExecutor<'_>,
    seat: &Seat,
    (aggregate_type, aggregate_id): (&str, &str),
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
        seat.name,
        seat.version,
        aggregate_type,
        aggregate_id
    )
    .fetch_optional(executor)
    .await
}

/// It is taken now.
pub(super) async fn release(
    connection: &mut PgConnection,
    seat: &Seat,
    (aggregate_type, aggregate_id): (&str, &str),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        delete from dead_letters
        where subscriber = $1
          and version = $2
          and aggregate_type = $3
          and aggregate_id = $4
        "#,
        seat.name,
        seat.version,
        aggregate_type,
        aggregate_id
    )
    .execute(connection)
    .await?;
    Ok(())
}
