//! Comparison of two copies of a table, row by row in the order of their keys, with sealed cells opened.

use serde_json::Value;
use sqlx::{PgConnection, Row as _};

use super::diff::{RowPair, RowSide, TableComparison, TableDiff};
use super::error::RebuildError;
use super::model::{ReadModelTable, associated_data_of_row};
use super::tables::{copy_table, live_table, quoted};
use crate::{SealError, SealedCell, Sealing, StoreError};

/// Number of rows that are compared at once.
const PAGE: i64 = 500;

/// Compares the two copies of a table in the transaction of the connection.
pub(super) async fn compare(
    connection: &mut PgConnection,
    sealing: &Sealing,
    table: &ReadModelTable,
) -> Result<TableComparison, RebuildError> {
    let types = key_types(connection, table).await?;
    let mut diff = TableDiff::new(table.name())?;
    let mut after: Option<Vec<String>> = None;
    loop {
        let mut pairs = page(connection, table, &types, after.as_deref()).await?;
        if let Some(key) = table.sealed() {
            open(sealing, table.name(), key, &mut pairs).await?;
        }
        let Some(last) = pairs.last() else {
            return Ok(diff.finish());
        };
        after = Some(last.key.clone());
        for pair in pairs {
            diff.add(pair);
        }
    }
}

/// The next rows after a key. Both sides are read by their primary keys.
async fn page(
    connection: &mut PgConnection,
    table: &ReadModelTable,
    types: &[String],
    after: Option<&[String]>,
) -> Result<Vec<RowPair>, RebuildError> {
    let sql = page_sql(table, types, after.is_some());
    let mut query = sqlx::query(&sql).bind(PAGE);
    for column in after.into_iter().flatten() {
        query = query.bind(column);
    }
    let rows = query.fetch_all(connection).await;
    let rows = rows.map_err(StoreError::doing("reading rows to compare"))?;
    let pairs = rows.into_iter().map(|row| {
        let side = |columns: Option<Value>| {
            columns.map(|columns| RowSide {
                columns,
                readable: true,
            })
        };
        Ok(RowPair {
            key: row.try_get("key")?,
            live: side(row.try_get("live")?),
            copy: side(row.try_get("copy")?),
        })
    });
    let pairs = pairs.collect::<Result<_, sqlx::Error>>();
    Ok(pairs.map_err(StoreError::doing("reading rows to compare"))?)
}

fn page_sql(table: &ReadModelTable, types: &[String], continues: bool) -> String {
    let names: Vec<_> = table.key().iter().map(|column| quoted(column)).collect();
    let key = names.join(", ");
    let condition = if continues {
        let after = types.iter().enumerate();
        let after: Vec<_> = after
            .map(|(index, of)| format!("${}::text::{of}", index + 2))
            .collect();
        format!("where ({key}) > ({})", after.join(", "))
    } else {
        String::new()
    };
    let (live, copy) = (live_table(table), copy_table(table));
    let page_of =
        |table: &str| format!("(select {key} from {table} {condition} order by {key} limit $1)");
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
        page_of(&live),
        page_of(&copy),
        texts.join(", "),
        names
            .iter()
            .map(|name| format!("k.{name}"))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// The SQL types of the columns of a table's key.
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
            live_table(table),
            *column
        );
        let name = sql.fetch_one(&mut *connection).await;
        types.push(name.map_err(StoreError::doing("reading the types of a key"))?);
    }
    Ok(types)
}

/// Opens the sealed cells of both sides.
async fn open(
    sealing: &Sealing,
    table: &str,
    key: &str,
    pairs: &mut [RowPair],
) -> Result<(), RebuildError> {
    let sides = pairs
        .iter_mut()
        .flat_map(|pair| [pair.live.as_mut(), pair.copy.as_mut()]);
    let mut sides: Vec<&mut RowSide> = sides.flatten().collect();
    let cells: Vec<_> = sides.iter().map(|side| side.cell(table, key)).collect();
    match sealing.open_many(cells.clone()).await {
        Ok(contents) => {
            for (side, content) in sides.iter_mut().zip(contents) {
                side.columns["phi"] = content;
            }
            Ok(())
        }
        // One of them is faulty: each is opened separately to find it.
        Err(SealError::Fault { .. }) => open_each(sealing, &mut sides, cells).await,
        Err(error @ SealError::Store(_)) => Err(RebuildError::Seal(error)),
    }
}

async fn open_each(
    sealing: &Sealing,
    sides: &mut [&mut RowSide],
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

impl RowSide {
    fn cell(&self, table: &str, key: &str) -> SealedCell {
        let text = |column: &str| self.columns[column].as_str();
        SealedCell {
            subject: text("subject")
                .and_then(|subject| subject.parse().ok())
                .unwrap_or_default(),
            associated_data: associated_data_of_row(table, &text(key).unwrap_or_default()),
            sealed: text("phi").map(str::to_owned),
        }
    }
}
