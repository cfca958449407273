//! Queries and commands of operators.

use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{DeliveryDigest, DeliveryOutcome};
use commands::reactions::GATEWAY_EVENT;

use super::PgGatewayInbox;

/// Selection of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// Those that are not processed yet.
    Waiting,
    /// Those with this outcome.
    Settled(DeliveryOutcome),
    /// A single one.
    One(DeliveryDigest),
}

/// A delivery without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub digest: DeliveryDigest,
    /// The gateway's event id.
    pub event_id: Option<String>,
    /// Time of arrival.
    pub received_at: DateTime<Utc>,
    /// Kind of event, once the webhook was read.
    pub kind: Option<String>,
    /// The order that it is about.
    pub order: Option<String>,
    /// Its outcome; `None` while it waits.
    pub outcome: Option<DeliveryOutcome>,
    /// Time of the outcome.
    pub settled_at: Option<DateTime<Utc>>,
    /// True if its body is still stored.
    pub readable: bool,
}

impl PgGatewayInbox {
    /// Returns the newest of the selected deliveries.
    pub async fn list(&self, wanted: Wanted, most: i64) -> Result<Vec<Listed>, Fault> {
        let (waiting, outcome, digest) = columns(wanted);
        let rows = sqlx::query!(
            r#"
            select
              digest, event_id, received_at, kind, order_id, outcome, settled_at,
              body is not null as "readable!"
            from gateway_inbox
            where (not $1 or outcome is null)
              and ($2::text is null or outcome = $2)
              and ($3::bytea is null or digest = $3)
            order by received_at desc, digest
            limit $4
            "#,
            waiting,
            outcome,
            digest,
            most
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("listing webhooks"))?;
        let listed = rows.into_iter().map(|row| {
            let digest = <[u8; 32]>::try_from(row.digest.as_slice());
            let digest = digest.map_err(Fault::doing("reading a digest"))?;
            Ok(Listed {
                digest: DeliveryDigest::from_bytes(digest),
                event_id: row.event_id,
                received_at: row.received_at,
                kind: row.kind,
                order: row.order_id,
                outcome: row.outcome.as_deref().and_then(DeliveryOutcome::parse),
                settled_at: row.settled_at,
                readable: row.readable,
            })
        });
        listed.collect()
    }

    /// Queues the selected deliveries again, if their bodies are still stored. Returns their
    /// number.
    pub async fn work_again(&self, wanted: Wanted, at: DateTime<Utc>) -> Result<u64, Fault> {
        let (waiting, outcome, digest) = columns(wanted);
        let set = sqlx::query!(
            r#"
            with again as (
              update gateway_inbox
              set outcome = null, settled_at = null
              where body is not null
                and (not $1 or outcome is null)
                and ($2::text is null or outcome = $2)
                and ($3::bytea is null or digest = $3)
              returning digest
            )
            insert into timers (kind, key, due_at)
            select $4, encode(digest, 'hex'), $5
            from again
            on conflict (kind, key) do update
            set due_at = excluded.due_at, taken_until = null, tries = 0
            "#,
            waiting,
            outcome,
            digest,
            GATEWAY_EVENT,
            at
        )
        .execute(&self.pool)
        .await
        .map_err(Fault::doing("queueing webhooks again"))?;
        Ok(set.rows_affected())
    }
}

/// The selection as parameters of a statement: waiting, outcome, id.
fn columns(wanted: Wanted) -> (bool, Option<&'static str>, Option<Vec<u8>>) {
    match wanted {
        Wanted::All => (false, None, None),
        Wanted::Waiting => (true, None, None),
        Wanted::Settled(outcome) => (false, Some(outcome.as_str()), None),
        Wanted::One(digest) => (false, None, Some(digest.as_bytes().to_vec())),
    }
}
