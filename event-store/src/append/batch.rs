//! A batch of commands as the columns that the statements take.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use super::Append;
use super::outcome::Failure;
use crate::error::AppendError;
use crate::guard::{Claim, Guard};
use crate::{Cursor, EventData, Guards};

/// Rows to write, by table; each row knows by its ordinal, from 1, which command it belongs to.
#[derive(Debug, Default, Clone)]
pub(super) struct Batch {
    commands: i32,
    events: Events,
    replies: Replies,
    claims: Claims,
    settled: Holders,
    released: Holders,
    names: Names,
    freed: Freed,
    basis: Basis,
}

#[derive(Debug, Default, Clone)]
struct Basis {
    ordinals: Vec<i32>,
    aggregate_types: Vec<String>,
    aggregate_ids: Vec<String>,
    versions: Vec<i64>,
}

#[derive(Debug, Default, Clone)]
struct Events {
    ordinals: Vec<i32>,
    aggregate_types: Vec<String>,
    aggregate_ids: Vec<String>,
    sequences: Vec<i64>,
    types: Vec<String>,
    versions: Vec<String>,
    payloads: Vec<Value>,
    metadata: Vec<Value>,
}

#[derive(Debug, Default, Clone)]
struct Replies {
    ordinals: Vec<i32>,
    keys: Vec<Vec<u8>>,
    fingerprints: Vec<Vec<u8>>,
    answers: Vec<Value>,
    aggregate_types: Vec<String>,
    aggregate_ids: Vec<String>,
    sequences: Vec<i64>,
}

#[derive(Debug, Default, Clone)]
struct Claims {
    ordinals: Vec<i32>,
    kinds: Vec<String>,
    resources: Vec<Uuid>,
    starts: Vec<DateTime<Utc>>,
    ends: Vec<DateTime<Utc>>,
    holders: Vec<String>,
    held_until: Vec<Option<DateTime<Utc>>>,
}

#[derive(Debug, Default, Clone)]
struct Holders {
    ordinals: Vec<i32>,
    holders: Vec<String>,
}

#[derive(Debug, Default, Clone)]
struct Names {
    ordinals: Vec<i32>,
    spaces: Vec<String>,
    keys: Vec<Vec<u8>>,
    holders: Vec<String>,
    subjects: Vec<Option<Uuid>>,
}

#[derive(Debug, Default, Clone)]
struct Freed {
    ordinals: Vec<i32>,
    spaces: Vec<String>,
    holders: Vec<String>,
}

/// Of whom an event tells, as a row keeps it.
fn subject(event: &EventData) -> Option<Uuid> {
    event.payload().get("subject")?.as_str()?.parse().ok()
}

/// Somebody who was erased keeps no names: the event says so by a `phi` that is stored as null.
fn allowed(event: &EventData, stored: &Value) -> impl Fn(&Guard) -> bool {
    let null = |payload: &Value| payload.get("phi").is_some_and(Value::is_null);
    let erased = null(stored) && !null(event.payload());
    move |guard| !(erased && matches!(guard, Guard::Reserve { .. }))
}

impl Batch {
    /// A batch of one command, whose events are stored with the given payloads.
    pub(super) fn of(
        append: &Append,
        payloads: &[Value],
        guards: &Guards,
    ) -> Result<Self, AppendError> {
        let mut payloads = payloads.iter();
        let metadata =
            serde_json::to_value(&append.metadata).map_err(AppendError::Unserialisable)?;
        let mut batch = Self {
            commands: 1,
            ..Self::default()
        };
        for stream in &append.streams {
            for (sequence, event) in (stream.expected_version + 1..).zip(&stream.events) {
                batch.events.ordinals.push(1);
                batch
                    .events
                    .aggregate_types
                    .push(stream.aggregate_type.to_owned());
                batch.events.aggregate_ids.push(stream.aggregate_id.clone());
                batch.events.sequences.push(sequence);
                batch.events.types.push(event.event_type().to_owned());
                batch.events.versions.push(event.event_version().to_owned());
                let payload = payloads.next().unwrap_or(event.payload());
                batch.events.payloads.push(payload.clone());
                batch.events.metadata.push(metadata.clone());
                for guard in guards.of(event).into_iter().filter(allowed(event, payload)) {
                    batch.guard(&stream.aggregate_id, subject(event), guard);
                }
            }
        }
        for stream in &append.basis {
            batch.basis.ordinals.push(1);
            batch
                .basis
                .aggregate_types
                .push(stream.aggregate_type.to_owned());
            batch.basis.aggregate_ids.push(stream.aggregate_id.clone());
            batch.basis.versions.push(stream.version);
        }
        batch.reply(append);
        Ok(batch)
    }

