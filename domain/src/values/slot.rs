//! A period of time, such as that of a visit.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::SlotLength;

/// The end is not after the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a slot ends after it starts")]
pub struct InvalidSlot;

/// From an instant up to, but not including, a later one; in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds", rename_all = "camelCase")]
pub struct Slot {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Slot {
    /// Checks a slot from `start` up to `end`.
    ///
    /// # Errors
    /// [`InvalidSlot`] unless `start` lies before `end`.
    pub fn new(start: DateTime<Utc>, end: DateTime<Utc>) -> Result<Self, InvalidSlot> {
        if start >= end {
            return Err(InvalidSlot);
        }
        Ok(Self { start, end })
    }

    /// Returns a slot of the given length; `None` at the end of representable time.
    pub fn starting(start: DateTime<Utc>, length: SlotLength) -> Option<Self> {
        let end = start.checked_add_signed(length.duration())?;
        Some(Self { start, end })
    }

    /// Returns the first instant.
    pub const fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// Returns the first instant after it.
    pub const fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// True if two slots overlap; adjacent ones do not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// The deserialised form, before it is checked.
#[derive(Deserialize)]
struct Bounds {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl TryFrom<Bounds> for Slot {
    type Error = InvalidSlot;

    fn try_from(bounds: Bounds) -> Result<Self, InvalidSlot> {
        Self::new(bounds.start, bounds.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn slot(from: i64, to: i64) -> Slot {
        Slot::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn a_slot_ends_after_it_starts() {
        assert_eq!(Slot::new(at(1), at(1)), Err(InvalidSlot));
        let stored = r#"{"start":"2026-03-01T10:00:00Z","end":"2026-03-01T09:00:00Z"}"#;
        assert!(serde_json::from_str::<Slot>(stored).is_err());
    }

    #[test]
    fn slots_that_share_time_overlap() {
        assert!(slot(0, 20).overlaps(&slot(10, 30)));
        assert!(slot(0, 20).overlaps(&slot(5, 10)));
    }

    #[test]
    fn slots_that_only_touch_do_not_overlap() {
        assert!(!slot(0, 20).overlaps(&slot(20, 30)));
        assert!(!slot(20, 30).overlaps(&slot(0, 20)));
    }
}
