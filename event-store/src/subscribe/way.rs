//! Whether a reader goes along the log, or looks up what it wants type by type.

use std::collections::BTreeSet;

use crate::Cursor;

/// How a reader gets from one event that it wants to the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Way {
    /// Along the log, past those that it does not want: best where they are few.
    Along,
    /// Type by type, at a price for each event: best where it wants few, and never bad.
    #[default]
    ByType,
}

/// A reader that passes by more than so many events for each that it wants looks for them by type.
const SPARSE: i64 = 8;

impl Way {
    /// The way to go on, after so many wanted events lay between two places.
    pub(crate) fn after((from, to): (Cursor, Cursor), found: usize) -> Self {
        let passed = to.position().saturating_sub(from.position());
        let found = i64::try_from(found).unwrap_or(i64::MAX);
        if passed > found.saturating_mul(SPARSE) {
            Self::ByType
        } else {
            Self::Along
        }
    }
}

/// Stored types, each once however often it is named: they are looked up one by one.
pub(crate) fn stored_types(named: impl IntoIterator<Item = &'static str>) -> Vec<String> {
    let once: BTreeSet<_> = named.into_iter().collect();
    once.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: i64) -> Cursor {
        Cursor::from_parts(1, "7", position).unwrap()
    }

    #[test]
    fn whoever_passes_most_of_the_log_by_reads_it_by_type() {
        assert_eq!(Way::after((at(0), at(4_000)), 500), Way::Along);
        assert_eq!(Way::after((at(0), at(4_001)), 500), Way::ByType);
        assert_eq!(Way::after((at(100), at(200)), 0), Way::ByType);
        assert_eq!(Way::after((at(200), at(100)), 0), Way::Along);
    }

    #[test]
    fn a_type_that_is_named_twice_is_one() {
        assert_eq!(stored_types(["b", "a", "b"]), ["a", "b"]);
    }
}
