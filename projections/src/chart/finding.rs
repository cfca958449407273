//! Entries that are found for a page, and the number of those that were withheld.

use super::entry::ChartEntry;

/// Entries of a page, and of those that the caller may not see their number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundEntries {
    /// The entries, the latest first: one more than the page has if there is a next page.
    pub entries: Vec<ChartEntry>,
    /// Number of entries that were withheld: those between the last entry of the page before and the last of this one, and
    /// after it, too, if this is the last page.
    pub withheld: u32,
}

/// Entries that are found in the order of a chart. Over all pages each withheld entry is counted once.
pub(super) struct Finding {
    limit: usize,
    found: FoundEntries,
    /// Number of withheld entries behind the page, and before the next one.
    behind: u32,
}

impl Finding {
    /// Begins a search for so many entries, one more than the page has.
    pub(super) fn new(limit: i64) -> Self {
        Self {
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            found: FoundEntries::default(),
            behind: 0,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.found.entries.len() >= self.limit
    }

    /// Adds an entry that is shown.
    pub(super) fn push(&mut self, entry: ChartEntry) {
        if !self.is_full() {
            self.found.entries.push(entry);
        }
    }

    /// Counts an entry that is not.
    pub(super) fn withhold(&mut self) {
        let count = if self.found.entries.len() + 1 < self.limit {
            &mut self.found.withheld
        } else {
            &mut self.behind
        };
        *count = count.saturating_add(1);
    }

    pub(super) fn done(mut self) -> FoundEntries {
        if !self.is_full() {
            self.found.withheld = self.found.withheld.saturating_add(self.behind);
        }
        self.found
    }
}
