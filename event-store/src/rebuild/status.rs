//! How it stands with read models and their copies.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::copies::{self, CopyRow, Origin};
use super::error::Holder;
use super::model::ReadModel;
use super::operator::holder;
use super::{checkpoint_of, tables};
use crate::connection::answering;
use crate::subscribe::{cursor, stored_types};
use crate::{Cursor, EventStore, StoreError};

/// Events that are counted at most: beyond that, it matters no more how many.
const MOST: i64 = 100_000;

/// How it stands with one read model.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadModelStatus {
    /// Its name.
    pub name: &'static str,
    /// Its version in this program.
    pub version: i32,
    /// The live one; `None` if this version never ran.
    pub live: Option<Reached>,
    /// The one beside it.
    pub copy: Option<CopyStatus>,
    /// Who works on the copy at this moment.
    pub operator: Option<Holder>,
}

/// How it stands with a copy.
#[derive(Debug, Clone, PartialEq)]
pub struct CopyStatus {
    /// The read model's version that made it.
    pub version: i32,
    /// Whether it was made from the log or was the live one.
    pub origin: Origin,
    /// Since when.
    pub since: DateTime<Utc>,
    /// How far it has come.
    pub reached: Reached,
    /// Whether it could take the live one's place: same version, same form of tables.
    pub fits: bool,
}

/// How far a read model has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// Where it stands. Events that are not for it need not have been noted yet.
    pub at: Cursor,
    /// Events for it that it has not taken yet, counted up to 100,000.
    pub events: u64,
    /// How long the oldest of them has been in the log.
    pub age: Duration,
    /// Aggregates that it could not take and left aside.
    pub parked: u64,
}

/// Asks how it stands with read models and their copies. Takes no lock.
pub async fn read_model_statuses(
    store: &EventStore,
    models: &[Arc<dyn ReadModel>],
) -> Result<Vec<ReadModelStatus>, StoreError> {
    let connection = answering(store.pool()).await;
    let mut connection = connection.map_err(StoreError::doing("asking about read models"))?;
    let mut read_model_statuses = Vec::with_capacity(models.len());
    for model in models {
        read_model_statuses.push(status(&mut connection, &**model).await?);
    }
    Ok(read_model_statuses)
}

async fn status(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<ReadModelStatus, StoreError> {
    let (name, version) = (model.name(), model.version());
    let live = reached(connection, model, name, version).await?;
    let copy = match copies::find(connection, name).await? {
        Some(row) => Some(copy_standing(connection, model, row).await?),
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

async fn copy_standing(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
    row: CopyRow,
) -> Result<CopyStatus, StoreError> {
    let checkpoint = checkpoint_of(model.name());
    let reached = reached(connection, model, &checkpoint, row.version).await?;
    let same_form = tables::first_unlike(connection, model).await?.is_none();
    Ok(CopyStatus {
        version: row.version,
        origin: row.origin,
        since: row.since,
        reached: reached.unwrap_or(Reached {
            at: row.at,
            events: 0,
            age: Duration::ZERO,
            parked: 0,
        }),
        fits: same_form && row.version == model.version(),
    })
}

async fn reached(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
    checkpoint: &str,
    version: i32,
) -> Result<Option<Reached>, StoreError> {
    let types = stored_types(model.event_types());
    let row = sqlx::query_file!("src/rebuild/reached.sql", checkpoint, version, &types, MOST)
        .fetch_optional(connection)
        .await
        .map_err(StoreError::doing("asking how far a read model has come"))?;
    let Some(row) = row else { return Ok(None) };
    let at = cursor(row.epoch, &row.transaction_id, row.position);
    let seconds = row.seconds.unwrap_or_default().max(0.0);
    Ok(Some(Reached {
        at: at.map_err(StoreError::doing("reading a position"))?,
        events: row.events.unsigned_abs(),
        age: Duration::try_from_secs_f64(seconds).unwrap_or_default(),
        parked: row.parked.unsigned_abs(),
    }))
}
