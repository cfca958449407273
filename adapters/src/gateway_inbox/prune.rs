//! Removal of old bodies: the key of their day first, so that copies of the table become unreadable
//! as well.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use commands::Fault;
use event_store::RotateError;

use super::{PgGatewayInbox, body_sealing};

/// Retention time of bodies.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Rows removed in one transaction: no lock is held for long, and no reader of the log waits.
const AT_A_TIME: i64 = 1_000;

impl PgGatewayInbox {
    /// Destroys the keys of days that are too old at `at`, and removes their bodies. The outcomes
    /// of the deliveries stay. Returns the number of removed bodies.
    pub async fn prune(&self, at: DateTime<Utc>) -> Result<u64, Fault> {
        let first_kept = (at - KEPT).date_naive();
        let mut pruned = 0;
        for day in self.days_before(first_kept).await? {
            self.destroy_key(day).await?;
            pruned += self.remove_bodies(day).await?;
        }
        Ok(pruned)
    }

    async fn days_before(&self, first_kept: NaiveDate) -> Result<Vec<NaiveDate>, Fault> {
        sqlx::query_scalar!(
            r#"
            select distinct day
            from gateway_inbox
            where body is not null
              and day < $1
            order by day
            "#,
            first_kept
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("looking for old webhooks"))
    }

    async fn destroy_key(&self, day: NaiveDate) -> Result<(), Fault> {
        match self.sealing.erase(body_sealing::subject(day)).await {
            Ok(_) | Err(RotateError::Off) => Ok(()),
            Err(error) => Err(Fault::new("destroying the key of an old day", error)),
        }
    }

    async fn remove_bodies(&self, day: NaiveDate) -> Result<u64, Fault> {
        let mut removed = 0;
        loop {
            let now = sqlx::query!(
                r#"
                update gateway_inbox
                set body = null
                where digest in (
                  select digest from gateway_inbox where day = $1 and body is not null limit $2
                )
                "#,
                day,
                AT_A_TIME
            )
            .execute(&self.pool)
            .await
            .map_err(Fault::doing("removing old webhooks"))?
            .rows_affected();
            removed += now;
            if now < AT_A_TIME.unsigned_abs() {
                return Ok(removed);
            }
        }
    }
}
