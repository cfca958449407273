//! Checkpoints of subscribers in the database.

use sqlx::{PgConnection, PgExecutor};

use super::subscriber::Subscriber;
use crate::Cursor;

/// The key of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CheckpointKey {
    pub(crate) name: String,
    pub(crate) version: i32,
}

impl CheckpointKey {
    pub(crate) fn from_subscriber(subscriber: &dyn Subscriber) -> Self {
        Self {
            name: subscriber.name().to_owned(),
            version: subscriber.version(),
        }
    }
}

/// The position of a subscriber, and its number of parked aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointState {
    /// The last event that it applied or skipped.
    pub at: Cursor,
    /// Number of parked aggregates.
    pub parked: u64,
}

impl CheckpointState {
    pub(super) const START: Self = Self {
        at: Cursor::START,
        parked: 0,
    };
}

/// Reads the checkpoint; if there is none, it is created at the start of the log.
pub(crate) async fn open(
    connection: &mut PgConnection,
    key: &CheckpointKey,
) -> Result<CheckpointState, sqlx::Error> {
    if let Some(state) = read(&mut *connection, key).await? {
        return Ok(state);
    }
    sqlx::query!(
        r#"
        insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
        values ($1, $2, 0, '0', 0)
        on conflict do nothing
        "#,
        key.name,
        key.version
    )
    .execute(&mut *connection)
    .await?;
    Ok(read(connection, key)
        .await?
        .unwrap_or(CheckpointState::START))
}

/// A row of a checkpoint, with the number of parked aggregates.
struct Row {
    epoch: i16,
    transaction_id: String,
    position: i64,
    parked: i64,
}

impl Row {
    fn state(self) -> Result<CheckpointState, sqlx::Error> {
        Ok(CheckpointState {
            at: Cursor::from_row(self.epoch, &self.transaction_id, self.position)?,
            parked: self.parked.unsigned_abs(),
        })
    }
}

/// Reads the row of a checkpoint, with a locking clause.
macro_rules! checkpoint {
    ($executor:expr, $key:expr, $lock:literal) => {
        sqlx::query_as!(
            Row,
            r#"
            select
              c.epoch,
              c.transaction_id::text as "transaction_id!",
              c.position,
              (
                select count(*)
                from dead_letters d
                where d.subscriber = c.name and d.version = c.version
              ) as "parked!"
            from subscription_checkpoints c
            where c.name = $1 and c.version = $2
            "#
                + $lock,
            $key.name,
            $key.version
        )
        .fetch_optional($executor)
        .await?
        .map(Row::state)
        .transpose()
    };
}

/// Reads the checkpoint without a lock; `None` if there is none.
pub(crate) async fn read(
    executor: impl PgExecutor<'_>,
    key: &CheckpointKey,
) -> Result<Option<CheckpointState>, sqlx::Error> {
    checkpoint!(executor, key, "")
}

/// Locks the checkpoint in this transaction; `None` if another one holds it.
pub(super) async fn try_lock(
    connection: &mut PgConnection,
    key: &CheckpointKey,
) -> Result<Option<CheckpointState>, sqlx::Error> {
    checkpoint!(connection, key, "for update of c skip locked")
}

/// Waits for the lock of the checkpoint; `None` if there is none.
pub(crate) async fn lock(
    connection: &mut PgConnection,
    key: &CheckpointKey,
) -> Result<Option<Cursor>, sqlx::Error> {
    let state: Result<_, sqlx::Error> = checkpoint!(connection, key, "for update of c");
    Ok(state?.map(|state| state.at))
}

/// Moves the checkpoint that this transaction has locked.
pub(super) async fn put(
    connection: &mut PgConnection,
    key: &CheckpointKey,
    to: Cursor,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        update subscription_checkpoints
        set epoch = $3, transaction_id = $4::text::xid8, position = $5, updated_at = clock_timestamp()
        where name = $1 and version = $2
        "#,
        key.name,
        key.version,
        to.epoch(),
        to.transaction_id(),
        to.position()
    )
    .execute(connection)
    .await?;
    Ok(())
}
