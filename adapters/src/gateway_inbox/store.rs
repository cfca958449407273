//! Storing, reading and completing deliveries.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{
    Delivery, DeliveryDigest, DeliveryOutcome, GatewayInbox, InboxWaiting, KeptDelivery, Verdict,
};
use commands::reactions::GATEWAY_EVENT;
use domain::GatewayOrderId;
use event_store::Sealing;
use sqlx::PgPool;

use super::body_sealing;

/// Stores deliveries in table `gateway_inbox`.
#[derive(Debug, Clone)]
pub struct PgGatewayInbox {
    pub(super) pool: PgPool,
    pub(super) sealing: Sealing,
}

impl PgGatewayInbox {
    /// An inbox on `pool`, sealed by `sealing`.
    #[must_use]
    pub fn new(pool: PgPool, sealing: Sealing) -> Self {
        Self { pool, sealing }
    }
}

#[async_trait]
impl GatewayInbox for PgGatewayInbox {
    async fn keep(&self, delivery: &Delivery) -> Result<bool, Fault> {
        let today = delivery.received_at.date_naive();
        let cell = body_sealing::cell(today, &delivery.digest, &delivery.body);
        let sealed = self.sealing.seal_many(vec![cell]).await;
        let sealed = sealed.map_err(Fault::doing("sealing a webhook"))?;
        let kept = sqlx::query!(
            r#"
            with kept as (
              insert into gateway_inbox (digest, event_id, received_at, day, body)
              values ($1, $2, $3, $4, $5)
              on conflict on constraint gateway_inbox_pkey do nothing
              returning digest
            )
            insert into timers (kind, key, due_at)
            select $6, encode(digest, 'hex'), $3
            from kept
            "#,
            delivery.digest.as_bytes(),
            delivery.event_id,
            delivery.received_at,
            today,
            sealed.into_iter().next().flatten(),
            GATEWAY_EVENT
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("storing a webhook"))?;
        Ok(kept.rows_affected() > 0)
    }

    async fn find(&self, digest: &DeliveryDigest) -> Result<Option<KeptDelivery>, Fault> {
        let row = sqlx::query!(
            "select received_at, day, body, outcome from gateway_inbox where digest = $1",
            digest.as_bytes()
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("reading a webhook"))?;
        let Some(row) = row else {
            return Ok(None);
        };
        let cell = body_sealing::sealed(row.day, digest, row.body);
        let opened = self.sealing.open_many(vec![cell]).await;
        let opened = opened.map_err(Fault::doing("opening a webhook"))?;
        let body = opened
            .first()
            .map(body_sealing::bytes)
            .transpose()?
            .flatten();
        Ok(Some(KeptDelivery {
            received_at: row.received_at,
            body,
            outcome: row.outcome.as_deref().and_then(DeliveryOutcome::parse),
        }))
    }

    async fn settle(&self, digest: &DeliveryDigest, verdict: &Verdict) -> Result<(), Fault> {
        sqlx::query!(
            r#"
            update gateway_inbox
            set outcome = $2, kind = $3, order_id = $4, settled_at = $5
            where digest = $1
              and outcome is null
            "#,
            digest.as_bytes(),
            verdict.outcome.as_str(),
            verdict.kind,
            verdict.order.as_ref().map(GatewayOrderId::as_str),
            verdict.at
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("recording the outcome of a webhook"))?;
        Ok(())
    }

    async fn waiting(&self) -> Result<InboxWaiting, Fault> {
        let row = sqlx::query!(
            r#"
            select count(*) as "count!", min(received_at) as since
            from gateway_inbox
            where outcome is null
            "#
        )
        .fetch_one(&self.pool)
        .await
        .map_err(Fault::doing("counting webhooks"))?;
        let since: Option<DateTime<Utc>> = row.since;
        Ok(InboxWaiting {
            count: row.count.unsigned_abs(),
            since,
        })
    }
}
