//! Reading the log in its order.
//!
//! The planner estimates a comparison of rows by the first column only. Here that is the epoch, which hardly ever
//! differs: it expects a single event in any range, and considers all indexes equally good. So a statement that
//! must not scan the log has its bounds as `(select $1, …)`, which the planner can't see; and one that must,
//! its types as a condition that no index supports.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

use super::batch::EventBatch;
use super::error::SubscribeError;
use super::scan_strategy::ScanStrategy;
use crate::cursor::CursorRange;
use crate::seal::Stored;
use crate::{Cursor, EventStore, RecordedEvent, SealError};

/// The last event below the horizon: no event can still appear at or before it.
///
/// The horizon is the oldest transaction of the whole cluster that is still writing. `START` if
/// there is no event below it.
pub(crate) async fn safe_head(pool: &PgPool) -> Result<Cursor, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select epoch, transaction_id::text as "transaction_id!", position
        from events
        where (epoch, transaction_id)
          < ((select current from log_epoch), pg_snapshot_xmin(pg_current_snapshot()))
        order by epoch desc, transaction_id desc, position desc
        limit 1
        "#
    )
    .fetch_optional(pool)
    .await?;
    row.map_or(Ok(Cursor::START), |row| {
        Cursor::from_row(row.epoch, &row.transaction_id, row.position)
    })
}

/// Selects events with a condition. The first parameter is whether to read the metadata.
macro_rules! select_events {
    ($pool:expr, $condition:literal, $($parameter:expr),+) => {
        sqlx::query_as!(
            Row,
            r#"
            select
              epoch, transaction_id::text as "transaction_id!", position,
              aggregate_type, aggregate_id, sequence,
              event_type, event_version, payload, recorded_at,
              case when $1::boolean then metadata end as metadata,
              false as "more!"
            from events
            "#
                + $condition,
            $($parameter),+
        )
        .fetch_all($pool)
        .await
        .map_err(SubscribeError::Read)
    };
}

/// The events that a reader wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventFilter<'w> {
    /// The stored types.
    pub(crate) types: &'w [String],
    /// True to read the metadata, which is half of the size of an event.
    pub(crate) metadata: bool,
}

/// Reads the wanted events of a range, in order: up to `limit`, by type up to twice as many. Events that can't be
/// opened are included in their stored form. Also returns the position of the last one, if there may be more
/// in the range.
pub(crate) async fn read(
    store: &EventStore,
    strategy: ScanStrategy,
    range: CursorRange,
    filter: EventFilter<'_>,
    limit: i64,
) -> Result<(EventBatch, Option<Cursor>), SubscribeError> {
    let (rows, full) = match strategy {
        ScanStrategy::Sequential => {
            let rows = sequential(store.pool(), range, filter, limit).await?;
            let full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
            (rows, full)
        }
        ScanStrategy::ByType => {
            let rows = by_type(store.pool(), range, filter, limit).await?;
            let more = rows.last().is_some_and(|row| row.more);
            (rows, more)
        }
    };
    let mut events = into_events(rows)?;
    if strategy == ScanStrategy::ByType {
        events.sort_by_key(|event| event.cursor);
    }
    let batch = open_each(store, events).await?;
    let end = batch.events.last().map(|event| event.cursor);
    Ok((batch, end.filter(|_| full)))
}

async fn sequential(
    pool: &PgPool,
    range: CursorRange,
    filter: EventFilter<'_>,
    limit: i64,
) -> Result<Vec<Row>, SubscribeError> {
    select_events!(
        pool,
        r#"
        where (epoch, transaction_id, position) > ($3, $4::text::xid8, $5)
          and (epoch, transaction_id, position) <= ($6, $7::text::xid8, $8)
          and (event_type = any ($9)) is true
        order by epoch, transaction_id, position
        limit $2
        "#,
        filter.metadata,
        limit,
        range.after.epoch(),
        range.after.transaction_id(),
        range.after.position(),
        range.to.epoch(),
        range.to.transaction_id(),
        range.to.position(),
        filter.types
    )
}

async fn by_type(
    pool: &PgPool,
    range: CursorRange,
    filter: EventFilter<'_>,
    limit: i64,
) -> Result<Vec<Row>, SubscribeError> {
    sqlx::query_file_as!(
        Row,
        "src/subscribe/read_by_type.sql",
        range.after.epoch(),
        range.after.transaction_id(),
        range.after.position(),
        range.to.epoch(),
        range.to.transaction_id(),
        range.to.position(),
        filter.types,
        share(limit, filter.types.len()),
        filter.metadata
    )
    .fetch_all(pool)
    .await
    .map_err(SubscribeError::Read)
}

/// Number of events that are looked up per type for a batch of about `limit`. If all types are equally
/// frequent, the batch becomes twice as large; if one of them is far more frequent than the others, smaller.
fn share(limit: i64, types: usize) -> i64 {
    let types = i64::try_from(types).unwrap_or(i64::MAX).max(1);
    (limit.saturating_mul(2) / types + 1).min(limit)
}

