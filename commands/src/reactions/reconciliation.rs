//! Has every order that is watched, and the disputes, asked about now, by whichever server comes first.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::payment_timers::{DISPUTES, RECONCILE};
use crate::Fault;

/// Questions to the gateway, as an operator wished: one about the orders of each payment, and one about all disputes.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    /// Keys of the timers: payments, and `disputes`.
    keys: Vec<String>,
    asked_at: DateTime<Utc>,
}

impl Reconciliation {
    /// Makes all of them due.
    pub async fn ask(pool: &PgPool) -> Result<Self, Fault> {
        let rows = sqlx::query!(
            r#"
            update timers
            set due_at = now(), tries = 0, taken_until = null
            where kind in ($1, $2)
            returning key, due_at
            "#,
            RECONCILE,
            DISPUTES
        )
        .fetch_all(pool)
        .await
        .map_err(Fault::doing("making reconciliations due"))?;
        let asked_at = rows.first().map_or(DateTime::UNIX_EPOCH, |row| row.due_at);
        Ok(Self {
            keys: rows.into_iter().map(|row| row.key).collect(),
            asked_at,
        })
    }

    /// Their number.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.keys.len() as u64
    }

    /// The payments about which the gateway has not answered since, and the disputes as `disputes`. A timer that ran
    /// is gone or set to a later time with no tries; one that failed counts its tries.
    pub async fn left(&self, pool: &PgPool) -> Result<Vec<String>, Fault> {
        sqlx::query_scalar!(
            r#"
            select key
            from timers
            where kind in ($1, $4)
              and key = any ($2)
              and (due_at <= $3 or tries > 0)
            order by key
            "#,
            RECONCILE,
            &self.keys,
            self.asked_at,
            DISPUTES
        )
        .fetch_all(pool)
        .await
        .map_err(Fault::doing("looking how far reconciliations are"))
    }
}
