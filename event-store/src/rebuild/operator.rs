//! Somebody who works on copies. For each read model there is one at a time.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::catch_up::{self, Passed, Rebuilt};
use super::copies::{self, CopyRow, Origin};
use super::error::{Holder, RebuildError};
use super::follower::Follower;
use super::model::ReadModel;
use super::tables;
use crate::connection::answering;
use crate::{EventStore, StoreError};

/// What tells our advisory locks from others.
const LOCKS: i32 = 7_206;

/// Whoever holds a lock works all the time: a session that says nothing for so long belongs to a machine
/// that hangs, or is gone, and the database ends it. What it held is then free.
const SESSION: &str = "
    set application_name = 'caresync projections';
    set idle_session_timeout = '60s';
    set idle_in_transaction_session_timeout = '30s';
    set statement_timeout = '60s';
    set lock_timeout = '10s';
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 2;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '10s';
    set timezone = 'UTC';
";

/// How long it is tried to get hold of what is live.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a rebuild begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    /// Where the copy stands, if there is one.
    AtCheckpoint,
    /// At the start of the log, with a new copy.
    AtStart,
}

/// Works on the copies of some read models, which are free again once the database notices that it was
/// dropped, or that its process or machine is gone. The store's pool must be of the role that owns the tables.
pub struct Operator {
    pub(super) store: EventStore,
    /// Holds the locks; everything that changes a copy goes through it.
    pub(super) connection: PgConnection,
    pub(super) models: Vec<Arc<dyn ReadModel>>,
    pub(super) patience: Duration,
}

impl Operator {
    /// Takes some read models.
    ///
    /// # Errors
    /// [`RebuildError::Taken`] if somebody else works on one of them; then none is taken.
    pub async fn take(
        store: &EventStore,
        models: Vec<Arc<dyn ReadModel>>,
    ) -> Result<Self, RebuildError> {
        let doing = || StoreError::doing("opening an operator's session");
        let mut connection = answering(store.pool()).await.map_err(doing())?.detach();
        connection.execute(SESSION).await.map_err(doing())?;
        // What it planned before a migration is of no use any more, and the database would say so.
        let cleared = connection.clear_cached_statements().await;
        cleared.map_err(doing())?;
        for model in &models {
            lock(&mut connection, model.name()).await?;
        }
        Ok(Self {
            store: store.clone(),
            connection,
            models,
            patience: PATIENCE,
        })
    }

    /// The same with another patience for those who are in the way: half a minute, if nothing is said.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Lets the read models go, once the database knows of it.
    pub async fn release(mut self) -> Result<(), StoreError> {
        let doing = || StoreError::doing("closing an operator's session");
        // The session itself may end a little later than its client hears.
        let freed = self.connection.execute("select pg_advisory_unlock_all()");
        freed.await.map_err(doing())?;
        self.connection.close().await.map_err(doing())
    }

    /// Makes copies of the read models from the log, or goes on with those that are there, until they
    /// have caught up.
    ///
    /// # Errors
    /// With any of them, what was done stays, and asking again goes on from there.
    pub async fn rebuild(
        &mut self,
        begin: Begin,
        passed: Passed<'_>,
    ) -> Result<Rebuilt, RebuildError> {
        let mut followers = Vec::with_capacity(self.models.len());
        for model in self.models.clone() {
            let copy = self.open(&*model, begin).await?;
            followers.push(Follower::new(model, copy.at));
        }
        catch_up::rebuild(self, &mut followers, passed).await
    }

    /// Removes the copies.
    ///
    /// # Errors
    /// [`RebuildError::NoCopy`] if one of them is not there; those before it are gone.
    pub async fn drop_copies(&mut self) -> Result<(), RebuildError> {
        for model in self.models.clone() {
            let found = copies::find(&mut self.connection, model.name()).await?;
            found.ok_or(RebuildError::NoCopy { name: model.name() })?;
            let doing = || StoreError::doing("removing a copy");
            let mut transaction = self.connection.begin().await.map_err(doing())?;
            clear(&mut transaction, &*model).await?;
            transaction.commit().await.map_err(doing())?;
        }
        Ok(())
    }

