//! The live read model: where it stands, and how it is held there for a moment.

use std::time::Duration;

use sqlx::PgConnection;

use super::error::RebuildError;
use super::follower::Follower;
use crate::connection::answering;
use crate::subscribe::{hold_checkpoint, open_checkpoint};
use crate::{Cursor, EventStore, StoreError};

/// How long anybody waits for a lock on what is live: shorter than the second after which the database
/// looks for deadlocks, so that it is never a client who has to give way.
const LOCK_TIMEOUT: &str = "300ms";
/// The pause before the next attempt.
pub(super) const PAUSE: Duration = Duration::from_millis(200);

/// Where the live one stands. One that never ran stands at the start.
pub(super) async fn position(
    store: &EventStore,
    follower: &Follower,
) -> Result<Cursor, RebuildError> {
    let doing = || StoreError::doing("asking where a read model stands");
    let mut connection = answering(store.pool()).await.map_err(doing())?;
    let status = open_checkpoint(&mut connection, &follower.seats.1).await;
    Ok(status.map_err(doing())?.at)
}

/// Where the live one stands, locked: it takes no batch until the transaction ends. `None` if it could
/// not be had in time.
pub(super) async fn hold(
    transaction: &mut PgConnection,
    follower: &Follower,
) -> Result<Option<Cursor>, RebuildError> {
    let doing = || StoreError::doing("holding a read model where it stands");
    sqlx::query!(
        "select set_config('lock_timeout', $1, true) as set",
        LOCK_TIMEOUT
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(doing())?;
    let held = hold_checkpoint(transaction, &follower.seats.1).await;
    Ok(unless_in_use(held).map_err(doing())?.flatten())
}

/// What was done, or `None` if somebody was in the way for too long.
pub(super) fn unless_in_use<T>(done: Result<T, sqlx::Error>) -> Result<Option<T>, sqlx::Error> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(sqlx::Error::Database(error)) if gave_way(error.code().as_deref()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A lock was not to be had in time, or two waited for each other.
fn gave_way(code: Option<&str>) -> bool {
    matches!(code, Some("55P03" | "40P01"))
}
