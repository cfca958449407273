//! Where a subscriber stands, in the database.

use sqlx::{PgConnection, PgPool};

use super::reader::cursor;
use crate::Cursor;

/// The checkpoint, made at the start of the log if there is none.
pub(crate) async fn open(pool: &PgPool, name: &str, version: i32) -> Result<Cursor, sqlx::Error> {
    sqlx::query!(
        r#"
        insert into subscription_checkpoints (name, version, epoch, transaction_id, position)
        values ($1, $2, 0, '0', 0)
        on conflict do nothing
        "#,
        name,
        version
    )
    .execute(pool)
    .await?;
    read(pool, name, version).await
}

/// The checkpoint as it is now; another node may have moved it.
pub(super) async fn read(pool: &PgPool, name: &str, version: i32) -> Result<Cursor, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select epoch, transaction_id::text as "transaction_id!", position
        from subscription_checkpoints
        where name = $1 and version = $2
        "#,
        name,
        version
    )
    .fetch_one(pool)
    .await?;
    cursor(row.epoch, &row.transaction_id, row.position)
}

/// Takes the checkpoint for this transaction. `None` if another node has it.
pub(super) async fn take(
    connection: &mut PgConnection,
    name: &str,
    version: i32,
) -> Result<Option<Cursor>, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select epoch, transaction_id::text as "transaction_id!", position
        from subscription_checkpoints
        where name = $1 and version = $2
        for update skip locked
        "#,
        name,
        version
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| cursor(row.epoch, &row.transaction_id, row.position))
        .transpose()
}

/// Moves the checkpoint that this transaction took.
pub(crate) async fn put(
    connection: &mut PgConnection,
    name: &str,
    version: i32,
    to: Cursor,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        update subscription_checkpoints
        set epoch = $3, transaction_id = $4::text::xid8, position = $5, updated_at = clock_timestamp()
        where name = $1 and version = $2
        "#,
        name,
        version,
        to.epoch(),
        to.transaction_id(),
        to.position()
    )
    .execute(connection)
    .await?;
    Ok(())
}
