//! Snapshots: stored states of long streams, so that a load reads only the events after them.
//!
//! They are written in the background and are only a cache: a snapshot with another schema version, or one
//! that can't be read, is ignored, and all events are read instead. States hold no personal data, so
//! they are stored in the clear.

mod store;
mod writer;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use serde_json::Value;

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

/// Returns the JSON form of a state; `None` if it is of another type or has no such form.
type ReadState = dyn Fn(&(dyn Any + Send + Sync)) -> Option<Value> + Send + Sync;

impl Snapshots {
    /// No snapshots.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds snapshots of each `A`, about every so many events.
    ///
    /// `schema_version` must be increased whenever the JSON form of `A` changes: snapshots of other
    /// versions are ignored. The state of an `A` must hold no personal data.
    #[must_use]
    pub fn with<A>(mut self, every: u32, schema_version: i32) -> Self
    where
        A: Aggregate + 'static,
    {
        let read = move |state: &(dyn Any + Send + Sync)| {
            let aggregate = state.downcast_ref::<A>()?;
            serde_json::to_value(aggregate).ok()
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

    /// The JSON form of a state.
    pub(crate) fn json(&self, state: &State) -> Option<Value> {
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
