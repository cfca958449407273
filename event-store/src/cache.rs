//! A cache of aggregates.
//!
//! Bounded by the number and the size of its entries. Correctness does not depend on it: an append on a
//! cached state meets the same constraints as any other, a refusal is confirmed by the log, and a failed
//! append removes the states that it depended on.

use std::sync::Arc;

use cqrs_es::Aggregate;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::commit_queue::{State, StreamKey};

/// Maximum number of entries.
const ENTRIES: u64 = 100_000;
/// Maximum size of all serialised states, in bytes.
const BYTES: u64 = 64 * 1024 * 1024;
/// Size of an entry without its state, in bytes.
const OVERHEAD: u64 = 128;

#[derive(Clone)]
struct Entry {
    version: i64,
    state: State,
}

/// The weight of entries: at least the average of both bounds, so that both hold.
#[derive(Clone)]
struct Weight;

impl Weighter<StreamKey, Entry> for Weight {
    fn weight(&self, _: &StreamKey, entry: &Entry) -> u64 {
        (OVERHEAD + entry.state.bytes).max(BYTES / ENTRIES)
    }
}

/// The cache of one process.
pub(crate) struct AggregateCache(Cache<StreamKey, Entry, Weight>);

impl AggregateCache {
    pub(crate) fn new() -> Self {
        let entries = usize::try_from(ENTRIES).unwrap_or(usize::MAX);
        Self(Cache::with_weighter(entries, BYTES, Weight))
    }

    /// The aggregate and its version, if it is cached.
    pub(crate) fn get<A>(&self, key: &StreamKey) -> Option<(i64, A)>
    where
        A: Aggregate + Clone + 'static,
    {
        let entry = self.0.get(key)?;
        Some((entry.version, entry.state.get()?))
    }

    /// Caches a state, unless a newer one is cached.
    pub(crate) fn put(&self, key: StreamKey, version: i64, state: State) {
        if self
            .0
            .peek(&key)
            .is_none_or(|entry| entry.version < version)
        {
            self.0.insert(key, Entry { version, state });
        }
    }

    /// Removes all aggregates.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    /// Removes an aggregate.
    pub(crate) fn remove(&self, key: &StreamKey) {
        self.0.remove(key);
    }

    /// Loads that were served from the cache, and loads that were not.
    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        (self.0.hits(), self.0.misses())
    }

    /// The size of all entries.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.weight()
    }

    /// Number of aggregates.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl State {
    /// The state of an aggregate and its size. `None` if it has no JSON form, and so no size.
    pub(crate) fn from_aggregate<A>(aggregate: &A) -> Option<Self>
    where
        A: Aggregate + Clone + 'static,
    {
        let mut bytes = Counter(0);
        serde_json::to_writer(&mut bytes, aggregate).ok()?;
        Some(Self {
            aggregate: Arc::new(aggregate.clone()),
            bytes: bytes.0,
        })
    }

    /// The aggregate, if it is an `A`.
    pub(crate) fn get<A: Clone + 'static>(&self) -> Option<A> {
        self.aggregate.downcast_ref::<A>().cloned()
    }
}

/// Counts the bytes that are written to it.
struct Counter(u64);

impl std::io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
