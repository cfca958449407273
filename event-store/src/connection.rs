//! Live connections of the pool, and connections outside of it.
//!
//! The pool returns idle connections without a ping, which would double the round trips. After a restart of
//! the database many of them are dead. [`acquire_live`] pings, for callers that need a working connection.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

use crate::back_off::{BackOff, RetryPolicy};
use crate::outage::read_only_session;

/// Maximum number of consecutive dead connections until the database counts as unavailable.
const DEAD: u32 = 100;
/// Timeout of a new connection outside of the pool, including restarts of the database.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Session settings of connections outside of the pool: timeouts for a lost network and hanging statements.
const SESSION: &str = "
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 2;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '10s';
    set idle_in_transaction_session_timeout = '30s';
    set statement_timeout = '30s';
    set timezone = 'UTC';
";

/// A connection of the pool that has answered a ping.
pub(crate) async fn acquire_live(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    let mut dead = 0;
    loop {
        let mut connection = pool.acquire().await?;
        match connection.ping().await {
            Ok(()) => return Ok(connection),
            Err(error) => {
                // Not back into the pool.
                drop(connection.detach());
                dead += 1;
                if dead >= DEAD {
                    return Err(error);
                }
            }
        }
    }
}

/// Fails on a server that takes no writes: a standby, or one that was set read-only.
pub(crate) async fn takes_writes(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let read_only = sqlx::query_scalar!(
        r#"select current_setting('transaction_read_only')::boolean as "read_only!""#
    )
    .fetch_one(connection)
    .await?;
    if read_only {
        Err(read_only_session())
    } else {
        Ok(())
    }
}

/// A connection outside of the pool, opened when it is first needed and again after it was lost. It never
/// waits for requests that use the pool.
pub(crate) struct OwnConnection {
    pool: PgPool,
    session: &'static str,
    retries: RetryPolicy,
    open: Option<(PgConnection, Backend)>,
    /// The server process of a lost connection. It may still run.
    abandoned: Option<Backend>,
    /// Number of opened connections.
    opened: u64,
}

/// A server process. Its start time distinguishes it from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Backend {
    pid: i32,
    started: DateTime<Utc>,
}

impl OwnConnection {
    /// Uses the options of the pool. `session` is executed first on each new connection.
    pub(crate) fn new(pool: &PgPool, session: &'static str) -> Self {
        Self {
            pool: pool.clone(),
            session,
            retries: RetryPolicy::LOST_CONNECTION,
            open: None,
            abandoned: None,
            opened: 0,
        }
    }

    /// The same, with one attempt to connect at a time.
    pub(crate) fn without_retries(mut self) -> Self {
        self.retries.attempts = 0;
        self
    }

    /// The connection, opened if it is not.
    pub(crate) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let open = if let Some(open) = self.open.take() {
            open
        } else {
            let connecting = tokio::time::timeout(CONNECT_WITHIN, self.connect());
            let open = connecting.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
            self.opened += 1;
            open
        };
        Ok(&mut self.open.insert(open).0)
    }

    /// The connection, if its server takes writes. After a fail-over a new connection may lead to another server.
    pub(crate) async fn get_writable(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        takes_writes(self.get().await?).await?;
        self.get().await
    }

    /// Number of connections that were opened so far.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// Drops the connection after an error: the next one is a new one.
    pub(crate) fn lost(&mut self) {
        if let Some((_, backend)) = self.open.take() {
            self.abandoned.get_or_insert(backend);
        }
    }

    /// Waits until the server process of a lost connection has ended. Until then its last statement may still
    /// commit; after that, the log shows whether it did.
    pub(crate) async fn end_abandoned(&mut self) -> Result<(), sqlx::Error> {
        let Some(Backend { pid, started }) = self.abandoned else {
            return Ok(());
        };
        let mut back_off = BackOff::with(RetryPolicy::LOST_CONNECTION, 128);
        loop {
            let running = sqlx::query_scalar!(
                r#"
                select pg_terminate_backend(pid) as "terminated!"
                from pg_stat_activity
                where pid = $1
                  and (backend_start = $2 or backend_start is null)
                "#,
                pid,
                started
            )
            .fetch_optional(self.get().await?)
            .await?;
            if running.is_none() {
                self.abandoned = None;
                return Ok(());
            }
            if back_off.pause().await.is_err() {
                return Err(sqlx::Error::PoolTimedOut);
            }
        }
    }

    async fn connect(&self) -> Result<(PgConnection, Backend), sqlx::Error> {
        let mut back_off = BackOff::with(self.retries, 128);
        loop {
            match self.try_to_connect().await {
                Err(error) if is_transient(&error) && back_off.pause().await.is_ok() => {}
                connected => return connected,
            }
        }
    }

    async fn try_to_connect(&self) -> Result<(PgConnection, Backend), sqlx::Error> {
        let options = self.pool.connect_options();
        let mut connection = PgConnection::connect_with(&options).await?;
        connection.execute(SESSION).await?;
        connection.execute(self.session).await?;
        let backend = sqlx::query_as!(
            Backend,
            r#"
            select pid as "pid!", backend_start as "started!"
            from pg_stat_activity
            where pid = pg_backend_pid()
            "#
        )
        .fetch_one(&mut connection)
        .await?;
        Ok((connection, backend))
    }
}

/// Returns whether another attempt to connect may work: the server is unavailable, starting or full.
fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| ["53", "57", "08"].contains(&&code[..2])),
        _ => false,
    }
}
