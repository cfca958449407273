//! Two copies of a table, row by row in the order of their keys, with what is sealed opened.
//!
//! Nothing of a row leaves this file but its key and names of columns.

use serde_json::Value;
use sqlx::{PgConnection, Row as _};

use super::checksum::Checksum;
use super::error::RebuildError;
use super::model::{ReadModelTable, words_of_row};
use super::tables::{beside, live, quoted};
use crate::{SealError, SealedCell, Sealing, StoreError};

/// Rows that are compared at a time: what is held in memory.
const PAGE: i64 = 500;
/// Differences that are named of each table; all of them are counted.
const NAMED: usize = 100;

/// How two copies of a table compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableComparison {
    /// Which table.
    pub table: &'static str,
    /// Rows of the live one and of the copy.
    pub rows: (u64, u64),
    /// Checksums of both, over opened content, under a key of this comparison alone: they are equal if
    /// the contents are, and tell nothing else.
    pub checksums: (String, String),
    /// Rows that differ.
    pub differing: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its key, column by column.
    pub key: Vec<String>,
    /// In what.
    pub found: Found,
}

/// In what a row differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The copy lacks it.
    OnlyLive,
    /// Only the copy has it.
    OnlyInCopy,
    /// Columns with other contents, or sealed ones that can't be opened.
    Columns(Vec<String>),
}

/// A row on both sides.
struct Pair {
    key: Vec<String>,
    live: Option<Side>,
    copy: Option<Side>,
}

/// A row on one side.
struct Side {
    columns: Value,
    /// Whether what is sealed could be opened.
    readable: bool,
}

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

/// What was seen so far of a table.
struct Tally {
    comparison: TableComparison,
    live: Checksum,
    copy: Checksum,
}

impl Tally {
    fn new(table: &'static str) -> Result<Self, RebuildError> {
        let live = Checksum::new()?;
        Ok(Self {
            copy: live.clone(),
            live,
            comparison: TableComparison {
                table,
                rows: (0, 0),
                checksums: (String::new(), String::new()),
                differing: 0,
                differences: Vec::new(),
            },
        })
    }

    fn add(&mut self, pair: Pair) {
        let found = difference(pair.live.as_ref(), pair.copy.as_ref());
        if let Some(live) = pair.live {
            self.comparison.rows.0 += 1;
            self.live.add(&live.columns);
        }
        if let Some(copy) = pair.copy {
            self.comparison.rows.1 += 1;
            self.copy.add(&copy.columns);
        }
        let Some(found) = found else { return };
        self.comparison.differing += 1;
        if self.comparison.differences.len() < NAMED {
            let key = pair.key;
            self.comparison.differences.push(Difference { key, found });
        }
    }

    fn done(self) -> TableComparison {
        TableComparison {
            checksums: (self.live.text(), self.copy.text()),
            ..self.comparison
        }
    }
}

fn difference(live: Option<&Side>, copy: Option<&Side>) -> Option<Found> {
    let (live, copy) = match (live, copy) {
        (Some(live), Some(copy)) => (live, copy),
        (Some(_), None) => return Some(Found::OnlyLive),
        (None, Some(_)) => return Some(Found::OnlyInCopy),
        (None, None) => return None,
    };
    let columns = live.columns.as_object().into_iter().flatten();
    let differs = |name: &str, value: &Value| {
        let unreadable = name == "phi" && !(live.readable && copy.readable);
        unreadable || copy.columns[name] != *value
    };
    let columns: Vec<_> = columns
        .filter(|(name, value)| differs(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    (!columns.is_empty()).then_some(Found::Columns(columns))
}
