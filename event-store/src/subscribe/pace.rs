//! How large batches are: as large as they can be while nobody notices them.
//!
//! A larger batch writes a row once that two of its events change, and pays once for what a transaction
//! costs. But every reader of the log waits for the oldest transaction that writes.

use std::time::Duration;

/// Fewer are not worth a transaction.
const FEWEST: i64 = 100;
/// A batch grows to so many times the size that it began with, at most.
const GROWTH: i64 = 10;

/// How long a batch may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// One that takes less makes the next one larger.
    pub(crate) short: Duration,
    /// One that takes longer makes the next one smaller.
    pub(crate) too_long: Duration,
}

/// For a subscriber among others, whose clients wait for what they wrote.
pub(crate) const LIVE: Limits = Limits {
    short: Duration::from_millis(60),
    too_long: Duration::from_millis(150),
};
/// For an operator, who works beside them.
pub(crate) const BESIDE: Limits = Limits {
    short: Duration::from_millis(100),
    too_long: Duration::from_millis(250),
};

/// The size of the next batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    size: i64,
    first: i64,
    limits: Limits,
}

impl Pace {
    /// Begins with batches of `first` events.
    pub(crate) const fn of(first: i64, limits: Limits) -> Self {
        Self {
            size: first,
            first,
            limits,
        }
    }

    /// Events of the next batch, at most.
    pub(crate) const fn size(&self) -> i64 {
        self.size
    }

    /// A full batch took so long.
    pub(crate) fn took(&mut self, long: Duration) {
        if long > self.limits.too_long {
            self.size = (self.size / 2).max(self.first.min(FEWEST));
        } else if long < self.limits.short {
            let times = if long < self.limits.short / 4 { 4 } else { 2 };
            let most = self.first.saturating_mul(GROWTH);
            self.size = self.size.saturating_mul(times).min(most);
        }
    }

    /// Begins again.
    pub(crate) fn reset(&mut self) {
        self.size = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace::of(500, BESIDE)
    }

    #[test]
    fn batches_grow_while_they_are_quick_up_to_a_limit() {
        let mut pace = pace();
        for _ in 0..10 {
            let before = pace.size();
            pace.took(BESIDE.short / 2);
            assert!(pace.size() >= before);
        }
        assert_eq!(pace.size(), 5_000);
    }

    #[test]
    fn slow_batches_shrink_down_to_a_limit() {
        let mut pace = pace();
        pace.took(BESIDE.too_long * 2);
        assert_eq!(pace.size(), 250);
        for _ in 0..10 {
            pace.took(BESIDE.too_long * 2);
        }
        assert_eq!(pace.size(), FEWEST);
    }

    #[test]
    fn the_quicker_a_batch_was_the_faster_they_grow() {
        let mut pace = pace();
        pace.took(BESIDE.short / 5);
        assert_eq!(pace.size(), 2_000);
        pace.took(BESIDE.short / 2);
        assert_eq!(pace.size(), 4_000);
    }

    #[test]
    fn a_small_first_size_is_the_smallest() {
        let mut pace = Pace::of(6, LIVE);
        pace.took(LIVE.too_long * 2);
        assert_eq!(pace.size(), 6);
        pace.took(LIVE.short / 2);
        assert_eq!(pace.size(), 12);
    }

    #[test]
    fn a_batch_that_takes_as_long_as_it_may_changes_nothing() {
        let mut pace = pace();
        pace.took((BESIDE.short + BESIDE.too_long) / 2);
        assert_eq!(pace.size(), 500);
    }

    #[test]
    fn after_a_failure_batches_are_as_small_as_at_first() {
        let mut pace = pace();
        pace.took(BESIDE.short / 2);
        pace.reset();
        assert_eq!(pace.size(), 500);
    }
}
