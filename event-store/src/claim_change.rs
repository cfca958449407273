//! Claims and reservations that an event changes, in the statement that appends it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::EventData;

/// A time range of one resource, held by one aggregate. Two claims of one kind and resource never
/// overlap: a constraint of the database enforces that across all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The kind, which selects the constraint, e.g. `doctor`.
    pub kind: &'static str,
    /// The resource, e.g. the doctor.
    pub resource: Uuid,
    /// Start of the range, inclusive.
    pub from: DateTime<Utc>,
    /// End of the range, exclusive.
    pub to: DateTime<Utc>,
    /// End of an unpaid hold; `None` for a claim that stays.
    pub held_until: Option<DateTime<Utc>>,
}

/// A change of a claim or a reservation by an event. The holder is the aggregate of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimChange {
    /// Takes a time range.
    Take(Claim),
    /// Moves the holder's claim of that kind to another time range atomically. Without such a claim the
    /// append is a conflict.
    Move(Claim),
    /// Turns the holder's holds into claims that stay.
    Settle,
    /// Releases all claims of the holder.
    Release,
    /// Reserves a name.
    Reserve {
        /// The namespace in which it is unique, e.g. `account.login`.
        space: &'static str,
        /// The name, or a keyed hash of it where it is personal.
        key: Vec<u8>,
    },
    /// Frees the holder's names in a namespace.
    Free {
        /// The namespace.
        space: &'static str,
    },
}

type ChangesFn = dyn Fn(&EventData) -> Vec<ClaimChange> + Send + Sync;

/// Computes the claim changes of each event. A pure function, registered once.
#[derive(Clone)]
pub struct ClaimRules(Arc<ChangesFn>);

impl ClaimRules {
    /// Registers the function.
    pub fn new(changes: impl Fn(&EventData) -> Vec<ClaimChange> + Send + Sync + 'static) -> Self {
        Self(Arc::new(changes))
    }

    /// Rules for logs without claims and reservations.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| Vec::new())
    }

    pub(crate) fn changes(&self, event: &EventData) -> Vec<ClaimChange> {
        (self.0)(event)
    }
}

impl std::fmt::Debug for ClaimRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimRules(…)")
    }
}
