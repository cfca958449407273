//! A copy's tables: made like the live ones, and told apart from those that are not like them any more.

use sqlx::{Executor as _, PgConnection};

use super::error::RebuildError;
use super::model::{ReadModel, ReadModelTable};
use crate::StoreError;

const MAKING: &str = "making a copy's tables";

/// Makes the tables of a copy, empty. Within a transaction of the caller's.
pub(super) async fn make(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    // A restore brings no such schema.
    run(
        connection,
        &["create schema if not exists beside".to_owned()],
    )
    .await?;
    for table in model.tables() {
        let statements = sqlx::query_file_scalar!("src/rebuild/make_table.sql", table.name())
            .fetch_all(&mut *connection)
            .await
            .map_err(StoreError::doing(MAKING))?;
        run(connection, &statements).await?;
        give_rights(connection, table).await?;
    }
    match first_unlike(connection, model).await? {
        None => Ok(()),
        Some(table) => Err(RebuildError::Uncopyable {
            name: model.name(),
            table,
        }),
    }
}

/// Gives those rights on a copy's table that the live one has by now.
pub(super) async fn give_rights(
    connection: &mut PgConnection,
    table: &ReadModelTable,
) -> Result<(), StoreError> {
    let statements = sqlx::query_file_scalar!("src/rebuild/rights.sql", table.name())
        .fetch_all(&mut *connection)
        .await
        .map_err(StoreError::doing(MAKING))?;
    run(connection, &statements).await
}

/// Removes the tables of a copy, as far as they are there.
pub(super) async fn remove(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), StoreError> {
    let drop = |table: &ReadModelTable| format!("drop table if exists {}", beside(table));
    let statements: Vec<_> = model.tables().iter().map(drop).collect();
    run(connection, &statements).await
}

/// Refuses a copy whose tables are not like the live ones.
pub(super) async fn refuse_unlike(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    match first_unlike(connection, model).await? {
        None => Ok(()),
        Some(table) => Err(RebuildError::OtherShape {
            name: model.name(),
            table,
        }),
    }
}

/// The first of the tables that is not there twice, or not alike.
pub(super) async fn first_unlike(
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
        .map_err(StoreError::doing("comparing a copy's tables"))
}

async fn run(connection: &mut PgConnection, statements: &[String]) -> Result<(), StoreError> {
    for statement in statements {
        let ran = connection.execute(sqlx::raw_sql(statement)).await;
        ran.map_err(StoreError::doing("changing a copy's tables"))?;
    }
    Ok(())
}

/// The live table, for statements that can't be checked when they are compiled.
pub(super) fn live(table: &ReadModelTable) -> String {
    format!("public.{}", quoted(table.name()))
}

/// The copy's table.
pub(super) fn beside(table: &ReadModelTable) -> String {
    format!("beside.{}", quoted(table.name()))
}

/// A name as SQL writes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
