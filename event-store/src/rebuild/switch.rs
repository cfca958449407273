//! Switching: a copy replaces the live read model, which becomes the copy. A second switch reverses it.
//!
//! Clients use the names of tables. A statement that was prepared before is planned again, because its tables
//! were altered, and finds the table that has the name now.

use std::sync::Arc;
use std::time::Instant;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::catch_up::{finish, follow, head};
use super::copies::checkpoint_name;
use super::error::RebuildError;
use super::follower::Follower;
use super::live::{RETRY_PAUSE, lock, position, unless_locked};
use super::model::ReadModel;
use super::operator::{Operator, require_switchable};
use super::tables::{copy_table, grant, live_table, quoted, run};
use crate::connection::acquire_live;
use crate::{Cursor, EventStore, StoreError};

const SWITCHING: &str = "switching a read model";

/// A read model that was switched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switched {
    /// Its name.
    pub name: &'static str,
    /// The position of the new live one at that moment.
    pub at: Cursor,
}

impl Operator {
    /// Replaces the live read models by their copies, one after the other, each one atomically.
    ///
    /// # Errors
    /// The read models before the one that failed are switched, the others are not.
    pub async fn switch(&mut self) -> Result<Vec<Switched>, RebuildError> {
        let mut switched = Vec::with_capacity(self.models.len());
        for model in self.models.clone() {
            switched.push(self.switch_one(model).await?);
        }
        Ok(switched)
    }

    async fn switch_one(&mut self, model: Arc<dyn ReadModel>) -> Result<Switched, RebuildError> {
        let name = model.name();
        let copy = self.usable(&*model).await?;
        let mut follower = Follower::new(model.clone(), copy.at);
        position(&self.store, &follower).await?;
        let until = Instant::now() + self.timeout;
        loop {
            let head = head(&self.store).await?;
            follow(self, std::slice::from_mut(&mut follower), head, &mut |_| {}).await?;
            if self.try_switch(&mut follower).await? {
                let at = follower.at;
                return Ok(Switched { name, at });
            }
            if Instant::now() >= until {
                let pids = self.users_of(&*model).await?;
                return Err(RebuildError::InUse { name, pids });
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    /// Tries to switch. `false` without changes if the tables are in use, or too many events are left.
    async fn try_switch(&mut self, follower: &mut Follower) -> Result<bool, RebuildError> {
        let doing = || StoreError::doing(SWITCHING);
        let store = self.store.clone();
        let mut transaction = self.connection.begin().await.map_err(doing())?;
        if lock_and_exchange(&store, &mut transaction, follower).await? {
            transaction.commit().await.map_err(doing())?;
            return Ok(true);
        }
        transaction.rollback().await.map_err(doing())?;
        Ok(false)
    }

    /// The processes of the sessions that have a lock on one of the tables.
    async fn users_of(&mut self, model: &dyn ReadModel) -> Result<Vec<i32>, StoreError> {
        let tables = model.tables().iter();
        let tables: Vec<_> = tables
            .flat_map(|table| [live_table(table), copy_table(table)])
            .collect();
        sqlx::query_scalar!(
            r#"
            select distinct l.pid as "pid!"
            from unnest($1::text[]) t (name)
            join pg_locks l on l.relation = to_regclass(t.name)
            where l.granted and l.pid is not null and l.pid <> pg_backend_pid()
            order by 1
            "#,
            &tables
        )
        .fetch_all(&mut self.connection)
        .await
        .map_err(StoreError::doing("looking up the users of a read model"))
    }
}

/// Locks the live one, applies the last events to the copy, and exchanges their tables.
async fn lock_and_exchange(
    store: &EventStore,
    transaction: &mut PgConnection,
    follower: &mut Follower,
) -> Result<bool, RebuildError> {
    let doing = || StoreError::doing(SWITCHING);
    let Some(at) = lock(transaction, follower).await? else {
        return Ok(false);
    };
    let mut other = acquire_live(store.pool()).await.map_err(doing())?;
    // Its plans may be from before a migration.
    other.clear_cached_statements().await.map_err(doing())?;
    if !finish(store, &mut other, follower, at).await? {
        return Ok(false);
    }
    for table in follower.copy.0.tables() {
        grant(transaction, table).await?;
    }
    let model = &*follower.copy.0;
    let locked = lock_tables(transaction, model).await;
    if unless_locked(locked).map_err(doing())?.is_none() {
        return Ok(false);
    }
    // A migration or a node of a later version may have intervened before the locks.
    require_switchable(transaction, model).await?;
    exchange(transaction, model).await?;
    Ok(true)
}

/// Locks all tables first: later statements do not wait.
async fn lock_tables(
    transaction: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), sqlx::Error> {
    let tables = model.tables().iter();
    let all: Vec<_> = tables
        .flat_map(|table| [live_table(table), copy_table(table)])
        .collect();
    let sql = format!("lock table {} in access exclusive mode", all.join(", "));
    transaction.execute(sqlx::raw_sql(&sql)).await.map(drop)
}

/// Exchanges tables, checkpoints and dead letters.
async fn exchange(
    transaction: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    let temporary = quoted(&format!("beside_{}", model.name()));
    let mut statements = vec![format!("create schema {temporary}")];
    for table in model.tables() {
        let (live, copy, name) = (live_table(table), copy_table(table), quoted(table.name()));
        statements.push(format!("alter table {live} set schema {temporary}"));
        statements.push(format!("alter table {copy} set schema public"));
        statements.push(format!("alter table {temporary}.{name} set schema beside"));
    }
    statements.push(format!("drop schema {temporary}"));
    run(transaction, &statements).await?;
    let exchanged = exchange_checkpoints(transaction, model).await;
    exchanged.map_err(StoreError::doing(SWITCHING))?;
    let exchanged = exchange_parked(transaction, model.name()).await;
    Ok(exchanged.map_err(StoreError::doing(SWITCHING))?)
}

/// Exchanges the positions, and marks the copy as replaced.
async fn exchange_checkpoints(
    transaction: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"
        with other as (
          update subscription_checkpoints c
          set
            epoch = o.epoch,
            transaction_id = o.transaction_id,
            position = o.position,
            updated_at = clock_timestamp()
          from subscription_checkpoints o
          where (c.name, o.name) in (($1, $2), ($2, $1)) and c.version = $3 and o.version = $3
        )
        update read_model_copies
        set origin = 'replaced', since = clock_timestamp()
        where name = $1
        "#,
        model.name(),
        checkpoint_name(model.name()),
        model.version()
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// Exchanges the dead letters.
async fn exchange_parked(transaction: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let (copy, temporary) = (checkpoint_name(name), format!("switching/{name}"));
    for (from, to) in [(name, &*temporary), (&*copy, name), (&*temporary, &*copy)] {
        sqlx::query!(
            "update dead_letters set subscriber = $2 where subscriber = $1",
            from,
            to
        )
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}
