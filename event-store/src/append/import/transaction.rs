//! One transaction of an import: many histories, all of them or none.

use sqlx::{Connection as _, PgConnection};

use super::copy;
use crate::Cursor;
use crate::append::rows::{ClaimRow, EventRow, NameRow, Rows};

const EVENTS: &str = "copy events (epoch, aggregate_type, aggregate_id, sequence, event_type, \
                      event_version, payload, metadata) from stdin (format binary)";
const CLAIMS: &str = "copy slot_claims (kind, resource, during, holder, held_until, holder_type) \
                      from stdin (format binary)";
const NAMES: &str = "copy reservations (space, key, holder, subject) from stdin (format binary)";

/// Copies what these histories add. Answers where the last event stands.
///
/// The transaction's id is given out by its first row, after everything was decided and sealed: nothing
/// that was decided later can come before it.
pub(super) async fn copy_in<'r>(
    connection: &mut PgConnection,
    histories: impl Iterator<Item = &'r Rows> + Clone,
) -> Result<Cursor, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let epoch = sqlx::query_scalar!("select current from log_epoch")
        .fetch_one(&mut *transaction)
        .await?;
    let tables = [
        (EVENTS, events(epoch, histories.clone())),
        (CLAIMS, claims(histories.clone())),
        (NAMES, names(histories)),
    ];
    for (statement, rows) in tables {
        rows.send(&mut transaction, statement).await?;
    }
    let cursor = newest(&mut transaction, epoch).await?;
    transaction.commit().await?;
    Ok(cursor)
}

/// The last event of this transaction.
async fn newest(connection: &mut PgConnection, epoch: i16) -> Result<Cursor, sqlx::Error> {
    let row = sqlx::query!(
        r#"
        select
          pg_current_xact_id()::text as "transaction_id!",
          coalesce(max(position), 0) as "position!"
        from events
        where epoch = $1
          and transaction_id = pg_current_xact_id()
        "#,
        epoch
    )
    .fetch_one(connection)
    .await?;
    Cursor::from_row(epoch, &row.transaction_id, row.position)
}

fn events<'r>(epoch: i16, histories: impl Iterator<Item = &'r Rows>) -> copy::Rows {
    let mut rows = copy::Rows::new();
    for event in histories.flat_map(|history| &history.events) {
        let EventRow {
            aggregate_type,
            aggregate_id,
            sequence,
            event_type,
            event_version,
            payload,
            metadata,
        } = event;
        rows.row(8)
            .smallint(epoch)
            .text(aggregate_type)
            .text(aggregate_id)
            .bigint(*sequence)
            .text(event_type)
            .text(event_version)
            .jsonb(payload)
            .jsonb(metadata);
    }
    rows
}

fn claims<'r>(histories: impl Iterator<Item = &'r Rows>) -> copy::Rows {
    let mut rows = copy::Rows::new();
    for claim in histories.flat_map(|history| &history.claims) {
        let ClaimRow {
            kind,
            resource,
            from,
            to,
            holder_type,
            holder,
            held_until,
        } = claim;
        rows.row(6)
            .text(kind)
            .uuid(*resource)
            .stretch(*from, *to)
            .text(holder)
            .or_null(*held_until, copy::Row::time)
            .text(holder_type);
    }
    rows
}

fn names<'r>(histories: impl Iterator<Item = &'r Rows>) -> copy::Rows {
    let mut rows = copy::Rows::new();
    for name in histories.flat_map(|history| &history.names) {
        let NameRow {
            space,
            key,
            holder,
            subject,
        } = name;
        rows.row(4)
            .text(space)
            .bytes(key)
            .text(holder)
            .or_null(*subject, copy::Row::uuid);
    }
    rows
}
