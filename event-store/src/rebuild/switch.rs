//! A copy in the place of the live one, which then stands beside: switching again goes back.
//!
//! Everybody goes on by names. A statement that was prepared before is planned again, since what it
//! stood on has moved, and finds the table that has the name now.

use std::sync::Arc;
use std::time::Instant;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::catch_up::{finish, follow, head};
use super::checkpoint_of;
use super::error::RebuildError;
use super::follower::Follower;
use super::live::{PAUSE, hold, position, unless_in_use};
use super::model::ReadModel;
use super::operator::{Operator, refuse_unfit};
use super::tables::{beside, give_rights, live, quoted};
use crate::connection::answering;
use crate::{Cursor, EventStore, StoreError};

const SWITCHING: &str = "putting a copy in the place of the live read model";

/// A read model whose copy is live now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switched {
    /// Which one.
    pub name: &'static str,
    /// Where the new live one stood at that moment.
    pub at: Cursor,
}

impl Operator {
    /// Puts the copies in the place of the live ones, one after the other, each at once for everybody.
    ///
    /// # Errors
    /// Those read models before the one that failed are switched, the others are not.
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
        let until = Instant::now() + self.patience;
        loop {
            let head = head(&self.store).await?;
            follow(self, std::slice::from_mut(&mut follower), head, &mut |_| {}).await?;
            if self.try_to_switch(&mut follower).await? {
                let at = follower.at;
                return Ok(Switched { name, at });
            }
            if Instant::now() >= until {
                let pids = self.users_of(&*model).await?;
                return Err(RebuildError::InUse { name, pids });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// `false` if somebody is in the way, or too much was left to do; then nothing was changed.
    async fn try_to_switch(&mut self, follower: &mut Follower) -> Result<bool, RebuildError> {
        let doing = || StoreError::doing(SWITCHING);
        let store = self.store.clone();
        let mut transaction = self.connection.begin().await.map_err(doing())?;
        if hold_and_exchange(&store, &mut transaction, follower).await? {
            transaction.commit().await.map_err(doing())?;
            return Ok(true);
        }
        transaction.rollback().await.map_err(doing())?;
        Ok(false)
    }

    /// The sessions that have a lock on one of the tables.
    async fn users_of(&mut self, model: &dyn ReadModel) -> Result<Vec<i32>, StoreError> {
        let tables = model.tables().iter();
        let tables: Vec<_> = tables
            .flat_map(|table| [live(table), beside(table)])
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
        .map_err(StoreError::doing("asking who uses a read model"))
    }
}

/// Holds the live one where it stands, does the last few events in the copy, and exchanges them.
async fn hold_and_exchange(
    store: &EventStore,
    transaction: &mut PgConnection,
    follower: &mut Follower,
) -> Result<bool, RebuildError> {
    let doing = || StoreError::doing(SWITCHING);
    let Some(at) = hold(transaction, follower).await? else {
        return Ok(false);
    };
    let mut other = answering(store.pool()).await.map_err(doing())?;
    // As for the operator's own: it may be from before a migration.
    other.clear_cached_statements().await.map_err(doing())?;
    if !finish(store, &mut other, follower, at).await? {
        return Ok(false);
    }
    for table in follower.copy.0.tables() {
        give_rights(transaction, table).await?;
    }
    let model = &*follower.copy.0;
    let locked = lock_tables(transaction, model).await;
    if unless_in_use(locked).map_err(doing())?.is_none() {
        return Ok(false);
    }
    // A migration, or a node of a later version, may have come in between: from here on none can.
    refuse_unfit(transaction, model).await?;
    exchange(transaction, model).await.map_err(doing())?;
    Ok(true)
}

/// All locks first: what comes after them waits for nobody.
async fn lock_tables(
    transaction: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), sqlx::Error> {
    let tables = model.tables().iter();
    let all: Vec<_> = tables
        .flat_map(|table| [live(table), beside(table)])
        .collect();
    let all = all.join(", ");
    run(
        transaction,
        format!("lock table {all} in access exclusive mode"),
    )
    .await
}

/// Exchanges tables and checkpoints.
async fn exchange(
    transaction: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), sqlx::Error> {
    let meanwhile = quoted(&format!("beside_{}", model.name()));
    run(transaction, format!("create schema {meanwhile}")).await?;
    for table in model.tables() {
        let (live, copy, name) = (live(table), beside(table), quoted(table.name()));
        run(
            transaction,
            format!("alter table {live} set schema {meanwhile}"),
        )
        .await?;
        run(transaction, format!("alter table {copy} set schema public")).await?;
        run(
            transaction,
            format!("alter table {meanwhile}.{name} set schema beside"),
        )
        .await?;
    }
    run(transaction, format!("drop schema {meanwhile}")).await?;
    exchange_checkpoints(transaction, model).await?;
    exchange_parked(transaction, model.name()).await
}

async fn run(transaction: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    transaction.execute(sqlx::raw_sql(&sql)).await.map(|_| ())
}

/// Each position goes with its tables, and the former live one is the copy.
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
        checkpoint_of(model.name()),
        model.version()
    )
    .execute(transaction)
    .await?;
    Ok(())
}

/// What is parked goes with the tables that lack it.
async fn exchange_parked(transaction: &mut PgConnection, name: &str) -> Result<(), sqlx::Error> {
    let (copy, meanwhile) = (checkpoint_of(name), format!("switching/{name}"));
    for (from, to) in [(name, &*meanwhile), (&*copy, name), (&*meanwhile, &*copy)] {
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
