//! What a comparison of a table comes to: counts, checksums, and which rows differ in what.
//!
//! Nothing of a row gets from here to anybody but its key and names of columns.

use serde_json::Value;

use super::checksum::Checksum;
use super::error::RebuildError;

/// Differences that are named of each table; all of them are counted.
const NAMED: usize = 100;

/// How two copies of a table compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableComparison {
    /// Which table.
    pub table: &'static str,
    /// Rows of the live one and of the copy.
    pub rows: (u64, u64),
    /// Checksums of both, over opened content, under a key of this comparison alone: they are equal if
    /// the contents are, and tell nothing else.
    pub checksums: (String, String),
    /// Rows that differ.
    pub differing: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its key, column by column.
    pub key: Vec<String>,
    /// In what.
    pub found: Found,
}

/// In what a row differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The copy lacks it.
    OnlyLive,
    /// Only the copy has it.
    OnlyInCopy,
    /// Columns with other contents, or sealed ones that can't be opened.
    Columns(Vec<String>),
}

/// A row on both sides.
pub(super) struct Pair {
    pub(super) key: Vec<String>,
    pub(super) live: Option<Side>,
    pub(super) copy: Option<Side>,
}

/// A row on one side.
pub(super) struct Side {
    pub(super) columns: Value,
    /// Whether what is sealed could be opened.
    pub(super) readable: bool,
}

/// What was seen so far of a table.
pub(super) struct Tally {
    comparison: TableComparison,
    live: Checksum,
    copy: Checksum,
}

impl Tally {
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

    pub(super) fn add(&mut self, pair: Pair) {
        let found = difference(pair.live.as_ref(), pair.copy.as_ref());
        if let Some(live) = pair.live {
            self.comparison.rows.0 += 1;
            self.live.add(&live.columns);
        }
        if let Some(copy) = pair.copy {
            self.comparison.rows.1 += 1;
            self.copy.add(&copy.columns);
        }
        let Some(found) = found else { return };
        self.comparison.differing += 1;
        if self.comparison.differences.len() < NAMED {
            let key = pair.key;
            self.comparison.differences.push(Difference { key, found });
        }
    }

    pub(super) fn done(self) -> TableComparison {
        TableComparison {
            checksums: (self.live.text(), self.copy.text()),
            ..self.comparison
        }
    }
}

fn difference(live: Option<&Side>, copy: Option<&Side>) -> Option<Found> {
    let (live, copy) = match (live, copy) {
        (Some(live), Some(copy)) => (live, copy),
        (Some(_), None) => return Some(Found::OnlyLive),
        (None, Some(_)) => return Some(Found::OnlyInCopy),
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
    (!columns.is_empty()).then_some(Found::Columns(columns))
}
