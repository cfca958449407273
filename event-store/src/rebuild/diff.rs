//! The result of the comparison of a table: counts, checksums and differences.
//!
//! A difference shows only the key of a row and names of columns.

use serde_json::Value;

use super::checksum::Checksum;
use super::error::RebuildError;

/// Maximum number of differences that are listed per table; all of them are counted.
const LISTED: usize = 100;

/// The comparison of the two copies of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableComparison {
    /// The table.
    pub table: &'static str,
    /// Number of rows of the live table and of the copy.
    pub rows: (u64, u64),
    /// Checksums of both, over opened content, with a key of this comparison: equal if the contents are.
    pub checksums: (String, String),
    /// Number of rows that differ.
    pub differing: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its key, column by column.
    pub key: Vec<String>,
    /// The kind of the difference.
    pub kind: DifferenceKind,
}

/// The kind of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The copy lacks it.
    OnlyLive,
    /// Only the copy has it.
    OnlyInCopy,
    /// These columns have other contents, or are sealed and can't be opened.
    Columns(Vec<String>),
}

/// A row on both sides.
pub(super) struct RowPair {
    pub(super) key: Vec<String>,
    pub(super) live: Option<RowSide>,
    pub(super) copy: Option<RowSide>,
}

/// A row on one side.
pub(super) struct RowSide {
    pub(super) columns: Value,
    /// False if its sealed cell can't be opened.
    pub(super) readable: bool,
}

/// A comparison in progress.
pub(super) struct TableDiff {
    comparison: TableComparison,
    live: Checksum,
    copy: Checksum,
}

impl TableDiff {
    pub(super) fn new(table: &'static str) -> Result<Self, RebuildError> {
        let live = Checksum::new()?;
        Ok(Self {
            copy: live.clone(),
            live,
            comparison: TableComparison {
                table,
                rows: (0, 0),
                checksums: (String::new(), String::new()),
                differing: 0,
                differences: Vec::new(),
            },
        })
    }

    pub(super) fn add(&mut self, pair: RowPair) {
        let kind = difference(pair.live.as_ref(), pair.copy.as_ref());
        if let Some(live) = pair.live {
            self.comparison.rows.0 += 1;
            self.live.add(&live.columns);
        }
        if let Some(copy) = pair.copy {
            self.comparison.rows.1 += 1;
            self.copy.add(&copy.columns);
        }
        let Some(kind) = kind else { return };
        self.comparison.differing += 1;
        if self.comparison.differences.len() < LISTED {
            let key = pair.key;
            self.comparison.differences.push(Difference { key, kind });
        }
    }

    pub(super) fn finish(self) -> TableComparison {
        TableComparison {
            checksums: (self.live.text(), self.copy.text()),
            ..self.comparison
        }
    }
}

fn difference(live: Option<&RowSide>, copy: Option<&RowSide>) -> Option<DifferenceKind> {
    let (live, copy) = match (live, copy) {
        (Some(live), Some(copy)) => (live, copy),
        (Some(_), None) => return Some(DifferenceKind::OnlyLive),
        (None, Some(_)) => return Some(DifferenceKind::OnlyInCopy),
        (None, None) => return None,
    };
    let columns = live.columns.as_object().into_iter().flatten();
    let differs = |name: &str, value: &Value| {
        let unreadable = name == "phi" && !(live.readable && copy.readable);
        unreadable || copy.columns[name] != *value
    };
    let columns: Vec<_> = columns
        .filter(|(name, value)| differs(name, value))
        .map(|(name, _)| name.clone())
        .collect();
    (!columns.is_empty()).then_some(DifferenceKind::Columns(columns))
}
