//! The choice between a sequential scan of the log and index scans by event type.

use std::collections::BTreeSet;

use crate::cursor::CursorRange;

/// The way in which a reader finds the events that it wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum ScanStrategy {
    /// A scan of the log that skips unwanted events: best if they are few.
    Sequential,
    /// An index scan per type, with a cost for each event: best if wanted events are few, and never bad.
    #[default]
    ByType,
}

/// Number of passed events per wanted one above which events are looked up by type.
const SPARSE: i64 = 8;

impl ScanStrategy {
    /// The strategy for the next batch, from the density of wanted events in the last one.
    pub(crate) fn after_batch(range: CursorRange, found: usize) -> Self {
        let passed = range.to.position();
        let passed = passed.saturating_sub(range.after.position());
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        if passed > found.saturating_mul(SPARSE) {
            Self::ByType
        } else {
            Self::Sequential
        }
    }
}

/// The distinct stored types: each one is looked up once.
pub(crate) fn distinct_types(types: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let distinct: BTreeSet<_> = types.into_iter().collect();
    distinct.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cursor;

    fn after_batch(from: i64, to: i64, found: usize) -> ScanStrategy {
        let cursor = |position| Cursor::from_row(1, "7", position).unwrap();
        let range = CursorRange::new(cursor(from), cursor(to));
        ScanStrategy::after_batch(range, found)
    }

    #[test]
    fn a_reader_that_skips_most_events_reads_by_type() {
        assert_eq!(after_batch(0, 4_000, 500), ScanStrategy::Sequential);
        assert_eq!(after_batch(0, 4_001, 500), ScanStrategy::ByType);
        assert_eq!(after_batch(100, 200, 0), ScanStrategy::ByType);
        assert_eq!(after_batch(200, 100, 0), ScanStrategy::Sequential);
    }

    #[test]
    fn a_type_that_is_named_twice_is_returned_once() {
        assert_eq!(distinct_types(["b", "a", "b"]), ["a", "b"]);
    }
}
