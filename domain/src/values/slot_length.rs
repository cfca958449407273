//! Length of one visit in a doctor's timetable.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The number is not an accepted length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a slot takes 5 to 240 minutes, in steps of 5")]
pub struct InvalidSlotLength;

/// The length of a slot in minutes: 5 to 240, in steps of 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct SlotLength(u16);

impl SlotLength {
    /// Checks a number of minutes.
    ///
    /// # Errors
    /// [`InvalidSlotLength`] outside 5 to 240, or off the steps of 5.
    pub const fn new(minutes: u16) -> Result<Self, InvalidSlotLength> {
        if minutes < 5 || minutes > 240 || !minutes.is_multiple_of(5) {
            return Err(InvalidSlotLength);
        }
        Ok(Self(minutes))
    }

    /// Returns the length in minutes.
    pub const fn minutes(&self) -> u16 {
        self.0
    }

    /// Returns the length as elapsed time.
    pub fn duration(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.0))
    }
}

impl TryFrom<u16> for SlotLength {
    type Error = InvalidSlotLength;

    fn try_from(minutes: u16) -> Result<Self, InvalidSlotLength> {
        Self::new(minutes)
    }
}

impl From<SlotLength> for u16 {
    fn from(length: SlotLength) -> Self {
        length.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_takes_five_minutes_to_four_hours() {
        for minutes in [5, 15, 240] {
            assert_eq!(SlotLength::new(minutes).unwrap().minutes(), minutes);
        }
        for minutes in [0, 4, 7, 241, 245] {
            assert_eq!(
                SlotLength::new(minutes),
                Err(InvalidSlotLength),
                "{minutes}"
            );
        }
    }

    #[test]
    fn a_stored_length_is_checked_like_any_other() {
        assert!(serde_json::from_str::<SlotLength>("7").is_err());
    }
}
