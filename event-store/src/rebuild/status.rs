//! The status of read models and their copies.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::copies::{self, CopyRow, Origin, checkpoint_name};
use super::error::LockHolder;
use super::model::ReadModel;
use super::operator::holder;
use super::tables;
use crate::connection::acquire_live;
use crate::subscribe::distinct_types;
use crate::{Cursor, EventStore, StoreError};

/// Maximum number of events that are counted.
const COUNT_LIMIT: i64 = 100_000;

/// The status of a read model.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadModelStatus {
    /// Its name.
    pub name: &'static str,
    /// Its version in this program.
    pub version: i32,
    /// The live one; `None` if this version never ran.
    pub live: Option<ReadModelPosition>,
    /// Its copy.
    pub copy: Option<CopyStatus>,
    /// The operator that works on it.
    pub operator: Option<LockHolder>,
}

/// The status of a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyStatus {
    /// The version of the read model that built it.
    pub version: i32,
    /// Its origin.
    pub origin: Origin,
    /// The time of its creation or of the switch.
    pub since: DateTime<Utc>,
    /// Its position.
    pub position: ReadModelPosition,
    /// True if it can replace the live one: same version, same shape of tables.
    pub is_switchable: bool,
}

/// The position of a read model, and its lag.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadModelPosition {
    /// Its checkpoint, which may be before events that are not for it.
    pub at: Cursor,
    /// Number of events for it after the checkpoint, counted up to 100,000.
    pub events: u64,
    /// Age of the oldest of them.
    pub age: Duration,
    /// Number of parked aggregates.
    pub parked: u64,
}

/// Reads the status of read models and their copies, without locks.
pub async fn read_model_statuses(
    store: &EventStore,
    models: &[Arc<dyn ReadModel>],
) -> Result<Vec<ReadModelStatus>, StoreError> {
    let connection = acquire_live(store.pool()).await;
    let mut connection =
        connection.map_err(StoreError::doing("reading the status of read models"))?;
    let mut statuses = Vec::with_capacity(models.len());
    for model in models {
        statuses.push(status(&mut connection, &**model).await?);
    }
    Ok(statuses)
}

async fn status(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<ReadModelStatus, StoreError> {
    let (name, version) = (model.name(), model.version());
    let live = position(connection, model, name, version).await?;
    let copy = match copies::find(connection, name).await? {
        Some(row) => Some(copy_status(connection, model, row).await?),
        None => None,
    };
    let operator = holder(connection, name).await?;
    Ok(ReadModelStatus {
        name,
        version,
        live,
        copy,
        operator,
    })
}

async fn copy_status(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
    row: CopyRow,
) -> Result<CopyStatus, StoreError> {
    let checkpoint = checkpoint_name(model.name());
    let position = position(connection, model, &checkpoint, row.version).await?;
    let same_shape = tables::first_mismatch(connection, model).await?.is_none();
    Ok(CopyStatus {
        version: row.version,
        origin: row.origin,
        since: row.since,
        position: position.unwrap_or(ReadModelPosition {
            at: row.at,
            events: 0,
            age: Duration::ZERO,
            parked: 0,
        }),
        is_switchable: same_shape && row.version == model.version(),
    })
}

async fn position(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
    checkpoint: &str,
    version: i32,
) -> Result<Option<ReadModelPosition>, StoreError> {
    let types = distinct_types(model.event_types());
    let row = sqlx::query_file!(
        "src/rebuild/position.sql",
        checkpoint,
        version,
        &types,
        COUNT_LIMIT
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("reading the position of a read model"))?;
    let Some(row) = row else { return Ok(None) };
    let at = Cursor::from_row(row.epoch, &row.transaction_id, row.position);
    let seconds = row.seconds.unwrap_or_default().max(0.0);
    Ok(Some(ReadModelPosition {
        at: at.map_err(StoreError::doing("reading a position"))?,
        events: row.events.unsigned_abs(),
        age: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
        parked: row.parked.unsigned_abs(),
    }))
}
