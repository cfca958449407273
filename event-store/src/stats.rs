//! Statistics of the write side, for operators, since the process began.

use std::sync::atomic::Ordering;

use crate::EventStore;

/// Counts of the appends of this process, and the present size of its cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Batches that were sent.
    pub batches: u64,
    /// Commands in those batches, refused ones among them.
    pub commands: u64,
    /// Batches that a constraint refused, and that were sent again with each command in a subtransaction.
    pub second_rounds: u64,
    /// Batches that were retried after a deadlock with another process or a lock timeout.
    pub retries: u64,
    /// Restarts of tasks of the store and its daemons after a panic.
    pub task_restarts: u64,
    /// Commands that wait for a writer.
    pub waiting: usize,
    /// Aggregates in the cache.
    pub cached: usize,
    /// Their size in bytes.
    pub cached_bytes: u64,
    /// Loads that were served from the cache.
    pub cache_hits: u64,
    /// Loads that were not.
    pub cache_misses: u64,
}

impl EventStore {
    /// Statistics of the write side. Runs no query.
    #[must_use]
    pub fn stats(&self) -> StoreStats {
        let counts = self.committer().counts();
        let cache = self.committer().cache();
        let (cache_hits, cache_misses) = cache.hits_and_misses();
        StoreStats {
            batches: counts.batches.load(Ordering::Relaxed),
            commands: counts.commands.load(Ordering::Relaxed),
            second_rounds: counts.second_rounds.load(Ordering::Relaxed),
            retries: counts.retries.load(Ordering::Relaxed),
            task_restarts: self.tasks().restarts().iter().map(|(_, count)| count).sum(),
            waiting: self.backlog(),
            cached: self.cached(),
            cached_bytes: cache.bytes(),
            cache_hits,
            cache_misses,
        }
    }
}
