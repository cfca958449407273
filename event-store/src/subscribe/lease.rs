//! Which node runs a subscriber: one at a time, so that the others need not read and open what it takes.
//!
//! A lease is a session lock of the database on a connection that the node has for this alone. If the
//! process dies, its lock goes with its session. If it hangs, or its machine is cut off, the database ends
//! the session after three silent seconds. A lease keeps work from being done twice; that nothing is
//! *taken* twice is the checkpoint's doing, which is locked and compared in every batch.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;

use super::Seat;
use crate::back_off::{BackOff, RetryPolicy};
use crate::connection::OwnConnection;
use crate::supervise::Tasks;

/// The database ends a session that is silent for longer.
const SESSION: &str = "set idle_session_timeout = '3s'; set statement_timeout = '2s'";
/// How often the session is heard of. It also shows this node whether it still has its leases.
const BEAT: Duration = Duration::from_millis(800);
/// How often leases are asked for that others have.
const ASKING: RetryPolicy = RetryPolicy {
    first: Duration::from_millis(20),
    longest: BEAT,
    attempts: u32::MAX,
};
/// How long the database may take to answer before leases count as lost.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the lease of a subscriber that panicked is left to other nodes: longer than the slowest of
/// them needs to ask for it.
const LEFT_TO_OTHERS: Duration = Duration::from_secs(2);

/// Asks for the leases of `seats` and keeps them, until nobody listens.
pub(super) async fn keep_leases(
    pool: PgPool,
    seats: BTreeSet<Seat>,
    held: watch::Sender<BTreeSet<Seat>>,
    tasks: Tasks,
) {
    let mut panics = tasks.watch();
    // What an earlier run of this task held went with its connection.
    held.send_replace(BTreeSet::new());
    let mut connection = OwnConnection::new(&pool, SESSION);
    let mut back_off = BackOff::with(ASKING, 128);
    while !held.is_closed() {
        let panicked = tasks.panicked_within(LEFT_TO_OTHERS);
        let has_panicked = |seat: &&Seat| panicked.contains(&&*seat.name);
        let given_up: Vec<Seat> = held.borrow().iter().filter(has_panicked).cloned().collect();
        let missing = seats
            .difference(&held.borrow())
            .cloned()
            .collect::<Vec<_>>();
        let missing: Vec<Seat> = missing
            .into_iter()
            .filter(|seat| !has_panicked(&seat))
            .collect();
        let asked = tokio::time::timeout(PATIENCE, async {
            let connection = connection.get().await?;
            release(connection, &given_up).await?;
            ask(connection, &missing).await
        });
        match asked.await {
            Ok(Ok(gained)) if gained.is_empty() && given_up.is_empty() => {}
            Ok(Ok(gained)) => held.send_modify(|held| {
                held.retain(|seat| !given_up.contains(seat));
                held.extend(gained);
            }),
            Ok(Err(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The leases of subscribers were lost; they are asked for again."
                );
                lose(&mut connection, &held);
            }
            Err(_) => {
                tracing::warn!(
                    "The database did not answer in time: the leases of subscribers count as lost."
                );
                lose(&mut connection, &held);
            }
        }
        tokio::select! {
            _ = back_off.pause() => {}
            _ = panics.changed() => {}
        }
    }
}

fn lose(connection: &mut OwnConnection, held: &watch::Sender<BTreeSet<Seat>>) {
    connection.lost();
    held.send_replace(BTreeSet::new());
}

/// Gives leases up, so that another node can have them.
async fn release(connection: &mut PgConnection, seats: &[Seat]) -> Result<(), sqlx::Error> {
    if seats.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = seats.iter().map(|seat| seat.name.clone()).collect();
    let versions: Vec<_> = seats.iter().map(|seat| seat.version).collect();
    sqlx::query!(
        r#"
        select pg_advisory_unlock(
          hashtextextended(format('caresync subscriber %s %s', seat.name, seat.version), 0)
        )
        from unnest($1::text[], $2::integer[]) as seat (name, version)
        "#,
        &names,
        &versions
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// Those of `missing` that nobody else has. Also asked if there are none: the question is the beat.
async fn ask(connection: &mut PgConnection, missing: &[Seat]) -> Result<Vec<Seat>, sqlx::Error> {
    let names: Vec<_> = missing.iter().map(|seat| seat.name.clone()).collect();
    let versions: Vec<_> = missing.iter().map(|seat| seat.version).collect();
    let gained = sqlx::query!(
        r#"
        select seat.name as "name!", seat.version as "version!"
        from unnest($1::text[], $2::integer[]) as seat (name, version)
        where pg_try_advisory_lock(
          hashtextextended(format('caresync subscriber %s %s', seat.name, seat.version), 0)
        )
        "#,
        &names,
        &versions
    )
    .fetch_all(connection)
    .await?;
    let seats = gained.into_iter().map(|row| Seat {
        name: row.name,
        version: row.version,
    });
    Ok(seats.collect())
}
