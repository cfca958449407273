//! Snapshots: stored states of long streams, so that a load reads only the events after them.
//!
//! They are written in the background and are only a cache: a snapshot with another schema version, or one
//! that can't be decrypted or read, is ignored, and all events are read instead. A state with personal data
//! is sealed under the key of its subject, and lost with it.

mod store;
mod writer;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use serde_json::Value;
use uuid::Uuid;

use crate::commit_queue::State;

pub(crate) use store::Snapshot;
pub(crate) use writer::SnapshotWriter;

/// The kinds of aggregates that have snapshots, and their intervals.
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

/// The JSON form of a state, and its subject. `None` if it is of another type or has no such form.
type ReadState = dyn Fn(&(dyn Any + Send + Sync)) -> Option<(Value, Option<Uuid>)> + Send + Sync;

impl Snapshots {
    /// No snapshots.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds snapshots of each `A`, about every so many events.
    ///
    /// `schema_version` must be increased whenever the JSON form of `A` changes: snapshots of other
    /// versions are ignored. `subject` is the person of a state with personal data.
    #[must_use]
    pub fn with<A>(
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
    /// Returns whether a snapshot is due after a stream has moved from one version to another.
    pub(crate) fn is_due(&self, from: i64, to: i64) -> bool {
        from / self.every < to / self.every
    }

    /// The JSON form of a state, not yet sealed, and its subject.
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
