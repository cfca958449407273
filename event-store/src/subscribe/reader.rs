//! Reading the log in its order.
//!
//! Of a comparison of rows the planner looks at the first column only. Here that is the epoch, which hardly ever
//! differs: it takes any stretch for a single event, and whatever index for equally good. So a statement that
//! must not walk along the log has its bounds as `(select $1, …)`, which the planner can't see; and one that must,
//! its types as a condition that no index answers.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

use super::SubscribeError;
use super::batch::Reading;
use super::way::Way;
use crate::seal::Stored;
use crate::{Cursor, EventStore, RecordedEvent, SealError};

/// The last event below the horizon: nothing can still appear at or before it.
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
        cursor(row.epoch, &row.transaction_id, row.position)
    })
}

/// What a reader wants of the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'w> {
    /// The stored types.
    pub(crate) types: &'w [String],
    /// Whether it looks at who did it and why: half of what an event weighs.
    pub(crate) metadata: bool,
}

/// Events that are wanted, after `after` and up to `head`, in order: up to `limit`, by type up to twice as many.
/// Those that can't be opened are among them, as they are stored. Also told is where they end, if there may be
/// more up to `head`.
pub(crate) async fn read(
    store: &EventStore,
    way: Way,
    (after, head): (Cursor, Cursor),
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<(Reading, Option<Cursor>), SubscribeError> {
    let (rows, full) = match way {
        Way::Along => {
            let rows = along(store.pool(), (after, head), wanted, limit).await;
            let rows = rows.map_err(SubscribeError::Read)?;
            let full = i64::try_from(rows.len()).is_ok_and(|found| found >= limit);
            (rows, full)
        }
        Way::ByType => {
            let rows = by_type(store.pool(), (after, head), wanted, limit).await;
            let rows = rows.map_err(SubscribeError::Read)?;
            let more = rows.last().is_some_and(|row| row.more);
            (rows, more)
        }
    };
    let mut events = events_of(rows)?;
    if way == Way::ByType {
        events.sort_by_key(|event| event.cursor);
    }
    let reading = opened_where_possible(store, events).await?;
    let end = reading.events.last().map(|event| event.cursor);
    Ok((reading, end.filter(|_| full)))
}

async fn along(
    pool: &PgPool,
    (after, head): (Cursor, Cursor),
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        r#"
        select
          epoch, transaction_id::text as "transaction_id!", position,
          aggregate_type, aggregate_id, sequence,
          event_type, event_version, payload, recorded_at,
          case when $9::boolean then metadata end as metadata,
          false as "more!"
        from events
        where (epoch, transaction_id, position) > ($1, $2::text::xid8, $3)
          and (epoch, transaction_id, position) <= ($4, $5::text::xid8, $6)
          and (event_type = any ($7)) is true
        order by epoch, transaction_id, position
        limit $8
        "#,
        after.epoch(),
        after.transaction_id(),
        after.position(),
        head.epoch(),
        head.transaction_id(),
        head.position(),
        wanted.types,
        limit,
        wanted.metadata
    )
    .fetch_all(pool)
    .await
}

async fn by_type(
    pool: &PgPool,
    (after, head): (Cursor, Cursor),
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_file_as!(
        Row,
        "src/subscribe/read_by_type.sql",
        after.epoch(),
        after.transaction_id(),
        after.position(),
        head.epoch(),
        head.transaction_id(),
        head.position(),
        wanted.types,
        share(limit, wanted.types.len()),
        wanted.metadata
    )
    .fetch_all(pool)
    .await
}

/// How many events of each of so many types are looked up for a batch of about `limit`. If all are as frequent it
/// becomes twice as large; if one of them is far more frequent than the others, smaller.
fn share(limit: i64, types: usize) -> i64 {
    let types = i64::try_from(types).unwrap_or(i64::MAX).max(1);
    (limit.saturating_mul(2) / types + 1).min(limit)
}

/// Whether there is an event of `types` after `after` and up to `head`.
pub(crate) async fn any(
    pool: &PgPool,
    (after, head): (Cursor, Cursor),
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
        after.epoch(),
        after.transaction_id(),
        after.position(),
        head.epoch(),
        head.transaction_id(),
        head.position(),
        types
    )
    .fetch_one(pool)
    .await
    .map_err(SubscribeError::Read)
}

