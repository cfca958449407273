//! An operator works on shadow copies. Each read model has at most one operator at a time.

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Connection as _, Executor as _, PgConnection};

use super::copies::{self, CopyRow, Origin};
use super::error::{LockHolder, RebuildError};
use super::model::ReadModel;
use super::tables;
use crate::connection::acquire_live;
use crate::{EventStore, StoreError};

/// The namespace of the advisory locks.
const LOCK_NAMESPACE: i32 = 7_206;

/// Session settings. An operator works without pauses: the database ends an idle session, whose machine hangs or
/// is unreachable, and its locks are released.
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

/// Default time limit of attempts to lock live tables and checkpoints.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The start of a rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildFrom {
    /// The checkpoint of the copy, if there is one.
    Checkpoint,
    /// The start of the log, with a new copy.
    LogStart,
}

/// Works on the copies of some read models. Their locks end with its session, also if its process or machine
/// fails. The pool of the store must have the role that owns the tables.
pub struct Operator {
    pub(super) store: EventStore,
    /// The session of the locks, through which all copies are changed.
    pub(super) connection: PgConnection,
    pub(super) models: Vec<Arc<dyn ReadModel>>,
    pub(super) timeout: Duration,
}

impl Operator {
    /// Locks some read models.
    ///
    /// # Errors
    /// [`RebuildError::Locked`] if another operator works on one of them; then none is locked.
    pub async fn open(
        store: &EventStore,
        models: Vec<Arc<dyn ReadModel>>,
    ) -> Result<Self, RebuildError> {
        let doing = || StoreError::doing("opening an operator's session");
        let mut connection = acquire_live(store.pool()).await.map_err(doing())?.detach();
        connection.execute(SESSION).await.map_err(doing())?;
        // Plans from before a migration would be reported as errors.
        let cleared = connection.clear_cached_statements().await;
        cleared.map_err(doing())?;
        for model in &models {
            lock(&mut connection, model.name()).await?;
        }
        Ok(Self {
            store: store.clone(),
            connection,
            models,
            timeout: TIMEOUT,
        })
    }

    /// Sets the time limit of attempts to lock live tables and checkpoints; 30 seconds by default.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Releases the locks, and waits for it.
    pub async fn release(mut self) -> Result<(), StoreError> {
        let doing = || StoreError::doing("closing an operator's session");
        // The session may end a little later than its connection is closed.
        let freed = self.connection.execute("select pg_advisory_unlock_all()");
        freed.await.map_err(doing())?;
        self.connection.close().await.map_err(doing())
    }

    /// Removes the copies.
    ///
    /// # Errors
    /// [`RebuildError::NoCopy`] if one of them does not exist; those before it are removed.
    pub async fn drop_copies(&mut self) -> Result<(), RebuildError> {
        for model in self.models.clone() {
            let found = copies::find(&mut self.connection, model.name()).await?;
            found.ok_or(RebuildError::NoCopy { name: model.name() })?;
            let doing = || StoreError::doing("removing a copy");
            let mut transaction = self.connection.begin().await.map_err(doing())?;
            remove(&mut transaction, &*model).await?;
            transaction.commit().await.map_err(doing())?;
        }
        Ok(())
    }

    /// The copy, if it matches this program and the live tables.
    pub(super) async fn usable(&mut self, model: &dyn ReadModel) -> Result<CopyRow, RebuildError> {
        let name = model.name();
        let found = copies::find(&mut self.connection, name).await?;
        let copy = found.ok_or(RebuildError::NoCopy { name })?;
        let copy = copy.require_version(name, model.version())?;
        require_switchable(&mut self.connection, model).await?;
        Ok(copy)
    }

    /// The copy to continue with, or a new one.
    pub(super) async fn open_copy(
        &mut self,
        model: &dyn ReadModel,
        from: RebuildFrom,
    ) -> Result<CopyRow, RebuildError> {
        let name = model.name();
        let found = copies::find(&mut self.connection, name).await?;
        match (from, found) {
            (RebuildFrom::Checkpoint, Some(copy)) if copy.origin == Origin::Replaced => {
                let since = copy.since;
                Err(RebuildError::Replaced { name, since })
            }
            (RebuildFrom::Checkpoint, Some(_)) => self.usable(model).await,
            (RebuildFrom::Checkpoint, None) | (RebuildFrom::LogStart, _) => {
                self.create(model).await?;
                self.usable(model).await
            }
        }
    }

    /// Creates a copy, in place of an existing one.
    async fn create(&mut self, model: &dyn ReadModel) -> Result<(), RebuildError> {
        let doing = || StoreError::doing("creating a copy");
        require_newest_version(&mut self.connection, model).await?;
        let mut transaction = self.connection.begin().await.map_err(doing())?;
        remove(&mut transaction, model).await?;
        tables::create(&mut transaction, model).await?;
        copies::insert(&mut transaction, model.name(), model.version()).await?;
        transaction.commit().await.map_err(doing())?;
        Ok(())
    }
}

/// Requires that a copy may replace the live read model.
pub(super) async fn require_switchable(
    connection: &mut PgConnection,
    model: &dyn ReadModel,
) -> Result<(), RebuildError> {
    require_newest_version(connection, model).await?;
    tables::require_same_shape(connection, model).await
}

/// Requires that no node has a newer version of the read model.
async fn require_newest_version(
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

/// Removes a copy. The checkpoint goes first: an operator that still works on the copy finishes its batch, and is
/// fenced.
async fn remove(connection: &mut PgConnection, model: &dyn ReadModel) -> Result<(), RebuildError> {
    copies::delete(&mut *connection, model.name()).await?;
    Ok(tables::drop_tables(connection, model).await?)
}

async fn lock(connection: &mut PgConnection, name: &'static str) -> Result<(), RebuildError> {
    let sql = sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1, hashtext($2)) as "locked!""#,
        LOCK_NAMESPACE,
        name
    );
    let locked = sql.fetch_one(&mut *connection).await;
    if locked.map_err(StoreError::doing("locking a read model"))? {
        return Ok(());
    }
    let holder = holder(connection, name).await?.unwrap_or_default();
    Err(RebuildError::Locked { name, holder })
}

/// The holder of the lock of a read model; `None` if it is free.
pub(super) async fn holder(
    connection: &mut PgConnection,
    name: &str,
) -> Result<Option<LockHolder>, StoreError> {
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
        LOCK_NAMESPACE,
        name
    )
    .fetch_optional(connection)
    .await
    .map_err(StoreError::doing("looking up the operator of a read model"))?;
    Ok(row.map(|row| LockHolder {
        pid: row.pid,
        since: row.since,
        address: row.address,
    }))
}
