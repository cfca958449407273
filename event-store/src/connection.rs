//! Connections that answer.
//!
//! The pool hands out idle connections without asking whether they still work, because a question
//! before every query doubles the round trips. After a restart of the database many of them are
//! dead. Where an answer matters more than a round trip, it is asked here.

use sqlx::pool::PoolConnection;
use sqlx::{Connection, Executor, PgConnection, PgPool, Postgres};

/// How many dead connections in a row are thrown away before the database counts as away.
const DEAD: u32 = 100;

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

/// A connection of one's own, taken out of the pool's count, opened when it is first needed and again
/// after it was lost.
pub(crate) struct OwnConnection {
    pool: PgPool,
    session: &'static str,
    open: Option<PgConnection>,
}

impl OwnConnection {
    /// `session` is said to each new one first.
    pub(crate) fn of(pool: &PgPool, session: &'static str) -> Self {
        Self {
            pool: pool.clone(),
            session,
            open: None,
        }
    }

    pub(crate) async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        let open = if let Some(open) = self.open.take() {
            open
        } else {
            let mut new = answering(&self.pool).await?.detach();
            new.execute(self.session).await?;
            new
        };
        Ok(self.open.insert(open))
    }

    /// It failed: the next one is a new one.
    pub(crate) fn lost(&mut self) {
        self.open = None;
    }
}
