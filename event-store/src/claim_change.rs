//! What an event takes, keeps or gives back in the same statement that appends it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::EventData;

/// A stretch of time of one resource, held by one aggregate. Two claims of one kind and resource
/// never overlap: a constraint of the database sees to it, across all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which constraint it falls under, e.g. `doctor`.
    pub kind: &'static str,
    /// Whose time it is.
    pub resource: Uuid,
    /// From this moment on,
    pub from: DateTime<Utc>,
    /// until just before this one.
    pub to: DateTime<Utc>,
    /// When an unpaid hold ends; `None` for a claim that stays.
    pub held_until: Option<DateTime<Utc>>,
}

/// One effect of an event on what is unique. The aggregate that appends it is the holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimChange {
    /// Takes a stretch of time.
    Take(Claim),
    /// Moves the holder's claim of that kind to another stretch of time, in one step: it never has both,
    /// and never neither. Without such a claim the append is a conflict.
    Move(Claim),
    /// The holder's claims are no longer a hold: they stay.
    Settle,
    /// Gives all the holder's claims back.
    Release,
    /// Takes a name.
    Reserve {
        /// Which names it must differ from, e.g. `account.login`.
        space: &'static str,
        /// The name, or a keyed hash of it where it is personal.
        key: Vec<u8>,
    },
    /// Gives the holder's names of that space back.
    Free {
        /// Which names.
        space: &'static str,
    },
}

type GuardFn = dyn Fn(&EventData) -> Vec<ClaimChange> + Send + Sync;

/// Tells for each event what it takes and gives back. A pure function, registered once.
#[derive(Clone)]
pub struct ClaimRules(Arc<GuardFn>);

impl ClaimRules {
    /// Registers the function.
    pub fn new(of: impl Fn(&EventData) -> Vec<ClaimChange> + Send + Sync + 'static) -> Self {
        Self(Arc::new(of))
    }

    /// For logs in which nothing is unique.
    #[must_use]
    pub fn none() -> Self {
        Self::new(|_| Vec::new())
    }

    pub(crate) fn of(&self, event: &EventData) -> Vec<ClaimChange> {
        (self.0)(event)
    }
}

impl std::fmt::Debug for ClaimRules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClaimRules(…)")
    }
}
