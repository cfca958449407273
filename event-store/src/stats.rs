//! How the write side fares: what an operator watches, in numbers since the process began.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::EventStore;

/// What the appends of this process came to, and its cache as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStats {
    /// Statements that went to the database, each for a batch of commands.
    pub batches: u64,
    /// Commands in those batches, refused ones among them.
    pub commands: u64,
    /// Batches that a constraint refused, and that went in again with each command on its own.
    pub second_rounds: u64,
    /// Batches that gave way to another process, by a deadlock or a long wait, and were tried again.
    pub retries: u64,
    /// Tasks of the store and its daemons that were started again after a panic.
    pub task_restarts: u64,
    /// Commands that wait to be written.
    pub waiting: usize,
    /// Aggregates in the cache.
    pub cached: usize,
    /// What they weigh, in bytes.
    pub cached_bytes: u64,
    /// Loads that found their aggregate in the cache.
    pub cache_hits: u64,
    /// Loads that did not.
    pub cache_misses: u64,
}

/// Counts what the writers do.
#[derive(Debug, Default)]
pub(crate) struct AppendCounts {
    batches: AtomicU64,
    commands: AtomicU64,
    second_rounds: AtomicU64,
    retries: AtomicU64,
}

impl AppendCounts {
    pub(crate) fn batch(&self, commands: usize) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(commands as u64, Ordering::Relaxed);
    }

    pub(crate) fn second_round(&self) {
        self.second_rounds.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }
}

impl EventStore {
    /// How the write side fares. Costs no query.
    #[must_use]
    pub fn figures(&self) -> StoreStats {
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
