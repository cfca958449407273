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
use crate::connection::OwnConnection;

/// The database ends a session that is silent for longer.
const SESSION: &str = "set idle_session_timeout = '3s'; set statement_timeout = '2s'";
/// How often the session is heard of. It also shows this node whether it still has its leases.
const BEAT: Duration = Duration::from_millis(800);
/// How often leases are asked for that others have, at first; it doubles up to [`BEAT`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
/// How long the database may take to answer before leases count as lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks for the leases of `seats` and keeps them, until nobody listens.
pub(super) async fn keep_leases(
    pool: PgPool,
    seats: BTreeSet<Seat>,
    held: watch::Sender<BTreeSet<Seat>>,
) {
    let mut connection = OwnConnection::of(&pool, SESSION);
    let mut pause = FIRST_PAUSE;
    while !held.is_closed() {
        let missing: Vec<Seat> = seats.difference(&held.borrow()).cloned().collect();
        let asked = tokio::time::timeout(PATIENCE, async {
            ask(connection.get().await?, &missing).await
        });
        match asked.await {
            Ok(Ok(gained)) if gained.is_empty() => {}
            Ok(Ok(gained)) => held.send_modify(|held| held.extend(gained)),
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
        tokio::time::sleep(pause).await;
        let complete = held.borrow().len() == seats.len();
        pause = if complete {
            BEAT
        } else {
            (pause * 2).min(BEAT)
        };
    }
}

fn lose(connection: &mut OwnConnection, held: &watch::Sender<BTreeSet<Seat>>) {
    connection.lost();
    held.send_replace(BTreeSet::new());
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
