//! Position and lock of the live read model.

use std::time::Duration;

use sqlx::PgConnection;

use super::error::RebuildError;
use super::follower::Follower;
use crate::connection::acquire_live;
use crate::subscribe::{lock_checkpoint, open_checkpoint};
use crate::{Cursor, EventStore, StoreError};

/// Lock timeout of live tables and checkpoints: shorter than the second after which the database detects
/// deadlocks, so that it never aborts a client's transaction for one.
const LOCK_TIMEOUT: &str = "300ms";
/// The pause before the next attempt.
pub(super) const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// The position of the live read model; the start of the log if it never ran.
pub(super) async fn position(
    store: &EventStore,
    follower: &Follower,
) -> Result<Cursor, RebuildError> {
    let doing = || StoreError::doing("reading the position of a read model");
    let mut connection = acquire_live(store.pool()).await.map_err(doing())?;
    let status = open_checkpoint(&mut connection, &follower.live_key).await;
    Ok(status.map_err(doing())?.at)
}

/// Locks the checkpoint of the live read model: it applies no batch until the transaction ends. `None` if it
/// could not be locked in time.
pub(super) async fn lock(
    transaction: &mut PgConnection,
    follower: &Follower,
) -> Result<Option<Cursor>, RebuildError> {
    let doing = || StoreError::doing("locking the checkpoint of a read model");
    sqlx::query!(
        "select set_config('lock_timeout', $1, true) as set",
        LOCK_TIMEOUT
    )
    .fetch_one(&mut *transaction)
    .await
    .map_err(doing())?;
    let locked = lock_checkpoint(transaction, &follower.live_key).await;
    Ok(unless_locked(locked).map_err(doing())?.flatten())
}

/// The result; `None` after a lock timeout or a deadlock.
pub(super) fn unless_locked<T>(done: Result<T, sqlx::Error>) -> Result<Option<T>, sqlx::Error> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(sqlx::Error::Database(error))
            if matches!(error.code().as_deref(), Some("55P03" | "40P01")) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
