//! What one command writes, row by row.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

use super::import::History;
use super::{Append, StreamAppend, StreamVersion};
use crate::claim_change::{Claim, ClaimChange};
use crate::error::AppendError;
use crate::{ClaimRules, EventData, Metadata};

/// The rows of one command.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) events: Vec<EventRow>,
    pub(super) reply: Option<ReplyRow>,
    pub(super) claims: Vec<ClaimRow>,
    pub(super) moved: Vec<ClaimRow>,
    pub(super) settled: Vec<String>,
    pub(super) released: Vec<String>,
    pub(super) names: Vec<NameRow>,
    pub(super) freed: Vec<(&'static str, String)>,
    pub(super) basis: Vec<StreamVersion>,
    /// Streams that it moves on and that others may rest on.
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

#[derive(Debug)]
pub(super) struct NameRow {
    pub(super) space: &'static str,
    pub(super) key: Vec<u8>,
    pub(super) holder: String,
    /// Whose name it is.
    pub(super) subject: Option<Uuid>,
}

/// The events of a stream with their numbers.
fn numbered(stream: &StreamAppend) -> impl Iterator<Item = (i64, &EventData)> {
    (stream.expected_version + 1..).zip(&stream.events)
}

fn raw(metadata: &Metadata) -> Result<Arc<RawValue>, AppendError> {
    let metadata = to_raw_value(metadata).map_err(AppendError::Unserialisable)?;
    Ok(metadata.into())
}

/// Of whom an event tells, as a row keeps it.
fn subject(event: &EventData) -> Option<Uuid> {
    event.payload().get("subject")?.as_str()?.parse().ok()
}

/// Somebody who was erased keeps no names: the event says so by a `phi` that is stored as null.
fn allowed(event: &EventData, stored: &Value) -> impl Fn(&ClaimChange) -> bool {
    let null = |payload: &Value| payload.get("phi").is_some_and(Value::is_null);
    let erased = null(stored) && !null(event.payload());
    move |guard| !(erased && matches!(guard, ClaimChange::Reserve { .. }))
}

impl Rows {
    /// The rows of a command whose events are stored with the given payloads, with what they take and
    /// give back. `shared_dependencies` are the kinds of aggregates that decisions about others rest on.
    pub(super) fn of(
        append: &Append,
        payloads: &[Value],
        (claim_rules, shared_dependencies): (&ClaimRules, &[&'static str]),
    ) -> Result<Self, AppendError> {
        let mut payloads = payloads.iter();
        let mut rows = Self::asking(append.basis.clone());
        let metadata = raw(&append.metadata)?;
        for stream in &append.streams {
            // Nobody rests on what was not there.
            if stream.expected_version > 0 && shared_dependencies.contains(&stream.aggregate_type) {
                let moving = (stream.aggregate_type, stream.aggregate_id.clone());
                rows.moving.push(moving);
            }
            for (sequence, event) in numbered(stream) {
                let payload = payloads.next().unwrap_or(event.payload());
                rows.add((stream, sequence, event), payload, &metadata, claim_rules)?;
            }
        }
        rows.reply = rows.reply_of(append)?;
        Ok(rows)
    }

    /// The rows of a stream's whole past, likewise: what is left of all that it took and gave back.
    pub(super) fn of_history(
        history: &History,
        payloads: &[Value],
        claim_rules: &ClaimRules,
    ) -> Result<Self, AppendError> {
        let mut rows = Self::asking(Vec::new());
        let mut events = numbered(&history.stream).zip(payloads);
        for (count, metadata) in &history.commands {
            let metadata = raw(metadata)?;
            for ((sequence, event), payload) in events.by_ref().take(*count) {
                rows.add(
                    (&history.stream, sequence, event),
                    payload,
                    &metadata,
                    claim_rules,
                )?;
            }
        }
        Ok(rows)
    }

    /// One more event, with what it takes and gives back.
    fn add(
        &mut self,
        (stream, sequence, event): (&StreamAppend, i64, &EventData),
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
        for guard in claim_rules
            .of(event)
            .into_iter()
            .filter(allowed(event, payload))
        {
            let holder = (stream.aggregate_type, stream.aggregate_id.as_str());
            self.guard(holder, subject(event), guard);
        }
        Ok(())
    }

    /// A command without events, which only asks whether these streams are unmoved.
    pub(super) fn asking(basis: Vec<StreamVersion>) -> Self {
        Self {
            events: Vec::new(),
            reply: None,
            claims: Vec::new(),
            moved: Vec::new(),
            settled: Vec::new(),
            released: Vec::new(),
            names: Vec::new(),
            freed: Vec::new(),
            basis,
            moving: Vec::new(),
        }
    }

    /// Whether it takes or gives back anything.
    pub(super) fn is_guarded(&self) -> bool {
        !(self.claims.is_empty()
            && self.moved.is_empty()
            && self.settled.is_empty()
            && self.released.is_empty()
            && self.names.is_empty()
            && self.freed.is_empty())
    }

    fn guard(
        &mut self,
        (holder_type, holder): (&'static str, &str),
        subject: Option<Uuid>,
        guard: ClaimChange,
    ) {
        let row = |claim: &Claim| ClaimRow::of((holder_type, holder), claim);
        match guard {
            ClaimChange::Take(claim) => self.claims.push(row(&claim)),
            // An event that moves, settles or releases what the same command takes finds nothing in the table
            // yet: the statement sees the rows as they were before it.
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

    /// Moves a claim that this very command takes or moves. Tells whether there was one.
    fn move_own(&mut self, to: &ClaimRow) -> bool {
        let own = self
            .claims
            .iter_mut()
            .chain(&mut self.moved)
            .find(|claim| claim.is_of(to));
        own.map(|claim| *claim = to.clone()).is_some()
    }

    /// Settles claims that this very command takes. Tells whether there were any.
    fn settle_own(&mut self, holder: &str) -> bool {
        let own = self
            .claims
            .iter_mut()
            .chain(&mut self.moved)
            .filter(|claim| claim.holder == holder);
        own.map(|claim| claim.held_until = None).count() > 0
    }

    /// Gives up claims that this very command takes. Tells whether there were any.
    fn release_own(&mut self, holder: &str) -> bool {
        self.moved.retain(|claim| claim.holder != holder);
        let before = self.claims.len();
        self.claims.retain(|claim| claim.holder != holder);
        self.claims.len() < before
    }

    /// Gives up a name that this very command takes. Tells whether there was one.
    fn free_own(&mut self, space: &str, holder: &str) -> bool {
        let before = self.names.len();
        self.names
            .retain(|name| (name.space, name.holder.as_str()) != (space, holder));
        self.names.len() < before
    }

    fn reply_of(&self, append: &Append) -> Result<Option<ReplyRow>, AppendError> {
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
    fn of((holder_type, holder): (&'static str, &str), claim: &Claim) -> Self {
        Self {
            kind: claim.kind,
            holder_type,
            resource: claim.resource,
            from: claim.from,
            to: claim.to,
            holder: holder.to_owned(),
            held_until: claim.held_until,
        }
    }

    /// Whether both are the same holder's claim of the same kind.
    fn is_of(&self, other: &Self) -> bool {
        (&self.holder, self.kind) == (&other.holder, other.kind)
    }
}
