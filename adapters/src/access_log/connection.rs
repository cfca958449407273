//! The writer's connection: outside of the pool, so that it never waits behind reads.

use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

/// Settings of the session. A write that waits for a lock or a lost server fails soon: a reader waits for it.
const SESSION: &str = "
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 2;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '10s';
    set lock_timeout = '2s';
    set statement_timeout = '5s';
    set plan_cache_mode = force_generic_plan;
    set timezone = 'UTC';
";

/// A connection that is opened when it is first needed, and again after it was lost.
pub(super) struct WriterConnection {
    pool: PgPool,
    open: Option<PgConnection>,
}

impl WriterConnection {
    /// Uses the options of the pool.
    pub(super) fn new(pool: &PgPool) -> Self {
        Self {
            pool: pool.clone(),
            open: None,
        }
    }

    /// Returns whether it is open, and so may have been lost in the meantime.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// The connection.
    pub(super) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if self.open.is_none() {
            let mut connection = PgConnection::connect_with(&self.pool.connect_options()).await?;
            connection.execute(SESSION).await?;
            self.open = Some(connection);
        }
        self.open.as_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Drops the connection. The next one is a new one.
    pub(super) fn lost(&mut self) {
        self.open = None;
    }
}
