//! The table rows of one command.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::request::{Append, StreamAppend, StreamVersion};
use crate::claim_change::{Claim, ClaimChange};
use crate::error::AppendError;
use crate::{ClaimRules, EventData, Metadata};

/// The rows of one command.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) events: Vec<EventRow>,
    pub(super) reply: Option<ReplyRow>,
    pub(super) claims: Vec<ClaimRow>,
    pub(super) moved: Vec<ClaimRow>,
    pub(super) settled: Vec<String>,
    pub(super) released: Vec<String>,
    pub(super) names: Vec<NameRow>,
    pub(super) freed: Vec<(&'static str, String)>,
    pub(super) depends_on: Vec<StreamVersion>,
    /// Streams that it appends to and that other decisions may depend on.
    pub(super) moving: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub(super) struct EventRow {
    pub(super) aggregate_type: &'static str,
    pub(super) aggregate_id: String,
    pub(super) sequence: i64,
    pub(super) event_type: String,
    pub(super) event_version: String,
    pub(super) payload: Box<RawValue>,
    /// The same for all events of one command.
    pub(super) metadata: Arc<RawValue>,
}

#[derive(Debug)]
pub(super) struct ReplyRow {
    pub(super) key: [u8; 32],
    pub(super) fingerprint: [u8; 32],
    pub(super) answer: Box<RawValue>,
    pub(super) aggregate_type: &'static str,
    pub(super) aggregate_id: String,
    pub(super) sequence: i64,
}

#[derive(Debug, Clone)]
pub(super) struct ClaimRow {
    pub(super) kind: &'static str,
    pub(super) resource: Uuid,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) holder_type: &'static str,
    pub(super) holder: String,
    pub(super) held_until: Option<DateTime<Utc>>,
}

/// The aggregate that holds the claims and names of an event.
#[derive(Debug, Clone, Copy)]
struct Holder<'a> {
    aggregate_type: &'static str,
    aggregate_id: &'a str,
}

#[derive(Debug)]
pub(super) struct NameRow {
    pub(super) space: &'static str,
    pub(super) key: Vec<u8>,
    pub(super) holder: String,
    /// The person that it identifies.
    pub(super) subject: Option<Uuid>,
}

/// The events of a stream with their sequence numbers.
fn numbered(stream: &StreamAppend) -> impl Iterator<Item = (i64, &EventData)> {
    (stream.expected_version + 1..).zip(&stream.events)
}

fn raw(metadata: &Metadata) -> Result<Arc<RawValue>, AppendError> {
    let metadata = to_raw_value(metadata).map_err(AppendError::Unserialisable)?;
    Ok(metadata.into())
}

/// The subject of an event.
fn subject(event: &EventData) -> Option<Uuid> {
    event.payload().get("subject")?.as_str()?.parse().ok()
}

/// Rejects reservations for an erased person, whose `phi` is stored as null.
fn is_allowed(event: &EventData, stored: &Value) -> impl Fn(&ClaimChange) -> bool {
    let null = |payload: &Value| payload.get("phi").is_some_and(Value::is_null);
    let erased = null(stored) && !null(event.payload());
    move |change| !(erased && matches!(change, ClaimChange::Reserve { .. }))
}

