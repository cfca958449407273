//! Where a subscriber stands, in the database.

use sqlx::{PgConnection, PgExecutor};

use super::reader::cursor;
use super::{CheckpointState, Seat};
use crate::Cursor;

/// The checkpoint, made at the start of the log if there is none.
pub(crate) async fn open(
    connection: &mut PgConnection,
    seat: &Seat,
) -> Result<CheckpointState, sqlx::Error> {
    if let Some(standing) = read(&mut *connection, seat).await? {
        return Ok(standing);
    }
    sqlx::query!(
        r#"
        insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
        values ($1, $2, 0, '0', 0)
        on conflict do nothing
        "#,
        seat.name,
        seat.version
    )
    .execute(&mut *connection)
    .await?;
    Ok(read(connection, seat)
        .await?
        .unwrap_or(CheckpointState::START))
}

/// A checkpoint's row, and how many aggregates are parked.
struct Row {
    epoch: i16,
    transaction_id: String,
    position: i64,
    parked: i64,
}

impl Row {
    fn state(self) -> Result<CheckpointState, sqlx::Error> {
        Ok(CheckpointState {
            at: cursor(self.epoch, &self.transaction_id, self.position)?,
            parked: self.parked.unsigned_abs(),
        })
    }
}

/// The row of a checkpoint, locked as the last words say.
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

/// The checkpoint as it is now, if there is one; another node may have moved it.
pub(crate) async fn read(
    executor: impl PgExecutor<'_>,
    seat: &Seat,
) -> Result<Option<CheckpointState>, sqlx::Error> {
    checkpoint!(executor, seat, "")
}

/// Takes the checkpoint for this transaction. `None` if another one has it.
pub(crate) async fn take(
    connection: &mut PgConnection,
    seat: &Seat,
) -> Result<Option<CheckpointState>, sqlx::Error> {
    checkpoint!(connection, seat, "for update of c skip locked")
}

/// The same, but waits until no other transaction has it. `None` if there is no such checkpoint.
pub(crate) async fn wait_and_take(
    connection: &mut PgConnection,
    seat: &Seat,
) -> Result<Option<Cursor>, sqlx::Error> {
    let taken: Result<_, sqlx::Error> = checkpoint!(connection, seat, "for update of c");
    Ok(taken?.map(|taken| taken.at))
}

/// Moves the checkpoint that this transaction took.
pub(crate) async fn put(
    connection: &mut PgConnection,
    seat: &Seat,
    to: Cursor,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        update subscription_checkpoints
        set epoch = $3, transaction_id = $4::text::xid8, position = $5, updated_at = clock_timestamp()
        where name = $1 and version = $2
        "#,
        seat.name,
        seat.version,
        to.epoch(),
        to.transaction_id(),
        to.position()
    )
    .execute(connection)
    .await?;
    Ok(())
}
