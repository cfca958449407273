//! A batch as the arrays that the statement takes.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Append;
use crate::error::AppendError;
use crate::guard::{Claim, Guard};
use crate::{Cursor, Guards};

/// Columns of rows to write. One command fills them today; several share them under group commit.
#[derive(Default)]
pub(super) struct Batch {
    events: Events,
    replies: Replies,
    claims: Claims,
    settled: Vec<String>,
    released: Vec<String>,
    names: Names,
    freed: Freed,
}

#[derive(Default)]
struct Events {
    aggregate_types: Vec<String>,
    aggregate_ids: Vec<String>,
    sequences: Vec<i64>,
    types: Vec<String>,
    versions: Vec<String>,
    payloads: Vec<Value>,
    metadata: Vec<Value>,
}

#[derive(Default)]
struct Replies {
    keys: Vec<Vec<u8>>,
    fingerprints: Vec<Vec<u8>>,
    answers: Vec<Value>,
    aggregate_types: Vec<String>,
    aggregate_ids: Vec<String>,
    sequences: Vec<i64>,
}

#[derive(Default)]
struct Claims {
    kinds: Vec<String>,
    resources: Vec<Uuid>,
    starts: Vec<DateTime<Utc>>,
    ends: Vec<DateTime<Utc>>,
    holders: Vec<String>,
    held_until: Vec<Option<DateTime<Utc>>>,
}

#[derive(Default)]
struct Names {
    spaces: Vec<String>,
    keys: Vec<Vec<u8>>,
    holders: Vec<String>,
}

#[derive(Default)]
struct Freed {
    spaces: Vec<String>,
    holders: Vec<String>,
}

impl Batch {
    pub(super) fn of(append: &Append, guards: &Guards) -> Result<Self, AppendError> {
        let mut batch = Self::default();
        batch.push(append, guards)?;
        Ok(batch)
    }

    fn push(&mut self, append: &Append, guards: &Guards) -> Result<(), AppendError> {
        let metadata =
            serde_json::to_value(&append.metadata).map_err(AppendError::Unserialisable)?;
        for stream in &append.streams {
            for (sequence, event) in (stream.expected_version + 1..).zip(&stream.events) {
                self.events
                    .aggregate_types
                    .push(stream.aggregate_type.to_owned());
                self.events.aggregate_ids.push(stream.aggregate_id.clone());
                self.events.sequences.push(sequence);
                self.events.types.push(event.event_type().to_owned());
                self.events.versions.push(event.event_version().to_owned());
                self.events.payloads.push(event.payload().clone());
                self.events.metadata.push(metadata.clone());
                for guard in guards.of(event) {
                    self.guard(&stream.aggregate_id, guard);
                }
            }
        }
        self.reply(append);
        Ok(())
    }

    fn guard(&mut self, holder: &str, guard: Guard) {
        match guard {
            Guard::Take(claim) => self.claims.push(holder, &claim),
            // An event that settles or releases right after the one that took, in one command, finds
            // nothing in the table yet: the statement sees the rows as they were before it.
            Guard::Settle if self.claims.settle(holder) => {}
            Guard::Settle => self.settled.push(holder.to_owned()),
            Guard::Release => self.released.push(holder.to_owned()),
            Guard::Reserve { space, key } => {
                self.names.spaces.push(space.to_owned());
                self.names.keys.push(key);
                self.names.holders.push(holder.to_owned());
            }
            Guard::Free { space } => {
                self.freed.spaces.push(space.to_owned());
                self.freed.holders.push(holder.to_owned());
            }
        }
    }

    fn reply(&mut self, append: &Append) {
        let last = append
            .streams
            .iter()
            .rfind(|stream| !stream.events.is_empty());
        if let (Some(idempotency), Some(stream)) = (&append.idempotency, last) {
            self.replies.keys.push(idempotency.key.to_vec());
            self.replies
                .fingerprints
                .push(idempotency.fingerprint.to_vec());
            self.replies.answers.push(idempotency.reply.clone());
            self.replies
                .aggregate_types
                .push(stream.aggregate_type.to_owned());
            self.replies.aggregate_ids.push(stream.aggregate_id.clone());
            self.replies.sequences.push(stream.next_version());
        }
    }

    /// Sends the statement; it commits by itself. Returns the position of the last event.
    pub(super) async fn send(&self, pool: &PgPool) -> Result<Cursor, sqlx::Error> {
        let rows = sqlx::query_file!(
            "src/append/append.sql",
            &self.events.aggregate_types,
            &self.events.aggregate_ids,
            &self.events.sequences,
            &self.events.types,
            &self.events.versions,
            &self.events.payloads,
            &self.events.metadata,
            &self.replies.keys,
            &self.replies.fingerprints,
            &self.replies.answers,
            &self.replies.aggregate_types,
            &self.replies.aggregate_ids,
            &self.replies.sequences,
            &self.claims.kinds,
            &self.claims.resources,
            &self.claims.starts,
            &self.claims.ends,
            &self.claims.holders,
            &self.claims.held_until as &[Option<DateTime<Utc>>],
            &self.settled,
            &self.released,
            &self.names.spaces,
            &self.names.keys,
            &self.names.holders,
            &self.freed.spaces,
            &self.freed.holders,
        )
        .fetch_all(pool)
        .await?;
        let last = rows
            .iter()
            .max_by_key(|row| row.position)
            .ok_or(sqlx::Error::RowNotFound)?;
        Cursor::from_parts(last.epoch, &last.transaction_id, last.position)
            .map_err(|error| sqlx::Error::Decode(error.into()))
    }
}

impl Claims {
    fn push(&mut self, holder: &str, claim: &Claim) {
        self.kinds.push(claim.kind.to_owned());
        self.resources.push(claim.resource);
        self.starts.push(claim.from);
        self.ends.push(claim.to);
        self.holders.push(holder.to_owned());
        self.held_until.push(claim.held_until);
    }

    /// Settles claims that this very batch takes. Tells whether there were any.
    fn settle(&mut self, holder: &str) -> bool {
        let mut any = false;
        for (index, _) in self
            .holders
            .iter()
            .enumerate()
            .filter(|(_, held)| *held == holder)
        {
            self.held_until[index] = None;
            any = true;
        }
        any
    }
}
