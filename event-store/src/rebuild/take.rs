//! One batch of a copy, in one transaction with its checkpoint.

use sqlx::{Connection as _, PgConnection};

use super::beside::Beside;
use super::error::RebuildError;
use super::{checkpoint_of, copies};
use crate::subscribe::{begin_batch, put};
use crate::{Cursor, RecordedEvent, SubscribeError, Subscriber as _};

/// Applies a batch that follows `at` and moves the copy's checkpoint to `to`.
///
/// The row of the checkpoint is locked first. An operator that comes back after it lost its session, and
/// somebody else went on, finds the copy elsewhere and does nothing.
pub(super) async fn take(
    connection: &mut PgConnection,
    copy: &Beside,
    events: &[RecordedEvent],
    (at, to): (Cursor, Cursor),
) -> Result<(), RebuildError> {
    let (name, version) = (copy.name(), copy.version());
    let checkpoint = checkpoint_of(name);
    let failed = |source| RebuildError::Batch { name, source };
    let keeping = |error| failed(SubscribeError::Checkpoint(error));
    let mut transaction = connection.begin().await.map_err(keeping)?;
    begin_batch(&mut transaction).await.map_err(keeping)?;
    let stored = copies::lock(&mut transaction, &checkpoint, version).await;
    if stored.map_err(keeping)? != Some(at) {
        return Err(RebuildError::Overtaken { name });
    }
    if !events.is_empty() {
        let applied = copy.apply(events, &mut transaction).await;
        applied.map_err(|error| failed(SubscribeError::Apply(error)))?;
    }
    put(&mut transaction, &checkpoint, version, to)
        .await
        .map_err(keeping)?;
    transaction.commit().await.map_err(keeping)
}
