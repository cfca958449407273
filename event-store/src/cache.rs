//! Aggregates as this process last saw them.
//!
//! Bounded by entries and by what they weigh. Never trusted: an append on a cached state meets the
//! same constraints as any other, a stream that moved on is a conflict, a refusal decided on one is
//! confirmed by the log, and a failed append drops what it rested on.

use std::sync::Arc;

use cqrs_es::Aggregate;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::stage::{State, StreamKey};

/// Entries, at most.
const ENTRIES: u64 = 100_000;
/// Bytes of serialised state, at most.
const BYTES: u64 = 64 * 1024 * 1024;
/// What an entry weighs besides its state.
const OVERHEAD: u64 = 128;

#[derive(Clone)]
struct Entry {
    version: i64,
    state: State,
}

/// Weighs entries so that both bounds hold: no entry weighs less than its share.
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

    /// The aggregate and its version, if it is here.
    pub(crate) fn get<A>(&self, key: &StreamKey) -> Option<(i64, A)>
    where
        A: Aggregate + Clone + 'static,
    {
        let entry = self.0.get(key)?;
        Some((entry.version, entry.state.get()?))
    }

    /// Keeps a state, unless a newer one is here.
    pub(crate) fn put(&self, key: StreamKey, version: i64, state: State) {
        if self
            .0
            .peek(&key)
            .is_none_or(|entry| entry.version < version)
        {
            self.0.insert(key, Entry { version, state });
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    /// Forgets an aggregate.
    pub(crate) fn drop(&self, key: &StreamKey) {
        self.0.remove(key);
    }

    /// Loads that found something here, and those that did not.
    pub(crate) fn hits_and_misses(&self) -> (u64, u64) {
        (self.0.hits(), self.0.misses())
    }

    /// What everything here weighs.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.weight()
    }

    /// How many aggregates are kept.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl State {
    /// An aggregate's state, weighed. `None` if it has no JSON form: without a size there is no
    /// bound, and without a bound nothing is kept.
    pub(crate) fn of<A>(aggregate: &A) -> Option<Self>
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

/// Counts what is written to it.
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