/// Returns whether a range contains an event of `types`.
pub(crate) async fn contains_any(
    pool: &PgPool,
    range: CursorRange,
    types: &[String],
) -> Result<bool, SubscribeError> {
    sqlx::query_scalar!(
        r#"
        select exists (
          select
          from unnest($7::text[]) as kind (event_type)
          cross join lateral (
            select
            from events e
            where e.event_type = kind.event_type
              and (e.epoch, e.transaction_id, e.position)
                > (select $1::smallint, $2::text::xid8, $3::bigint)
              and (e.epoch, e.transaction_id, e.position)
                <= (select $4::smallint, $5::text::xid8, $6::bigint)
            order by e.epoch, e.transaction_id, e.position
            limit 1
          ) found
        ) as "exists!"
        "#,
        range.after.epoch(),
        range.after.transaction_id(),
        range.after.position(),
        range.to.epoch(),
        range.to.transaction_id(),
        range.to.position(),
        types
    )
    .fetch_one(pool)
    .await
    .map_err(SubscribeError::Read)
}

/// Reads events of one aggregate from a sequence number on, up to `head`. Events that can't be opened are
/// included in their stored form.
pub(super) async fn read_stream(
    store: &EventStore,
    aggregate_type: &str,
    aggregate_id: &str,
    from: i64,
    head: Cursor,
    metadata: bool,
    limit: i64,
) -> Result<EventBatch, SubscribeError> {
    let rows = select_events!(
        store.pool(),
        r#"
        where aggregate_type = $3
          and aggregate_id = $4
          and sequence >= $5
          and (epoch, transaction_id, position) <= ($6, $7::text::xid8, $8)
        order by sequence
        limit $2
        "#,
        metadata,
        limit,
        aggregate_type,
        aggregate_id,
        from,
        head.epoch(),
        head.transaction_id(),
        head.position()
    );
    open_each(store, into_events(rows?)?).await
}

/// Reads events of all types, and opens all of them.
///
/// # Errors
/// [`SubscribeError::Seal`] if one can't be opened.
pub(super) async fn read_all(
    store: &EventStore,
    range: CursorRange,
    metadata: bool,
    limit: i64,
) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let rows = select_events!(
        store.pool(),
        r#"
        where (epoch, transaction_id, position) > ($3, $4::text::xid8, $5)
          and (epoch, transaction_id, position) <= ($6, $7::text::xid8, $8)
        order by epoch, transaction_id, position
        limit $2
        "#,
        metadata,
        limit,
        range.after.epoch(),
        range.after.transaction_id(),
        range.after.position(),
        range.to.epoch(),
        range.to.transaction_id(),
        range.to.position()
    );
    let mut events = into_events(rows?)?;
    open(store, &mut events).await?;
    Ok(upcast(store, events))
}

/// Opens each event. Events that can't be opened stay as they are, and are listed with their errors.
async fn open_each(
    store: &EventStore,
    mut events: Vec<RecordedEvent>,
) -> Result<EventBatch, SubscribeError> {
    let mut unopened = BTreeMap::new();
    match open(store, &mut events).await {
        Ok(()) => {}
        Err(error) if error.is_of_one_value() => {
            for (index, event) in events.iter_mut().enumerate() {
                match open(store, std::slice::from_mut(event)).await {
                    Ok(()) => {}
                    Err(error) if error.is_of_one_value() => drop(unopened.insert(index, error)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    let events = upcast(store, events);
    Ok(EventBatch { events, unopened })
}

fn into_events(rows: Vec<Row>) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let events = rows.into_iter().map(Row::event);
    events
        .collect::<Result<_, _>>()
        .map_err(SubscribeError::Read)
}

/// Opens all events or none.
async fn open(store: &EventStore, events: &mut [RecordedEvent]) -> Result<(), SealError> {
    let stored = events.iter_mut().map(Stored::from);
    store.sealing().open_events(stored).await
}

fn upcast(store: &EventStore, events: Vec<RecordedEvent>) -> Vec<RecordedEvent> {
    let upcasters = store.upcasters();
    events
        .into_iter()
        .map(|event| upcasters.upcast_recorded(event))
        .collect()
}

struct Row {
    epoch: i16,
    transaction_id: String,
    position: i64,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Value,
    metadata: Option<Value>,
    recorded_at: DateTime<Utc>,
    /// True if there may be more events after the last row.
    more: bool,
}

impl Row {
    fn event(self) -> Result<RecordedEvent, sqlx::Error> {
        Ok(RecordedEvent {
            cursor: Cursor::from_row(self.epoch, &self.transaction_id, self.position)?,
            aggregate_type: self.aggregate_type,
            aggregate_id: self.aggregate_id,
            sequence: self.sequence,
            event_type: self.event_type,
            event_version: self.event_version,
            payload: self.payload,
            metadata: self.metadata.unwrap_or_default(),
            recorded_at: self.recorded_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_shared_among_types() {
        assert_eq!(
            [1, 2, 9, 5_000].map(|types| share(500, types)),
            [500, 500, 112, 1]
        );
        assert_eq!(share(1, 9), 1);
    }
}
