//! Polls for erasures by other processes, so that no process uses a destroyed key for long.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::keys::KeyStore;
use crate::connection::OwnConnection;
use crate::outage::report_outage;

/// Interval of the look-ups.
const INTERVAL: Duration = Duration::from_millis(250);
/// Overlap of the look-ups in seconds: the time of an erasure is earlier than its commit, by less than the
/// statement timeout.
const OVERLAP: i32 = 60;

/// A look-up that takes longer is repeated on a new connection.
const SESSION: &str = "set statement_timeout = '1500ms'";

/// Runs until it is dropped. It has a connection of its own: also while many requests wait for the pool, this
/// process learns of erasures in time and may use its cached keys.
pub(super) async fn follow(keys: Arc<KeyStore>) {
    let mut connection = OwnConnection::new(&keys.pool, SESSION);
    let mut seen = BTreeSet::new();
    // Before the first look-up the cache is empty: earlier erasures need not be read.
    let mut since: Option<DateTime<Utc>> = None;
    let mut failing = false;
    loop {
        let started = Instant::now();
        match keys.look(&mut connection, since, &mut seen).await {
            Ok(now) => {
                since = Some(now);
                keys.cache.checked(started);
                failing = false;
            }
            Err(error) if !failing => {
                failing = true;
                if !report_outage(&error) {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "Erasures could not be read; cached keys are not used meanwhile."
                    );
                }
            }
            // The warning was logged before.
            Err(_) => {}
        }
        if failing {
            connection.lost();
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

impl KeyStore {
    /// Learns of erasures and of new master keys. Returns the time of the database.
    async fn look(
        &self,
        connection: &mut OwnConnection,
        since: Option<DateTime<Utc>>,
        seen: &mut BTreeSet<Uuid>,
    ) -> Result<DateTime<Utc>, sqlx::Error> {
        // An outdated server knows no recent erasures.
        connection.get_writable().await?;
        let now = self.erased_since(connection, since, seen).await?;
        self.learn_epochs(connection.get().await?).await?;
        Ok(now)
    }

    /// Reads the erasures since shortly before `since`. Returns the time of the database.
    async fn erased_since(
        &self,
        connection: &mut OwnConnection,
        since: Option<DateTime<Utc>>,
        seen: &mut BTreeSet<Uuid>,
    ) -> Result<DateTime<Utc>, sqlx::Error> {
        let row = sqlx::query!(
            r#"
            select
              statement_timestamp() as "now!",
              array(
                select subject
                from subject_keys
                where erased_at > coalesce($1, statement_timestamp()) - make_interval(secs => $2)
              ) as "subjects!"
            "#,
            since,
            f64::from(OVERLAP)
        )
        .fetch_one(connection.get().await?)
        .await?;
        let erased: BTreeSet<Uuid> = row.subjects.into_iter().collect();
        let new: Vec<Uuid> = erased.difference(seen).copied().collect();
        if !new.is_empty() {
            self.cache.erase(&new);
        }
        if !erased.is_empty() {
            free_names(connection.get().await?, &erased).await?;
        }
        *seen = erased;
        Ok(row.now)
    }
}

/// Frees names of erased persons that a concurrent append has reserved after the erasure.
async fn free_names(
    connection: &mut PgConnection,
    erased: &BTreeSet<Uuid>,
) -> Result<(), sqlx::Error> {
    let subjects: Vec<Uuid> = erased.iter().copied().collect();
    sqlx::query!(
        "delete from reservations where subject = any ($1)",
        &subjects
    )
    .execute(connection)
    .await?;
    Ok(())
}
