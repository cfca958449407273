//! Look-up of commands in the log.

use sqlx::PgConnection;

use super::rows::Rows;
use crate::Cursor;

/// Looks commands up by their last event and its command id. Returns for each, in order, the position of
/// that event; `None` if it is missing, or if the command has no events.
pub(super) async fn find<'r>(
    connection: &mut PgConnection,
    commands: impl Iterator<Item = &'r Rows>,
) -> Result<Vec<Option<Cursor>>, sqlx::Error> {
    let (mut types, mut ids) = (Vec::new(), Vec::new());
    let (mut sequences, mut metadata) = (Vec::new(), Vec::new());
    let mut ordinals = Vec::new();
    let mut found = Vec::new();
    for (index, rows) in commands.enumerate() {
        found.push(None);
        if let Some(last) = rows.events.last() {
            ordinals.push(i64::try_from(index).unwrap_or(i64::MAX));
            types.push(last.aggregate_type);
            ids.push(&*last.aggregate_id);
            sequences.push(last.sequence);
            metadata.push(sqlx::types::Json(&*last.metadata));
        }
    }
    let rows = sqlx::query!(
        r#"
        select
          asked.ordinal as "ordinal!",
          e.epoch, e.transaction_id::text as "transaction_id!", e.position
        from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[])
          as asked (ordinal, aggregate_type, aggregate_id, sequence, metadata)
        join events e
          on e.aggregate_type = asked.aggregate_type
          and e.aggregate_id = asked.aggregate_id
          and e.sequence = asked.sequence
        where e.metadata ->> 'commandId' = asked.metadata ->> 'commandId'
        "#,
        &ordinals,
        &types as _,
        &ids as _,
        &sequences,
        &metadata as _
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let cursor = Cursor::from_row(row.epoch, &row.transaction_id, row.position)?;
        let index = usize::try_from(row.ordinal).ok();
        if let Some(slot) = index.and_then(|index| found.get_mut(index)) {
            *slot = Some(cursor);
        }
    }
    Ok(found)
}