    /// The copy, which may be used by this program and in place of the live one.
    pub(super) async fn usable(&mut self, model: &dyn ReadModel) -> Result<CopyRow, RebuildError> {
        let name = model.name();
        let found = copies::find(&mut self.connection, name).await?;
        let copy = found.ok_or(RebuildError::NoCopy { name })?;
        let copy = copy.of_version(name, model.version())?;
        refuse_unfit(&mut self.connection, model).await?;
        Ok(copy)
    }

    /// The copy to go on with, or a new one.
    async fn open(&mut self, model: &dyn ReadModel, begin: Begin) -> Result<CopyRow, RebuildError> {
        let name = model.name();
        let found = copies::find(&mut self.connection, name).await?;
        match (begin, found) {
            (Begin::AtCheckpoint, Some(copy)) if copy.origin == Origin::Replaced => {
                let since = copy.since;
                Err(RebuildError::Replaced { name, since })
            }
            (Begin::AtCheckpoint, Some(_)) => self.usable(model).await,
            (Begin::AtCheckpoint, None) | (Begin::AtStart, _) => {
                self.make(model).await?;
                self.usable(model).await
            }
        }
    }

    /// A new copy, in place of whatever is there.
    async fn make(&mut self, model: &dyn ReadModel) -> Result<(), RebuildError> {
        let doing = || StoreError::doing("making a copy");
        refuse_older(&mut self.connection, model).await?;
        let mut transaction = self.connection.begin().await.map_err(doing())?;
        clear(&mut transaction, model).await?;
        tables::make(&mut transaction, model).await?;
        copies::begin(&mut transaction, model.name(), model.version()).await?;
        transaction.commit().await.map_err(doing())?;
        Ok(())
    }
}

/// Refuses a copy that may not take the live one's place.
pub(super) async fn refuse_unfit(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    refuse_older(connection, model).await?;
    tables::refuse_unlike(connection, model).await
}

/// Refuses a program that is older than the nodes.
async fn refuse_older(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    let (name, program) = (model.name(), model.version());
    match copies::newest_version(connection, name).await? {
        Some(newest) if newest > program => Err(RebuildError::NewerVersion {
            name,
            newest,
            program,
        }),
        _ => Ok(()),
    }
}

/// The checkpoint first: whoever still works on the copy finishes the batch, and finds nothing after it.
async fn clear(connection: &mut PgConnection, model: &dyn ReadModel) -> Result<(), RebuildError> {
    copies::forget(&mut *connection, model.name()).await?;
    Ok(tables::remove(connection, model).await?)
}

async fn lock(connection: &mut PgConnection, name: &'static str) -> Result<(), RebuildError> {
    let sql = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1, hashtext($2)) as "taken!""#,
        LOCKS,
        name
    );
    let taken = sql.fetch_one(&mut *connection).await;
    if taken.map_err(StoreError::doing("taking a read model"))? {
        return Ok(());
    }
    let holder = holder(connection, name).await?.unwrap_or_default();
    Err(RebuildError::Taken { name, holder })
}

/// Who has a read model, if anybody.
pub(super) async fn holder(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<Holder>, StoreError> {
    let row = sqlx::query!(
        r#"
        select a.pid, a.backend_start as since, host(a.client_addr) as address
        from pg_locks l
        join pg_stat_activity a on a.pid = l.pid
        where l.locktype = 'advisory' and l.granted and l.objsubid = 2
          and l.database = (select oid from pg_database where datname = current_database())
          and l.classid = $1::integer::oid
          and l.objid = (hashtext($2)::bigint & 4294967295)::oid
        "#,
        LOCKS,
        name
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("asking who has a read model"))?;
    Ok(row.map(|row| Holder {
        pid: row.pid,
        since: row.since,
        address: row.address,
    }))
}
