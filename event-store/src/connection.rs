//! Connections that answer, and connections outside of the pool.
//!
//! The pool hands out idle connections without asking whether they still work, because a question
//! before every query doubles the round trips. After a restart of the database many of them are
//! dead. Where an answer matters more than a round trip, it is asked here.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

use crate::back_off::{BackOff, RetryPolicy};

/// How many dead connections in a row are thrown away before the database counts as away.
const DEAD: u32 = 100;
/// How long a new connection outside of the pool may take, restarts of the database included.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// Settings of each connection outside of the pool: a lost network or a hanging statement ends soon on
/// both sides.
const SESSION: &str = "
    set tcp_keepalives_idle = 5;
    set tcp_keepalives_interval = 2;
    set tcp_keepalives_count = 3;
    set tcp_user_timeout = '10s';
    set idle_in_transaction_session_timeout = '30s';
    set statement_timeout = '30s';
    set timezone = 'UTC';
";

/// A connection of the pool that has just answered.
pub(crate) async fn answering(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
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

/// A connection beside the pool, opened when it is first needed and again after it was lost. It never
/// waits for requests that use the pool.
pub(crate) struct OwnConnection {
    pool: PgPool,
    session: &'static str,
    open: Option<(PgConnection, Backend)>,
    /// The server process of a connection that was lost. It may still be at work.
    abandoned: Option<Backend>,
    /// How many connections were opened.
    opened: u64,
}

/// A server process. Its start tells it apart from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Backend {
    pid: i32,
    started: DateTime<Utc>,
}

impl OwnConnection {
    /// Connects as the pool does. `session` is sent to each new connection first.
    pub(crate) fn new(pool: &PgPool, session: &'static str) -> Self {
        Self {
            pool: pool.clone(),
            session,
            open: None,
            abandoned: None,
            opened: 0,
        }
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

    /// How many connections were opened so far.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// Gives the connection up after it failed: the next one is a new one.
    pub(crate) fn lost(&mut self) {
        if let Some((_, backend)) = self.open.take() {
            self.abandoned.get_or_insert(backend);
        }
    }

    /// Waits until the server process of a lost connection is gone. Before that, what it was sent may
    /// still be committed; after that, the log says whether it was.
    pub(crate) async fn end_abandoned(&mut self) -> Result<(), sqlx::Error> {
        let Some(Backend { pid, started }) = self.abandoned else {
            return Ok(());
        };
        let mut back_off = BackOff::with(RetryPolicy::LOST_CONNECTION, 128);
        loop {
            let running = sqlx::query_scalar!(
                r#"
                select pg_terminate_backend(pid) as "told!"
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
        let mut back_off = BackOff::with(RetryPolicy::LOST_CONNECTION, 128);
        loop {
            match self.try_to_connect().await {
                Err(error) if may_pass(&error) && back_off.pause().await.is_ok() => {}
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

/// Whether another attempt to connect may work: the server is away, starting or full.
fn may_pass(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| ["53", "57", "08"].contains(&&code[..2])),
        _ => false,
    }
}
