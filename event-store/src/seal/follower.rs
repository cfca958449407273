//! Follows erasures, whoever did them: within a moment no process uses a destroyed key.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Shared;
use crate::connection::OwnConnection;

/// How often erasures are asked for.
const PAUSE: Duration = Duration::from_millis(250);
/// How far back each time: an erasure's time is taken before its commit, which a statement's timeout
/// bounds to less.
const OVERLAP: i32 = 60;

/// A question that takes longer is asked again on a new connection.
const SESSION: &str = "set statement_timeout = '1500ms'";

/// Runs until it is dropped. On a connection of its own: however many requests wait for the pool, this
/// process learns of erasures in time, and goes on using what it has cached.
pub(super) async fn follow(shared: Arc<Shared>) {
    let mut connection = OwnConnection::new(&shared.pool, SESSION);
    let mut seen = BTreeSet::new();
    // Before the first question nothing is cached yet: what was erased earlier can't be there.
    let mut since: Option<DateTime<Utc>> = None;
    let mut failing = false;
    loop {
        let asked = Instant::now();
        match shared.erased_since(&mut connection, since, &mut seen).await {
            Ok(now) => {
                since = Some(now);
                shared.cache.asked(asked);
                failing = false;
            }
            Err(error) if !failing => {
                failing = true;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "Erasures could not be asked for; cached keys are not used meanwhile."
                );
            }
            // It was said, and asking goes on.
            Err(_) => {}
        }
        if failing {
            connection.lost();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

impl Shared {
    /// Learns of erasures since shortly before `since`. Returns the database's time of the question.
    async fn erased_since(
        &self,
        connection: &mut OwnConnection,
        since: Option<DateTime<Utc>>,
        seen: &mut BTreeSet<Uuid>,
    ) -> Result<DateTime<Utc>, sqlx::Error> {
        let asked = sqlx::query!(
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
        let erased: BTreeSet<Uuid> = asked.subjects.into_iter().collect();
        let new: Vec<Uuid> = erased.difference(seen).copied().collect();
        if !new.is_empty() {
            self.cache.erase(&new);
        }
        if !erased.is_empty() {
            free_names(connection.get().await?, &erased).await?;
        }
        *seen = erased;
        Ok(asked.now)
    }
}

/// An append that was under way during an erasure may have reserved the person's name after it.
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
