//! How large batches are: as large as they can be while nobody notices them.

use std::time::Duration;

/// Fewer are not worth a transaction.
const FEWEST: i64 = 100;
/// What a transaction may write at most.
const MOST: i64 = 5_000;
/// Every reader of the log waits for the oldest transaction, and clients wait for what they wrote: a batch
/// that takes longer makes the next one smaller.
const TOO_LONG: Duration = Duration::from_millis(250);
/// A batch that takes less makes the next one larger.
const SHORT: Duration = Duration::from_millis(100);

pub(super) struct Pace(i64);

impl Default for Pace {
    fn default() -> Self {
        Self(500)
    }
}

impl Pace {
    /// Events of the next batch, at most.
    pub(super) fn size(&self) -> i64 {
        self.0
    }

    /// A batch took so long.
    pub(super) fn took(&mut self, long: Duration) {
        if long > TOO_LONG {
            self.0 = (self.0 / 2).max(FEWEST);
        } else if long < SHORT {
            self.0 = (self.0 * 2).min(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_while_they_are_quick_up_to_a_limit() {
        let mut pace = Pace::default();
        for _ in 0..10 {
            let before = pace.size();
            pace.took(SHORT / 2);
            assert!(pace.size() >= before);
        }
        assert_eq!(pace.size(), MOST);
    }

    #[test]
    fn slow_batches_shrink_down_to_a_limit() {
        let mut pace = Pace::default();
        pace.took(TOO_LONG * 2);
        assert_eq!(pace.size(), Pace::default().size() / 2);
        for _ in 0..10 {
            pace.took(TOO_LONG * 2);
        }
        assert_eq!(pace.size(), FEWEST);
    }

    #[test]
    fn a_batch_that_takes_as_long_as_it_may_changes_nothing() {
        let mut pace = Pace::default();
        pace.took((SHORT + TOO_LONG) / 2);
        assert_eq!(pace.size(), Pace::default().size());
    }
}
