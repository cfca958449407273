//! Leases: each subscriber runs on one node at a time, so that the others need not read and open its events.
//!
//! A lease is a session-level advisory lock on a connection of its own. If the process dies, the lock ends with
//! its session. If it hangs, or its machine is unreachable, the database ends the session after three idle
//! seconds. A lease only avoids duplicate work; correctness depends on the checkpoint, which is locked and
//! compared in every batch.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;

use super::checkpoint::CheckpointKey;
use crate::back_off::{BackOff, RetryPolicy};
use crate::connection::OwnConnection;
use crate::outage::{OutageFlag, OutageWatch, report_outage};
use crate::supervise::Tasks;

/// Session settings: the database ends an idle session.
const SESSION: &str = "set idle_session_timeout = '3s'; set statement_timeout = '2s'";
/// Interval of heartbeats. They also show whether this node still has its leases.
const HEARTBEAT: Duration = Duration::from_millis(800);
/// Attempts to acquire leases of other nodes.
const ACQUIRE: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(20),
    longest: HEARTBEAT,
    attempts: u32::MAX,
};
/// Timeout of the database until leases count as lost.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Time for which the lease of a subscriber that panicked is left to other nodes: longer than the interval of
/// their attempts.
const LEFT_TO_OTHERS: Duration = Duration::from_secs(2);

/// Acquires and keeps leases, until there is no receiver.
pub(super) async fn keep_leases(
    pool: PgPool,
    keys: BTreeSet<CheckpointKey>,
    held: watch::Sender<BTreeSet<CheckpointKey>>,
    tasks: Tasks,
    flag: OutageFlag,
) {
    let mut panics = tasks.watch();
    // The leases of an earlier run of this task ended with its connection.
    held.send_replace(BTreeSet::new());
    let mut connection = OwnConnection::new(&pool, SESSION).without_retries();
    let mut outages = OutageWatch::new(pool, flag);
    let mut back_off = BackOff::with(ACQUIRE, 128);
    while !held.is_closed() {
        let panicked = tasks.panicked_within(LEFT_TO_OTHERS);
        let has_panicked = |key: &&CheckpointKey| panicked.contains(&&*key.name);
        let released: Vec<_> = held.borrow().iter().filter(has_panicked).cloned().collect();
        let missing: Vec<_> = keys
            .difference(&held.borrow())
            .filter(|key| !has_panicked(key))
            .cloned()
            .collect();
        let acquired = tokio::time::timeout(TIMEOUT, async {
            let connection = connection.get_writable().await?;
            release(connection, &released).await?;
            acquire(connection, &missing).await
        });
        let acquired = acquired.await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        match acquired {
            Ok(gained) => {
                outages.answered().await;
                if !gained.is_empty() || !released.is_empty() {
                    held.send_modify(|held| {
                        held.retain(|key| !released.contains(key));
                        held.extend(gained);
                    });
                }
            }
            Err(error) => {
                outages.failed(&error);
                if !report_outage(&error) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "The leases of subscribers were lost; they are acquired again."
                    );
                }
                lose(&mut connection, &held);
            }
        }
        tokio::select! {
            _ = back_off.pause() => {}
            _ = panics.changed() => {}
        }
    }
}

fn lose(connection: &mut OwnConnection, held: &watch::Sender<BTreeSet<CheckpointKey>>) {
    connection.lost();
    held.send_replace(BTreeSet::new());
}

/// Releases leases, so that another node can acquire them.
async fn release(connection: &mut PgConnection, keys: &[CheckpointKey]) -> Result<(), sqlx::Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let (names, versions) = columns(keys);
    sqlx::query!(
        r#"
        select pg_advisory_unlock(
          hashtextextended(format('caresync subscriber %s %s', key.name, key.version), 0)
        )
        from unnest($1::text[], $2::integer[]) as key (name, version)
        "#,
        &names as _,
        &versions
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Acquires those of `missing` that are free. Also called if there are none: the query is the heartbeat.
async fn acquire(
    connection: &mut PgConnection,
    missing: &[CheckpointKey],
) -> Result<Vec<CheckpointKey>, sqlx::Error> {
    let (names, versions) = columns(missing);
    let gained = sqlx::query!(
        r#"
        select key.name as "name!", key.version as "version!"
        from unnest($1::text[], $2::integer[]) as key (name, version)
        where pg_try_advisory_lock(
          hashtextextended(format('caresync subscriber %s %s', key.name, key.version), 0)
        )
        "#,
        &names as _,
        &versions
    )
    .fetch_all(connection)
    .await?;
    let keys = gained.into_iter().map(|row| CheckpointKey {
        name: row.name,
        version: row.version,
    });
    Ok(keys.collect())
}

fn columns(keys: &[CheckpointKey]) -> (Vec<&str>, Vec<i32>) {
    keys.iter().map(|key| (&*key.name, key.version)).unzip()
}