    fn guard(&mut self, holder: &str, subject: Option<Uuid>, guard: Guard) {
        match guard {
            Guard::Take(claim) => self.claims.push(holder, &claim),
            // An event that settles or releases what the same command takes finds nothing in the table
            // yet: the statement sees the rows as they were before it.
            Guard::Settle if self.claims.settle(holder) => {}
            Guard::Settle => self.settled.push(holder),
            Guard::Release if self.claims.release(holder) => {}
            Guard::Release => self.released.push(holder),
            Guard::Reserve { space, key } => {
                self.names.ordinals.push(1);
                self.names.spaces.push(space.to_owned());
                self.names.keys.push(key);
                self.names.holders.push(holder.to_owned());
                self.names.subjects.push(subject);
            }
            Guard::Free { space } => {
                self.freed.ordinals.push(1);
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
            self.replies.ordinals.push(1);
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

    /// Puts another batch behind this one.
    pub(super) fn extend(&mut self, other: Self) {
        let shift = |ordinals: Vec<i32>| ordinals.into_iter().map(|n| n + self.commands);
        self.events.ordinals.extend(shift(other.events.ordinals));
        self.events
            .aggregate_types
            .extend(other.events.aggregate_types);
        self.events.aggregate_ids.extend(other.events.aggregate_ids);
        self.events.sequences.extend(other.events.sequences);
        self.events.types.extend(other.events.types);
        self.events.versions.extend(other.events.versions);
        self.events.payloads.extend(other.events.payloads);
        self.events.metadata.extend(other.events.metadata);
        self.replies.ordinals.extend(shift(other.replies.ordinals));
        self.replies.keys.extend(other.replies.keys);
        self.replies.fingerprints.extend(other.replies.fingerprints);
        self.replies.answers.extend(other.replies.answers);
        self.replies
            .aggregate_types
            .extend(other.replies.aggregate_types);
        self.replies
            .aggregate_ids
            .extend(other.replies.aggregate_ids);
        self.replies.sequences.extend(other.replies.sequences);
        self.claims.ordinals.extend(shift(other.claims.ordinals));
        self.claims.kinds.extend(other.claims.kinds);
        self.claims.resources.extend(other.claims.resources);
        self.claims.starts.extend(other.claims.starts);
        self.claims.ends.extend(other.claims.ends);
        self.claims.holders.extend(other.claims.holders);
        self.claims.held_until.extend(other.claims.held_until);
        self.settled.ordinals.extend(shift(other.settled.ordinals));
        self.settled.holders.extend(other.settled.holders);
        self.released
            .ordinals
            .extend(shift(other.released.ordinals));
        self.released.holders.extend(other.released.holders);
        self.names.ordinals.extend(shift(other.names.ordinals));
        self.names.spaces.extend(other.names.spaces);
        self.names.keys.extend(other.names.keys);
        self.names.holders.extend(other.names.holders);
        self.names.subjects.extend(other.names.subjects);
        self.freed.ordinals.extend(shift(other.freed.ordinals));
        self.freed.spaces.extend(other.freed.spaces);
        self.freed.holders.extend(other.freed.holders);
        self.basis.ordinals.extend(shift(other.basis.ordinals));
        self.basis
            .aggregate_types
            .extend(other.basis.aggregate_types);
        self.basis.aggregate_ids.extend(other.basis.aggregate_ids);
        self.basis.versions.extend(other.basis.versions);
        self.commands += other.commands;
    }

    /// Whether it is one command's: then round one's refusal is its verdict.
    pub(super) fn is_single(&self) -> bool {
        self.commands == 1
    }

    /// Round one: everything or nothing. Returns each command's position.
    pub(super) async fn append_all(&self, pool: &PgPool) -> Result<Vec<Cursor>, sqlx::Error> {
        let row = sqlx::query_file!(
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
            &self.settled.holders,
            &self.released.holders,
            &self.names.spaces,
            &self.names.keys,
            &self.names.holders,
            &self.freed.spaces,
            &self.freed.holders,
            &self.basis.aggregate_types,
            &self.basis.aggregate_ids,
            &self.basis.versions,
            &self.names.subjects as _,
        )
        .fetch_one(pool)
        .await?;
        let last = self.last_event_of_each();
        last.into_iter()
            .map(|index| {
                let position = row.positions.get(index).ok_or(sqlx::Error::RowNotFound)?;
                cursor(row.epoch, &row.transaction_id, *position)
            })
            .collect()
    }

    /// Round two: each command on its own. Returns each command's position or its refusal.
    pub(super) async fn append_each(
        &self,
        pool: &PgPool,
    ) -> Result<Vec<Result<Cursor, Failure>>, sqlx::Error> {
        let rows = sqlx::query_file!(
            "src/append/append_each.sql",
            self.commands,
            &self.events.ordinals,
            &self.events.aggregate_types,
            &self.events.aggregate_ids,
            &self.events.sequences,
            &self.events.types,
            &self.events.versions,
            &self.events.payloads,
            &self.events.metadata,
            &self.replies.ordinals,
            &self.replies.keys,
            &self.replies.fingerprints,
            &self.replies.answers,
            &self.replies.aggregate_types,
            &self.replies.aggregate_ids,
            &self.replies.sequences,
            &self.claims.ordinals,
            &self.claims.kinds,
            &self.claims.resources,
            &self.claims.starts,
            &self.claims.ends,
            &self.claims.holders,
            &self.claims.held_until as &[Option<DateTime<Utc>>],
            &self.settled.ordinals,
            &self.settled.holders,
            &self.released.ordinals,
            &self.released.holders,
            &self.names.ordinals,
            &self.names.spaces,
            &self.names.keys,
            &self.names.holders,
            &self.freed.ordinals,
            &self.freed.spaces,
            &self.freed.holders,
            &self.basis.ordinals,
            &self.basis.aggregate_types,
            &self.basis.aggregate_ids,
            &self.basis.versions,
            &self.names.subjects as _,
        )
        .fetch_all(pool)
        .await?;
        rows.into_iter()
            .map(|row| match (row.refused_by, row.last_position) {
                (Some(constraint), _) => Ok(Err(Failure::Violation(constraint))),
                (None, Some(position)) => cursor(row.epoch, &row.transaction_id, position).map(Ok),
                (None, None) => Err(sqlx::Error::RowNotFound),
            })
            .collect()
    }

    /// For each command, the index of its last event.
    fn last_event_of_each(&self) -> Vec<usize> {
        let mut last = Vec::new();
        let ordinals = &self.events.ordinals;
        for (index, ordinal) in ordinals.iter().enumerate() {
            if ordinals.get(index + 1) != Some(ordinal) {
                last.push(index);
            }
        }
        last
    }
}

impl Claims {
    fn push(&mut self, holder: &str, claim: &Claim) {
        self.ordinals.push(1);
        self.kinds.push(claim.kind.to_owned());
        self.resources.push(claim.resource);
        self.starts.push(claim.from);
        self.ends.push(claim.to);
        self.holders.push(holder.to_owned());
        self.held_until.push(claim.held_until);
    }

    /// Settles claims that this very command takes. Tells whether there were any.
    fn settle(&mut self, holder: &str) -> bool {
        let own = self
            .holders
            .iter()
            .zip(&mut self.held_until)
            .filter(|(held, _)| *held == holder);
        own.map(|(_, until)| *until = None).count() > 0
    }

    /// Gives up claims that this very command takes. Tells whether there were any.
    fn release(&mut self, holder: &str) -> bool {
        let before = self.holders.len();
        let kept: Vec<usize> = (0..before)
            .filter(|index| self.holders[*index] != holder)
            .collect();
        *self = Self {
            ordinals: kept.iter().map(|index| self.ordinals[*index]).collect(),
            kinds: kept
                .iter()
                .map(|index| self.kinds[*index].clone())
                .collect(),
            resources: kept.iter().map(|index| self.resources[*index]).collect(),
            starts: kept.iter().map(|index| self.starts[*index]).collect(),
            ends: kept.iter().map(|index| self.ends[*index]).collect(),
            holders: kept
                .iter()
                .map(|index| self.holders[*index].clone())
                .collect(),
            held_until: kept.iter().map(|index| self.held_until[*index]).collect(),
        };
        kept.len() < before
    }
}

impl Holders {
    fn push(&mut self, holder: &str) {
        self.ordinals.push(1);
        self.holders.push(holder.to_owned());
    }
}

fn cursor(epoch: i16, transaction: &str, position: i64) -> Result<Cursor, sqlx::Error> {
    Cursor::from_parts(epoch, transaction, position)
        .map_err(|error| sqlx::Error::Decode(error.into()))
}
