//! An adaptive batch size: as large as possible within limits of duration.
//!
//! A larger batch writes a row once that several of its events change, and has the overhead of one transaction.
//! But all readers of the log wait for the oldest transaction that writes.

use std::time::Duration;

/// Minimum size: smaller batches have too much overhead.
const MIN: i64 = 100;
/// Maximum size, as a multiple of the first size.
const MAX_GROWTH: i64 = 10;

/// Limits of the duration of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// A shorter batch makes the next one larger.
    pub(crate) grow_below: Duration,
    /// A longer batch makes the next one smaller.
    pub(crate) shrink_above: Duration,
}

/// Limits of live subscribers, whose clients wait for their own writes.
pub(crate) const LIVE: Limits = Limits {
    grow_below: Duration::from_millis(60),
    shrink_above: Duration::from_millis(150),
};
/// Limits of a rebuild while live subscribers run.
pub(crate) const REBUILD: Limits = Limits {
    grow_below: Duration::from_millis(100),
    shrink_above: Duration::from_millis(250),
};

/// The size of the next batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdaptiveBatchSize {
    size: i64,
    first: i64,
    limits: Limits,
}

impl AdaptiveBatchSize {
    /// Starts with batches of `first` events.
    pub(crate) const fn new(first: i64, limits: Limits) -> Self {
        Self {
            size: first,
            first,
            limits,
        }
    }

    /// Maximum number of events of the next batch.
    pub(crate) const fn get(&self) -> i64 {
        self.size
    }

    /// Adapts the size to the duration of a full batch.
    pub(crate) fn record(&mut self, duration: Duration) {
        if duration > self.limits.shrink_above {
            self.size = (self.size / 2).max(self.first.min(MIN));
        } else if duration < self.limits.grow_below {
            let factor = if duration < self.limits.grow_below / 4 {
                4
            } else {
                2
            };
            let max = self.first.saturating_mul(MAX_GROWTH);
            self.size = self.size.saturating_mul(factor).min(max);
        }
    }

    /// Resets it to the first size.
    pub(crate) fn reset(&mut self) {
        self.size = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch_size() -> AdaptiveBatchSize {
        AdaptiveBatchSize::new(500, REBUILD)
    }

    #[test]
    fn batches_grow_while_they_are_quick_up_to_a_limit() {
        let mut size = batch_size();
        for _ in 0..10 {
            let before = size.get();
            size.record(REBUILD.grow_below / 2);
            assert!(size.get() >= before);
        }
        assert_eq!(size.get(), 5_000);
    }

    #[test]
    fn slow_batches_shrink_down_to_a_limit() {
        let mut size = batch_size();
        size.record(REBUILD.shrink_above * 2);
        assert_eq!(size.get(), 250);
        for _ in 0..10 {
            size.record(REBUILD.shrink_above * 2);
        }
        assert_eq!(size.get(), MIN);
    }

    #[test]
    fn batches_grow_faster_after_a_very_quick_one() {
        let mut size = batch_size();
        size.record(REBUILD.grow_below / 5);
        assert_eq!(size.get(), 2_000);
        size.record(REBUILD.grow_below / 2);
        assert_eq!(size.get(), 4_000);
    }

    #[test]
    fn a_small_first_size_is_the_smallest() {
        let mut size = AdaptiveBatchSize::new(6, LIVE);
        size.record(LIVE.shrink_above * 2);
        assert_eq!(size.get(), 6);
        size.record(LIVE.grow_below / 2);
        assert_eq!(size.get(), 12);
    }

    #[test]
    fn a_batch_within_the_limits_changes_nothing() {
        let mut size = batch_size();
        size.record((REBUILD.grow_below + REBUILD.shrink_above) / 2);
        assert_eq!(size.get(), 500);
    }

    #[test]
    fn after_a_reset_batches_have_the_first_size() {
        let mut size = batch_size();
        size.record(REBUILD.grow_below / 2);
        size.reset();
        assert_eq!(size.get(), 500);
    }
}
