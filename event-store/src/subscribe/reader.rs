//! Reading the log in its order.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;

use super::SubscribeError;
use crate::seal::Stored;
use crate::{Cursor, EventStore, RecordedEvent};

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

/// Up to `limit` events of `types` after `after` and up to `head`, in order.
pub(crate) async fn read(
    store: &EventStore,
    (after, head): (Cursor, Cursor),
    types: &[String],
    limit: i64,
) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select
          epoch, transaction_id::text as "transaction_id!", position,
          aggregate_type, aggregate_id, sequence,
          event_type, event_version, payload, metadata, recorded_at
        from events
        where (epoch, transaction_id, position) > ($1, $2::text::xid8, $3)
          and (epoch, transaction_id, position) <= ($4, $5::text::xid8, $6)
          and event_type = any ($7)
        order by epoch, transaction_id, position
        limit $8
        "#,
        after.epoch(),
        after.transaction_id(),
        after.position(),
        head.epoch(),
        head.transaction_id(),
        head.position(),
        types,
        limit
    )
    .fetch_all(store.pool())
    .await;
    opened(store, rows.map_err(SubscribeError::Read)?).await
}

/// The same for events of all types.
pub(super) async fn read_all(
    store: &EventStore,
    after: Cursor,
    head: Cursor,
    limit: i64,
) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select
          epoch, transaction_id::text as "transaction_id!", position,
          aggregate_type, aggregate_id, sequence,
          event_type, event_version, payload, metadata, recorded_at
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
        limit
    )
    .fetch_all(store.pool())
    .await;
    opened(store, rows.map_err(SubscribeError::Read)?).await
}

/// Rows as events, with the `phi` of each opened.
async fn opened(store: &EventStore, rows: Vec<Row>) -> Result<Vec<RecordedEvent>, SubscribeError> {
    let events = rows.into_iter().map(Row::event).collect::<Result<_, _>>();
    let mut events: Vec<_> = events.map_err(SubscribeError::Read)?;
    let stored = events.iter_mut().map(Stored::from);
    store.sealing().open_events(stored).await?;
    let upcasters = store.upcasters();
    let events = events.into_iter();
    Ok(events
        .map(|event| upcasters.upcast_recorded(event))
        .collect())
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
    metadata: Value,
    recorded_at: DateTime<Utc>,
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
            metadata: self.metadata,
            recorded_at: self.recorded_at,
        })
    }
}

pub(crate) fn cursor(epoch: i16, transaction: &str, position: i64) -> Result<Cursor, sqlx::Error> {
    Cursor::from_parts(epoch, transaction, position)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}
