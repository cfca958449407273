//! Has every order that is watched asked about now, by whichever server comes first.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use super::payment_timers::RECONCILE;
use crate::Fault;

/// Orders that the gateway is to be asked about, as an operator wished.
#[derive(Debug, Clone)]
pub struct Reconciliation {
    payments: Vec<String>,
    asked_at: DateTime<Utc>,
}

impl Reconciliation {
    /// Makes all of them due.
    pub async fn ask(pool: &PgPool) -> Result<Self, Fault> {
        let rows = sqlx::query!(
            r#"
            update timers
            set due_at = now(), tries = 0, taken_until = null
            where kind = $1
            returning key, due_at
            "#,
            RECONCILE
        )
        .fetch_all(pool)
        .await
        .map_err(Fault::doing("making reconciliations due"))?;
        let asked_at = rows.first().map_or(DateTime::UNIX_EPOCH, |row| row.due_at);
        Ok(Self {
            payments: rows.into_iter().map(|row| row.key).collect(),
            asked_at,
        })
    }

    /// Their number.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.payments.len() as u64
    }

    /// The payments about which the gateway has not answered since. A timer that ran is gone or set to a later
    /// time with no tries; one that failed counts its tries.
    pub async fn left(&self, pool: &PgPool) -> Result<Vec<String>, Fault> {
        sqlx::query_scalar!(
            r#"
            select key
            from timers
            where kind = $1
              and key = any ($2)
              and (due_at <= $3 or tries > 0)
            order by key
            "#,
            RECONCILE,
            &self.payments,
            self.asked_at
        )
        .fetch_all(pool)
        .await
        .map_err(Fault::doing("looking how far reconciliations are"))
    }
}
