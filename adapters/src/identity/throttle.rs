//! Failed sign-ins, counted for all nodes together.

#[cfg(test)]
mod tests;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::{
    Fault,
    ports::{LoginThrottle, ThrottleKey},
};
use sqlx::PgPool;

use super::prune::prune;

/// Number of failures from which on a login has to wait: a few typing errors have no effect.
const LOGIN_PATIENCE: i32 = 5;

/// The same for a client's address, which a whole clinic may share.
const CLIENT_PATIENCE: i32 = 50;

/// The longest wait, and the time after the last failure or wait for which it counts. The first
/// wait is one second, and each further failure doubles it.
const WINDOW: Duration = Duration::from_mins(15);

/// Slows sign-ins down with table `login_failures`.
#[derive(Debug, Clone)]
pub struct PgLoginThrottle {
    pool: PgPool,
}

impl PgLoginThrottle {
    /// A throttle on `pool`.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Removes rows that have no more effect at `at`. Returns the number of removed rows.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        const DELETE: &str = "
            delete from login_failures where (kind, key_hash) in (
              select kind, key_hash from login_failures
              where forgotten_at <= $1 order by forgotten_at limit $2
            )";
        prune(&self.pool, DELETE, at).await
    }
}

/// Keys as columns, for `unnest`.
#[derive(Default)]
struct KeyColumns {
    kinds: Vec<&'static str>,
    hashes: Vec<Vec<u8>>,
    patience: Vec<i32>,
}

impl KeyColumns {
    fn from_keys(keys: &[ThrottleKey]) -> Self {
        let mut columns = Self::default();
        for key in keys {
            let (kind, hash, patience) = match key {
                ThrottleKey::Login(hash) => ("login", hash, LOGIN_PATIENCE),
                ThrottleKey::Client(hash) => ("client", hash, CLIENT_PATIENCE),
            };
            columns.kinds.push(kind);
            columns.hashes.push(hash.to_vec());
            columns.patience.push(patience);
        }
        columns
    }
}

#[async_trait]
impl LoginThrottle for PgLoginThrottle {
    async fn wait(
        &self,
        keys: &[ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<Option<Duration>, Fault> {
        let KeyColumns { kinds, hashes, .. } = KeyColumns::from_keys(keys);
        let blocked_until: Option<DateTime<Utc>> = sqlx::query_scalar(
            "
            select max(f.blocked_until)
            from unnest($1::text[], $2::bytea[]) as asked (kind, key_hash)
            join login_failures f using (kind, key_hash)
            where f.blocked_until > $3
            ",
        )
        .bind(kinds)
        .bind(hashes)
        .bind(at)
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("reading how long a sign-in must wait"))?;
        Ok(blocked_until.and_then(|until| (until - at).to_std().ok()))
    }

    async fn failed(&self, keys: &[ThrottleKey], at: DateTime<Utc>) -> Result<(), Fault> {
        let KeyColumns {
            kinds,
            hashes,
            patience,
        } = KeyColumns::from_keys(keys);
        sqlx::query(include_str!("count_failures.sql"))
            .bind(kinds)
            .bind(hashes)
            .bind(patience)
            .bind(at)
            .bind(WINDOW.as_secs_f64())
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("counting a failed sign-in"))?;
        Ok(())
    }

    async fn succeeded(&self, key: ThrottleKey) -> Result<(), Fault> {
        let KeyColumns { kinds, hashes, .. } = KeyColumns::from_keys(&[key]);
        sqlx::query(
            "
            delete from login_failures
            where (kind, key_hash) in (select * from unnest($1::text[], $2::bytea[]))
            ",
        )
        .bind(kinds)
        .bind(hashes)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("forgetting failed sign-ins"))?;
        Ok(())
    }
}
