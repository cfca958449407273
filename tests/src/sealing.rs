//! The keys that tests seal with, and tables as they read once opened.

use event_store::{MasterKeys, SealedCell, Sealing, associated_data_of_row};
use serde_json::Value;
use sqlx::PgPool;

/// The master key of every test's database, as a setting.
pub const MASTER_KEY: &str = "1:a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5";

/// The same, read.
pub fn masters() -> anyhow::Result<MasterKeys> {
    Ok(MasterKeys::parse(MASTER_KEY)?)
}

/// Seals and opens in a test's database.
pub async fn sealing(pool: PgPool) -> anyhow::Result<Sealing> {
    Ok(Sealing::open(pool, masters()?).await?)
}

/// All rows of a read model, each with its `phi` opened, in an order of their own.
pub async fn opened(pool: &PgPool, sealing: &Sealing, table: &str) -> anyhow::Result<Vec<Value>> {
    let sql = format!("select to_jsonb(t) from {table} t");
    let mut rows: Vec<Value> = sqlx::query_scalar(&sql).fetch_all(pool).await?;
    if let Some(key) = key(table) {
        let cells = rows.iter().map(|row| cell(table, key, row));
        let cells = cells.collect::<anyhow::Result<_>>()?;
        let opened = sealing.open_many(cells).await?;
        for (row, phi) in rows.iter_mut().zip(opened) {
            row["phi"] = phi;
        }
    }
    rows.sort_by_cached_key(ToString::to_string);
    Ok(rows)
}

fn cell(table: &str, key: &str, row: &Value) -> anyhow::Result<SealedCell> {
    let text = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
    Ok(SealedCell {
        subject: text("subject").parse()?,
        associated_data: associated_data_of_row(table, &text(key)),
        sealed: row["phi"].as_str().map(str::to_owned),
    })
}

/// The key of a table with a `phi`.
fn key(table: &str) -> Option<&'static str> {
    let models = projections::read_models(&Sealing::off());
    let mut tables = models.iter().flat_map(|model| model.tables());
    tables.find(|one| one.name() == table)?.sealed()
}