/// The events of one aggregate from number `from` on and up to `head`, in the same way.
pub(super) async fn read_stream(
    store: &EventStore,
    (aggregate_type, aggregate_id): (&str, &str),
    (from, head): (i64, Cursor),
    metadata: bool,
    limit: i64,
) -> Result<Reading, SubscribeError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select
          epoch, transaction_id::text as "transaction_id!", position,
          aggregate_type, aggregate_id, sequence,
          event_type, event_version, payload, recorded_at,
          case when $8::boolean then metadata end as metadata,
          false as "more!"
        from events
        where aggregate_type = $1
          and aggregate_id = $2
          and sequence >= $3
          and (epoch, transaction_id, position) <= ($4, $5::text::xid8, $6)
        order by sequence
        limit $7
        "#,
        aggregate_type,
        aggregate_id,
        from,
        head.epoch(),
        head.transaction_id(),
        head.position(),
        limit,
        metadata
    )
    .fetch_all(store.pool())
    .await;
    let events = events_of(rows.map_err(SubscribeError::Read)?)?;
    opened_where_possible(store, events).await
}

/// Events of all types, every one of them opened.
///
/// # Errors
/// [`SubscribeError::Seal`] if one can't be.
pub(super) async fn read_all(
    store: &EventStore,
    (after, head): (Cursor, Cursor),
    metadata: bool,
    limit: i64,
) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select
          epoch, transaction_id::text as "transaction_id!", position,
          aggregate_type, aggregate_id, sequence,
          event_type, event_version, payload, recorded_at,
          case when $8::boolean then metadata end as metadata,
          false as "more!"
        from events
        where (epoch, transaction_id, position) > ($1, $2::text::xid8, $3)
          and (epoch, transaction_id, position) <= ($4, $5::text::xid8, $6)
        order by epoch, transaction_id, position
        limit $7
        "#,
        after.epoch(),
        after.transaction_id(),
        after.position(),
        head.epoch(),
        head.transaction_id(),
        head.position(),
        limit,
        metadata
    )
    .fetch_all(store.pool())
    .await;
    opened(store, rows.map_err(SubscribeError::Read)?).await
}

/// Rows as events, with the `phi` of each opened.
async fn opened(store: &EventStore, rows: Vec<Row>) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let mut events = events_of(rows)?;
    open(store, &mut events).await?;
    Ok(upcast(store, events))
}

/// Events with the `phi` of each opened. What can't be opened stays as it is and is told apart.
async fn opened_where_possible(
    store: &EventStore,
    mut events: Vec<RecordedEvent>,
) -> Result<Reading, SubscribeError> {
    let mut sealed = Vec::new();
    match open(store, &mut events).await {
        Ok(()) => {}
        Err(error) if error.is_of_its_place() => {
            for (index, event) in events.iter_mut().enumerate() {
                match open(store, std::slice::from_mut(event)).await {
                    Ok(()) => {}
                    Err(error) if error.is_of_its_place() => sealed.push((index, error)),
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Err(error) => return Err(error.into()),
    }
    let events = upcast(store, events);
    Ok(Reading { events, sealed })
}

fn events_of(rows: Vec<Row>) -> Result<Vec<RecordedEvent>, SubscribeError> {
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
    /// There may be more behind the last of these rows.
    more: bool,
}

impl Row {
    fn event(self) -> Result<RecordedEvent, sqlx::Error> {
        Ok(RecordedEvent {
            cursor: cursor(self.epoch, &self.transaction_id, self.position)?,
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

pub(crate) fn cursor(epoch: i16, transaction: &str, position: i64) -> Result<Cursor, sqlx::Error> {
    Cursor::from_parts(epoch, transaction, position)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_types_a_share_of_each_is_looked_up() {
        assert_eq!(
            [1, 2, 9, 5_000].map(|types| share(500, types)),
            [500, 500, 112, 1]
        );
        assert_eq!(share(1, 9), 1);
    }
}
