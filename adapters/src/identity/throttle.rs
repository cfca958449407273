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
use sqlx::{PgConnection, PgPool};

use super::prune::prune;

/// The time after the last failure or wait for which it counts.
const WINDOW: Duration = Duration::from_mins(15);

/// Limits of one kind of key.
struct Limits {
    kind: &'static str,
    /// Number of failures from which on there is a wait: one second, doubled by each further failure.
    patience: i32,
    /// The longest wait.
    longest: Duration,
}

impl Limits {
    /// A few typing errors have no effect, and guesses from one place soon take long.
    const LOGIN_FROM_CLIENT: Self = Self::new("login_from_client", 5, Duration::from_mins(15));
    /// The same for a device that the owner of the account has signed in from, and for a session.
    const DEVICE: Self = Self::new("device", 5, Duration::from_mins(15));
    /// Guesses from many places at one login. Its wait is short, because the owner waits as well.
    const LOGIN: Self = Self::new("login", 10, Duration::from_mins(1));
    /// A whole clinic may share one address.
    const CLIENT: Self = Self::new("client", 50, Duration::from_mins(15));

    const fn new(kind: &'static str, patience: i32, longest: Duration) -> Self {
        Self {
            kind,
            patience,
            longest,
        }
    }
}

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
    longest: Vec<f64>,
}

impl KeyColumns {
    fn from_keys<'a>(keys: impl IntoIterator<Item = &'a ThrottleKey>) -> Self {
        let mut columns = Self::default();
        for key in keys {
            let (limits, hash) = match key {
                ThrottleKey::Login(hash) => (Limits::LOGIN, hash),
                ThrottleKey::LoginFromClient(hash) => (Limits::LOGIN_FROM_CLIENT, hash),
                ThrottleKey::Client(hash) => (Limits::CLIENT, hash),
                ThrottleKey::Device(hash) => (Limits::DEVICE, hash),
            };
            columns.kinds.push(limits.kind);
            columns.hashes.push(hash.to_vec());
            columns.patience.push(limits.patience);
            columns.longest.push(limits.longest.as_secs_f64());
        }
        columns
    }
}

/// Counts a failure for each key; unless `also_waiting`, not for those that have to wait. Returns the number of keys
/// that were counted. A row is locked from then on, also one that did not exist: attempts at the same time on several
/// nodes are counted one after the other.
async fn count(
    connection: &mut PgConnection,
    keys: &[ThrottleKey],
    at: DateTime<Utc>,
    also_waiting: bool,
) -> Result<usize, sqlx::Error> {
    let columns = KeyColumns::from_keys(keys);
    let counted = sqlx::query(include_str!("count_failures.sql"))
        .bind(columns.kinds)
        .bind(columns.hashes)
        .bind(columns.patience)
        .bind(at)
        .bind(WINDOW.as_secs_f64())
        .bind(columns.longest)
        .bind(also_waiting)
        .fetch_all(connection)
        .await?;
    Ok(counted.len())
}

/// The longest wait of these keys.
async fn wait(
    connection: &mut PgConnection,
    keys: KeyColumns,
    at: DateTime<Utc>,
) -> Result<Option<Duration>, sqlx::Error> {
    let until: Option<DateTime<Utc>> = sqlx::query_scalar(
        "
        select max(f.blocked_until)
        from unnest($1::text[], $2::bytea[]) as asked (kind, key_hash)
        join login_failures f using (kind, key_hash)
        where f.blocked_until > $3
        ",
    )
    .bind(keys.kinds)
    .bind(keys.hashes)
    .bind(at)
    .fetch_one(connection)
    .await?;
    Ok(until.and_then(|until| (until - at).to_std().ok()))
}

impl PgLoginThrottle {
    async fn attempt(
        &self,
        keys: &[ThrottleKey],
        watched: &[ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<Option<Duration>, sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        if count(&mut transaction, keys, at, false).await? < keys.len() {
            transaction.rollback().await?;
            let mut connection = self.pool.acquire().await?;
            let all = KeyColumns::from_keys(keys.iter().chain(watched));
            // None: it ended this very moment.
            return Ok(Some(
                wait(&mut connection, all, at).await?.unwrap_or_default(),
            ));
        }
        let watched = KeyColumns::from_keys(watched);
        if let Some(wait) = wait(&mut transaction, watched, at).await? {
            // Nothing was counted: the transaction ends here.
            return Ok(Some(wait));
        }
        transaction.commit().await?;
        Ok(None)
    }
}

#[async_trait]
impl LoginThrottle for PgLoginThrottle {
    async fn attempt(
        &self,
        keys: &[ThrottleKey],
        watched: &[ThrottleKey],
        at: DateTime<Utc>,
    ) -> Result<Option<Duration>, Fault> {
        Self::attempt(self, keys, watched, at)
            .await
            .map_err(Fault::doing("counting a sign-in"))
    }

    async fn failed(&self, keys: &[ThrottleKey], at: DateTime<Utc>) -> Result<(), Fault> {
        const DOING: &str = "counting a failed sign-in";
        let mut connection = self.pool.acquire().await.map_err(Fault::doing(DOING))?;
        let counted = count(&mut connection, keys, at, true).await;
        counted.map(drop).map_err(Fault::doing(DOING))
    }

    async fn succeeded(&self, keys: &[ThrottleKey]) -> Result<(), Fault> {
        let columns = KeyColumns::from_keys(keys);
        sqlx::query(
            "
            delete from login_failures
            where (kind, key_hash) in (
              select kind, key_hash
              from login_failures
              where (kind, key_hash) in (select * from unnest($1::text[], $2::bytea[]))
              order by kind, key_hash
              for update
            )
            ",
        )
        .bind(columns.kinds)
        .bind(columns.hashes)
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("forgetting failed sign-ins"))?;
        Ok(())
    }
}
