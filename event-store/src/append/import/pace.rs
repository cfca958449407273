//! How much goes into one transaction.
//!
//! Readers stop below the oldest transaction that is still writing, so an import keeps its own short,
//! whatever the disk: fewer rows where they take long.

use std::time::Duration;

/// Rows per transaction, at most.
const MOST: usize = 5_000;
/// Rows per transaction where nothing goes fast; less would only cost round trips.
const LEAST: usize = 250;
/// How long a transaction is meant to take. Twice as long is still within a second.
const MEANT: Duration = Duration::from_millis(400);

/// The rows that the next transaction takes.
#[derive(Debug)]
pub(super) struct Pace {
    rows: usize,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { rows: MOST }
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// A transaction of so many rows took so long. Half as many after a slow one, half as many again
    /// after a quick one that was full.
    pub(super) fn took(&mut self, rows: usize, time: Duration) {
        if time > MEANT {
            self.rows = (rows.min(self.rows) / 2).max(LEAST);
        } else if time < MEANT / 2 && rows * 2 > self.rows {
            self.rows = (self.rows + self.rows / 2).min(MOST);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_transactions_shrink_and_quick_ones_grow_within_bounds() {
        let mut pace = Pace::new();
        pace.took(5_000, MEANT * 2);
        assert_eq!(pace.rows(), 2_500);
        for _ in 0..20 {
            pace.took(pace.rows(), MEANT * 2);
        }
        assert_eq!(pace.rows(), LEAST);
        for _ in 0..20 {
            pace.took(pace.rows(), MEANT / 4);
        }
        assert_eq!(pace.rows(), MOST);
    }

    #[test]
    fn a_transaction_that_was_nearly_empty_tells_nothing_about_a_full_one() {
        let mut pace = Pace::new();
        pace.took(5_000, MEANT * 2);
        pace.took(10, MEANT / 4);
        assert_eq!(pace.rows(), 2_500);
    }
}
