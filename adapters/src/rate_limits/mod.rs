//! Requests counted in the memory of a node.
//!
//! Each node counts for itself, and a restart forgets. The number of callers that are remembered is bounded: of a flood
//! from many addresses the ones that call once are forgotten first, and a caller that is forgotten starts anew.

mod counts;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use commands::Fault;
use commands::ports::{Clock, Quota, RateDecision, RateKey, RateLimiter};
use quick_cache::sync::{Cache, EntryAction, EntryResult};

use counts::Counts;

/// Callers that are remembered, each in each class. About 25 MB.
const MOST_CALLERS: usize = 100_000;

/// Counts requests in memory.
pub struct LocalRateLimiter {
    callers: Cache<RateKey, Counts>,
    clock: Arc<dyn Clock>,
}

impl LocalRateLimiter {
    /// Counts by the monotonic time of `clock`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::with_capacity(clock, MOST_CALLERS)
    }

    fn with_capacity(clock: Arc<dyn Clock>, callers: usize) -> Self {
        Self {
            callers: Cache::new(callers),
            clock,
        }
    }

    fn count(&self, key: RateKey, quota: Quota) -> RateDecision {
        // The time is read while the counts are locked, so it does not go back from one request to the next.
        let take = |counts: &mut Counts| counts.take(quota, self.clock.monotonic());
        let entry = self
            .callers
            .entry(&key, None, |_, counts| EntryAction::Retain(take(counts)));
        if let EntryResult::Retained(decision) = entry {
            return decision;
        }
        let mut counts = Counts::default();
        let decision = take(&mut counts);
        if let EntryResult::Vacant(place) = entry {
            // Fails if the cache was emptied meanwhile; then the caller is forgotten.
            let _ = place.insert(counts);
        }
        decision
    }
}

#[async_trait]
impl RateLimiter for LocalRateLimiter {
    async fn take(&self, key: RateKey, quota: Quota) -> Result<RateDecision, Fault> {
        Ok(self.count(key, quota))
    }
}
