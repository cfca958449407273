//! What people ask of the inbox.

use chrono::{DateTime, Utc};
use commands::Fault;
use commands::ports::{DeliveryDigest, DeliveryOutcome};
use commands::reactions::GATEWAY_EVENT;

use super::PgGatewayInbox;

/// Which deliveries are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// Those that wait.
    Waiting,
    /// Those that came to this.
    Settled(DeliveryOutcome),
    /// This one.
    One(DeliveryDigest),
}

/// A delivery without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What names it.
    pub digest: DeliveryDigest,
    /// The gateway's name of the event.
    pub event_id: Option<String>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The kind of news, once they were read.
    pub kind: Option<String>,
    /// The order that they are about.
    pub order: Option<String>,
    /// What became of it; none while it waits.
    pub outcome: Option<DeliveryOutcome>,
    /// When that was.
    pub settled_at: Option<DateTime<Utc>>,
    /// Whether its body is still kept.
    pub readable: bool,
}

impl PgGatewayInbox {
    /// The newest of the deliveries that are meant.
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
        .map_err(Fault::doing("listing the payment gateway's news"))?;
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

    /// Has the servers work once more on what is meant, as if it had just come, where its body is still
    /// kept. Answers how many there are.
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
        .map_err(Fault::doing(
            "having the payment gateway's news worked on again",
        ))?;
        Ok(set.rows_affected())
    }
}

/// What is meant, for a question: whether it waits, what it came to, which one it is.
fn columns(wanted: Wanted) -> (bool, Option<&'static str>, Option<Vec<u8>>) {
    match wanted {
        Wanted::All => (false, None, None),
        Wanted::Waiting => (true, None, None),
        Wanted::Settled(outcome) => (false, Some(outcome.as_str()), None),
        Wanted::One(digest) => (false, None, Some(digest.as_bytes().to_vec())),
    }
}
