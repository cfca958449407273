//! Aggregates as this process last saw them.
//!
//! Bounded by what the entries weigh. Never trusted: an append on a cached state meets the same
//! constraints as any other, a stream that moved on is a conflict, and a failed append drops what it
//! rested on.

use std::any::Any;
use std::sync::Arc;

use cqrs_es::Aggregate;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

/// Entries that are expected; the cache's own tables are sized by it.
const ENTRIES: usize = 20_000;
/// Bytes of serialised state, at most.
const BYTES: u64 = 64 * 1024 * 1024;
/// What an entry weighs besides its state.
const OVERHEAD: u64 = 256;

type Key = (&'static str, String);

#[derive(Clone)]
struct Entry {
    version: i64,
    aggregate: Arc<dyn Any + Send + Sync>,
    bytes: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Key, Entry> for Bytes {
    fn weight(&self, _: &Key, entry: &Entry) -> u64 {
        entry.bytes
    }
}

/// The cache of one process.
pub(crate) struct AggregateCache(Cache<Key, Entry, Bytes>);

impl AggregateCache {
    pub(crate) fn new() -> Self {
        Self(Cache::with_weighter(ENTRIES, BYTES, Bytes))
    }

    /// The aggregate and its version, if it is here.
    pub(crate) fn get<A>(&self, id: &str) -> Option<(i64, A)>
    where
        A: Aggregate + Clone + 'static,
    {
        let entry = self.0.get(&(A::TYPE, id.to_owned()))?;
        let aggregate = entry.aggregate.downcast_ref::<A>()?.clone();
        Some((entry.version, aggregate))
    }

    /// Keeps a state that was loaded.
    pub(crate) fn put<A>(&self, id: &str, version: i64, aggregate: &A)
    where
        A: Aggregate + Clone + 'static,
    {
        // Without a size there is no bound, and without a bound nothing is kept.
        let Ok(state) = serde_json::to_vec(aggregate) else {
            return;
        };
        let bytes = OVERHEAD + state.len() as u64;
        let aggregate = Arc::new(aggregate.clone());
        self.0.insert(
            (A::TYPE, id.to_owned()),
            Entry {
                version,
                aggregate,
                bytes,
            },
        );
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.clear();
    }

    /// Forgets an aggregate.
    pub(crate) fn drop(&self, aggregate_type: &'static str, id: &str) {
        self.0.remove(&(aggregate_type, id.to_owned()));
    }
}
