//! Tables of copies: creation like the live ones, and comparison with their shapes.

use sqlx::{Executor as _, PgConnection};

use super::error::RebuildError;
use super::model::{ReadModel, ReadModelTable};
use crate::StoreError;

const CREATING: &str = "creating the tables of a copy";

/// Creates the empty tables of a copy, in a transaction of the caller.
pub(super) async fn create(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    // A restore does not create the schema.
    run(
        connection,
        &["create schema if not exists beside".to_owned()],
    )
    .await?;
    for table in model.tables() {
        let statements = sqlx::query_file_scalar!("src/rebuild/create_table.sql", table.name())
            .fetch_all(&mut *connection)
            .await
            .map_err(StoreError::doing(CREATING))?;
        run(connection, &statements).await?;
        grant(connection, table).await?;
    }
    match first_mismatch(connection, model).await? {
        None => Ok(()),
        Some(table) => Err(RebuildError::Uncopyable {
            name: model.name(),
            table,
        }),
    }
}

/// Grants the present rights on the live table also on the copy's table.
pub(super) async fn grant(
    connection: &mut PgConnection,
    table: &ReadModelTable,
) -> Result<(), StoreError> {
    let statements = sqlx::query_file_scalar!("src/rebuild/grants.sql", table.name())
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::doing(CREATING))?;
    run(connection, &statements).await
}

/// Drops the tables of a copy that exist.
pub(super) async fn drop_tables(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), StoreError> {
    let drop = |table: &ReadModelTable| format!("drop table if exists {}", copy_table(table));
    let statements: Vec<_> = model.tables().iter().map(drop).collect();
    run(connection, &statements).await
}

/// Requires that the tables of a copy have the shapes of the live ones.
pub(super) async fn require_same_shape(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    match first_mismatch(connection, model).await? {
        None => Ok(()),
        Some(table) => Err(RebuildError::OtherShape {
            name: model.name(),
            table,
        }),
    }
}

/// The first table that does not exist in both schemas, or has different shapes.
pub(super) async fn first_mismatch(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<Option<&'static str>, StoreError> {
    for table in model.tables() {
        let live = shape(connection, "public", table).await?;
        let copy = shape(connection, "beside", table).await?;
        if live.is_empty() || live != copy {
            return Ok(Some(table.name()));
        }
    }
    Ok(None)
}

async fn shape(
    connection: &mut PgConnection,
    schema: &str,
    table: &ReadModelTable,
) -> Result<Vec<String>, StoreError> {
    sqlx::query_file_scalar!("src/rebuild/shape.sql", schema, table.name())
        .fetch_all(connection)
        .await
        .map_err(StoreError::doing("comparing the tables of a copy"))
}

/// Executes statements that can't be checked at compile time.
pub(super) async fn run(
    connection: &mut PgConnection,
    statements: &[String],
) -> Result<(), StoreError> {
    for statement in statements {
        let ran = connection.execute(sqlx::raw_sql(statement)).await;
        ran.map_err(StoreError::doing("changing the tables of a copy"))?;
    }
    Ok(())
}

/// The live table, for statements that can't be checked at compile time.
pub(super) fn live_table(table: &ReadModelTable) -> String {
    format!("public.{}", quoted(table.name()))
}

/// The table of the copy.
pub(super) fn copy_table(table: &ReadModelTable) -> String {
    format!("beside.{}", quoted(table.name()))
}

/// A quoted SQL identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
