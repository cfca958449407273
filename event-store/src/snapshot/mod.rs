//! Snapshots: the state of a long stream, kept so that a load reads only what came after.
//!
//! Taken off the command path and never trusted further than a cache: one whose schema is not ours,
//! that can't be opened or can't be read is passed over, and all events are read instead. A state that
//! tells of a person is sealed under that person's key, and gone with it.

mod store;
mod taker;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use serde_json::Value;
use uuid::Uuid;

use crate::stage::State;

pub(crate) use store::Snapshot;
pub(crate) use taker::Taker;

/// Which kinds of aggregates are kept as snapshots, and how often.
#[derive(Clone, Default)]
pub struct Snapshots {
    kinds: BTreeMap<&'static str, Kind>,
}

#[derive(Clone)]
pub(crate) struct Kind {
    every: i64,
    pub(crate) schema_version: i32,
    read: Arc<ReadState>,
}

/// The JSON form of a state, and of whom it tells. `None` if it is of another type or has no such form.
type ReadState = dyn Fn(&(dyn Any + Send + Sync)) -> Option<(Value, Option<Uuid>)> + Send + Sync;

impl Snapshots {
    /// No snapshots.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Keeps a state of each `A` about every so many events.
    ///
    /// `schema_version` is counted up whenever the JSON form of `A` changes: snapshots of other
    /// versions are passed over. `subject` says of whom a state tells, if it holds anything personal.
    #[must_use]
    pub fn of<A>(
        mut self,
        every: u32,
        schema_version: i32,
        subject: impl Fn(&A) -> Option<Uuid> + Send + Sync + 'static,
    ) -> Self
    where
        A: Aggregate + 'static,
    {
        let read = move |state: &(dyn Any + Send + Sync)| {
            let aggregate = state.downcast_ref::<A>()?;
            let json = serde_json::to_value(aggregate).ok()?;
            Some((json, subject(aggregate)))
        };
        let kind = Kind {
            every: i64::from(every.max(1)),
            schema_version,
            read: Arc::new(read),
        };
        self.kinds.insert(A::TYPE, kind);
        self
    }

    pub(crate) fn kind(&self, aggregate_type: &str) -> Option<&Kind> {
        self.kinds.get(aggregate_type)
    }
}

impl std::fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.kinds.keys()).finish()
    }
}

impl Kind {
    /// Whether a snapshot is due when a stream has come from one version to another.
    pub(crate) fn is_due(&self, from: i64, to: i64) -> bool {
        from / self.every < to / self.every
    }

    /// The snapshot of a state, not yet sealed.
    pub(crate) fn snapshot(&self, state: &State) -> Option<(Value, Option<Uuid>)> {
        (self.read)(&*state.aggregate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every(every: i64) -> Kind {
        Kind {
            every,
            schema_version: 1,
            read: Arc::new(|_| None),
        }
    }

    #[test]
    fn a_snapshot_is_due_when_a_multiple_is_reached_or_passed() {
        let kind = every(100);
        assert!(!kind.is_due(0, 99));
        assert!(kind.is_due(99, 100));
        assert!(kind.is_due(98, 105));
        assert!(!kind.is_due(100, 199));
        assert!(kind.is_due(0, 1_000));
    }
}
