//! Two copies of a table, row by row in the order of their keys, with what is sealed opened.

use serde_json::Value;
use sqlx::{PgConnection, Row as _};

use super::error::RebuildError;
use super::model::{ReadModelTable, words_of_row};
use super::tables::{beside, live, quoted};
use super::tally::{Pair, Side, TableComparison, Tally};
use crate::{SealError, SealedCell, Sealing, StoreError};

/// Rows that are compared at a time: what is held in memory.
const PAGE: i64 = 500;

/// Compares the two copies of a table as the connection's transaction sees them.
pub(super) async fn compare(
    connection: &mut PgConnection,
    sealing: &Sealing,
    table: &ReadModelTable,
) -> Result<TableComparison, RebuildError> {
    let types = key_types(connection, table).await?;
    let mut tally = Tally::new(table.name())?;
    let mut after: Option<Vec<String>> = None;
    loop {
        let mut pairs = page(connection, table, &types, after.as_deref()).await?;
        if let Some(key) = table.sealed() {
            open(sealing, table.name(), key, &mut pairs).await?;
        }
        let Some(last) = pairs.last() else {
            return Ok(tally.done());
        };
        after = Some(last.key.clone());
        for pair in pairs {
            tally.add(pair);
        }
    }
}

/// The next rows after a key. Both sides are looked through by their primary keys.
async fn page(
    connection: &mut PgConnection,
    table: &ReadModelTable,
    types: &[String],
    after: Option<&[String]>,
) -> Result<Vec<Pair>, RebuildError> {
    let sql = page_sql(table, types, after.is_some());
    let mut query = sqlx::query(&sql).bind(PAGE);
    for word in after.into_iter().flatten() {
        query = query.bind(word);
    }
    let rows = query.fetch_all(connection).await;
    let rows = rows.map_err(StoreError::doing("reading rows to compare"))?;
    let pairs = rows.into_iter().map(|row| {
        let side = |columns: Option<Value>| {
            columns.map(|columns| Side {
                columns,
                readable: true,
            })
        };
        Ok(Pair {
            key: row.try_get("key")?,
            live: side(row.try_get("live")?),
            copy: side(row.try_get("copy")?),
        })
    });
    let pairs = pairs.collect::<Result<_, sqlx::Error>>();
    Ok(pairs.map_err(StoreError::doing("reading rows to compare"))?)
}

fn page_sql(table: &ReadModelTable, types: &[String], goes_on: bool) -> String {
    let names: Vec<_> = table.key().iter().map(|column| quoted(column)).collect();
    let key = names.join(", ");
    let behind = if goes_on {
        let after = types.iter().enumerate();
        let after: Vec<_> = after
            .map(|(place, of)| format!("${}::text::{of}", place + 2))
            .collect();
        format!("where ({key}) > ({})", after.join(", "))
    } else {
        String::new()
    };
    let (live, copy) = (live(table), beside(table));
    let some = |of: &str| format!("(select {key} from {of} {behind} order by {key} limit $1)");
    let texts: Vec<_> = names.iter().map(|name| format!("k.{name}::text")).collect();
    let first = &names[0];
    format!(
        "with keys as (
           {} union {} order by {key} limit $1
         )
         select
           array[{}] as key,
           case when l.{first} is not null then to_jsonb(l) end as live,
           case when c.{first} is not null then to_jsonb(c) end as copy
         from keys k
         left join {live} l using ({key})
         left join {copy} c using ({key})
         order by {}",
        some(&live),
        some(&copy),
        texts.join(", "),
        names
            .iter()
            .map(|name| format!("k.{name}"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// The types of a table's key, as SQL writes them.
async fn key_types(
    connection: &mut PgConnection,
    table: &ReadModelTable,
) -> Result<Vec<String>, StoreError> {
    let mut types = Vec::with_capacity(table.key().len());
    for column in table.key() {
        let sql = sqlx::query_scalar!(
            r#"
            select format_type(atttypid, atttypmod) as "type!"
            from pg_attribute
            where attrelid = to_regclass($1) and attname = $2
            "#,
            live(table),
            *column
        );
        let of = sql.fetch_one(&mut *connection).await;
        types.push(of.map_err(StoreError::doing("looking at a table's key"))?);
    }
    Ok(types)
}

/// Opens what is sealed, on both sides under the same keys.
async fn open(
    sealing: &Sealing,
    table: &str,
    key: &str,
    pairs: &mut [Pair],
) -> Result<(), RebuildError> {
    let sides = pairs
        .iter_mut()
        .flat_map(|pair| [pair.live.as_mut(), pair.copy.as_mut()]);
    let mut sides: Vec<&mut Side> = sides.flatten().collect();
    let cells: Vec<_> = sides.iter().map(|side| side.cell(table, key)).collect();
    match sealing.open_many(cells.clone()).await {
        Ok(contents) => {
            for (side, content) in sides.iter_mut().zip(contents) {
                side.columns["phi"] = content;
            }
            Ok(())
        }
        // One of them is broken: each on its own, to see which.
        Err(SealError::Fault { .. }) => open_each(sealing, &mut sides, cells).await,
        Err(error @ SealError::Store(_)) => Err(RebuildError::Seal(error)),
    }
}

async fn open_each(
    sealing: &Sealing,
    sides: &mut [&mut Side],
    cells: Vec<SealedCell>,
) -> Result<(), RebuildError> {
    for (side, cell) in sides.iter_mut().zip(cells) {
        match sealing.open_many(vec![cell]).await {
            Ok(mut content) => side.columns["phi"] = content.pop().unwrap_or_default(),
            Err(SealError::Fault { .. }) => side.readable = false,
            Err(error @ SealError::Store(_)) => return Err(RebuildError::Seal(error)),
        }
    }
    Ok(())
}

impl Side {
    fn cell(&self, table: &str, key: &str) -> SealedCell {
        let text = |column: &str| self.columns[column].as_str();
        SealedCell {
            subject: text("subject")
                .and_then(|subject| subject.parse().ok())
                .unwrap_or_default(),
            words: words_of_row(table, &text(key).unwrap_or_default()),
            sealed: text("phi").map(str::to_owned),
        }
    }
}