impl Rows {
    /// The rows of a command whose events are stored with the given payloads. `shared_dependencies` are the
    /// kinds of aggregates that decisions about others depend on.
    pub(super) fn from_append(
        append: &Append,
        payloads: &[Value],
        claim_rules: &ClaimRules,
        shared_dependencies: &[&'static str],
    ) -> Result<Self, AppendError> {
        let mut payloads = payloads.iter();
        let mut rows = Self::from_dependencies(append.depends_on.clone());
        let metadata = raw(&append.metadata)?;
        for stream in &append.streams {
            // Also by its first event: a decision may depend on that a stream is empty.
            if shared_dependencies.contains(&stream.aggregate_type) {
                let moving = (stream.aggregate_type, stream.aggregate_id.clone());
                rows.moving.push(moving);
            }
            for (sequence, event) in numbered(stream) {
                let payload = payloads.next().unwrap_or(event.payload());
                rows.add(stream, sequence, event, payload, &metadata, claim_rules)?;
            }
        }
        rows.reply = rows.reply_row(append)?;
        Ok(rows)
    }

    /// The rows of a new stream, each of whose commands led to so many events. Of its claims and reservations
    /// those are left that no later event of it has released.
    pub(super) fn from_history(
        stream: &StreamAppend,
        commands: &[(usize, Metadata)],
        payloads: &[Value],
        claim_rules: &ClaimRules,
    ) -> Result<Self, AppendError> {
        let mut rows = Self::from_dependencies(Vec::new());
        let mut events = numbered(stream).zip(payloads);
        for (count, metadata) in commands {
            let metadata = raw(metadata)?;
            for ((sequence, event), payload) in events.by_ref().take(*count) {
                rows.add(stream, sequence, event, payload, &metadata, claim_rules)?;
            }
        }
        Ok(rows)
    }

    /// Adds an event and its claim changes.
    fn add(
        &mut self,
        stream: &StreamAppend,
        sequence: i64,
        event: &EventData,
        payload: &Value,
        metadata: &Arc<RawValue>,
        claim_rules: &ClaimRules,
    ) -> Result<(), AppendError> {
        self.events.push(EventRow {
            aggregate_type: stream.aggregate_type,
            aggregate_id: stream.aggregate_id.clone(),
            sequence,
            event_type: event.event_type().to_owned(),
            event_version: event.event_version().to_owned(),
            payload: to_raw_value(payload).map_err(AppendError::Unserialisable)?,
            metadata: metadata.clone(),
        });
        let holder = Holder {
            aggregate_type: stream.aggregate_type,
            aggregate_id: &stream.aggregate_id,
        };
        let changes = claim_rules.changes(event).into_iter();
        for change in changes.filter(is_allowed(event, payload)) {
            self.add_claim_change(holder, subject(event), change);
        }
        Ok(())
    }

    /// A command without events that only checks the versions of these streams.
    pub(super) fn from_dependencies(depends_on: Vec<StreamVersion>) -> Self {
        Self {
            depends_on,
            ..Self::default()
        }
    }

    /// Returns whether it changes claims or reservations.
    pub(super) fn changes_claims(&self) -> bool {
        !(self.claims.is_empty()
            && self.moved.is_empty()
            && self.settled.is_empty()
            && self.released.is_empty()
            && self.names.is_empty()
            && self.freed.is_empty())
    }

    fn add_claim_change(&mut self, holder: Holder<'_>, subject: Option<Uuid>, change: ClaimChange) {
        let row = |claim: &Claim| ClaimRow::new(holder, claim);
        let holder = holder.aggregate_id;
        match change {
            ClaimChange::Take(claim) => self.claims.push(row(&claim)),
            // A statement does not see the rows that it inserts: claims that the same command takes are moved,
            // settled and released here.
            ClaimChange::Move(claim) => {
                let row = row(&claim);
                if !self.move_own(&row) {
                    self.moved.push(row);
                }
            }
            ClaimChange::Settle if self.settle_own(holder) => {}
            ClaimChange::Settle => self.settled.push(holder.to_owned()),
            ClaimChange::Release if self.release_own(holder) => {}
            ClaimChange::Release => self.released.push(holder.to_owned()),
            ClaimChange::Reserve { space, key } => self.names.push(NameRow {
                space,
                key,
                holder: holder.to_owned(),
                subject,
            }),
            ClaimChange::Free { space } if self.free_own(space, holder) => {}
            ClaimChange::Free { space } => self.freed.push((space, holder.to_owned())),
        }
    }

    /// Moves a claim that this command itself takes or moves. Returns whether there was one.
    fn move_own(&mut self, to: &ClaimRow) -> bool {
        let own = self
            .claims
            .iter_mut()
            .chain(&mut self.moved)
            .find(|claim| claim.is_same_claim(to));
        own.map(|claim| *claim = to.clone()).is_some()
    }

    /// Settles claims that this command itself takes. Returns whether there were any.
    fn settle_own(&mut self, holder: &str) -> bool {
        let own = self
            .claims
            .iter_mut()
            .chain(&mut self.moved)
            .filter(|claim| claim.holder == holder);
        own.map(|claim| claim.held_until = None).count() > 0
    }

    /// Releases claims that this command itself takes. Returns whether there were any.
    fn release_own(&mut self, holder: &str) -> bool {
        self.moved.retain(|claim| claim.holder != holder);
        let before = self.claims.len();
        self.claims.retain(|claim| claim.holder != holder);
        self.claims.len() < before
    }

    /// Frees a name that this command itself takes. Returns whether there was one.
    fn free_own(&mut self, space: &str, holder: &str) -> bool {
        let before = self.names.len();
        self.names
            .retain(|name| (name.space, name.holder.as_str()) != (space, holder));
        self.names.len() < before
    }

    fn reply_row(&self, append: &Append) -> Result<Option<ReplyRow>, AppendError> {
        let (Some(idempotency), Some(last)) = (&append.idempotency, self.events.last()) else {
            return Ok(None);
        };
        Ok(Some(ReplyRow {
            key: idempotency.key,
            fingerprint: idempotency.fingerprint,
            answer: to_raw_value(&idempotency.reply).map_err(AppendError::Unserialisable)?,
            aggregate_type: last.aggregate_type,
            aggregate_id: last.aggregate_id.clone(),
            sequence: last.sequence,
        }))
    }
}

impl ClaimRow {
    fn new(holder: Holder<'_>, claim: &Claim) -> Self {
        Self {
            kind: claim.kind,
            holder_type: holder.aggregate_type,
            resource: claim.resource,
            from: claim.from,
            to: claim.to,
            holder: holder.aggregate_id.to_owned(),
            held_until: claim.held_until,
        }
    }

    /// Returns whether both are claims of one holder and one kind.
    fn is_same_claim(&self, other: &Self) -> bool {
        (&self.holder, self.kind) == (&other.holder, other.kind)
    }
}
