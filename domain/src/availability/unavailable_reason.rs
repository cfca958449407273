//! Reasons why a time is unavailable.

use serde::{Deserialize, Serialize};

/// Reason why no visit can be booked at a time. If several apply, the first of this list is
/// reported, which is the order in which a booking is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnavailableReason {
    /// The doctor's qualification was not verified yet.
    Unverified,
    /// The doctor is suspended.
    Suspended,
    /// The time is over, or a visit would have begun.
    Past,
    /// Visits can't be booked that far ahead.
    TooFar,
    /// The clinic is closed on that day.
    Holiday,
    /// The doctor has no opening there at that time.
    OutsideHours,
    /// The rest of an opening is too short for a visit.
    TooShort,
    /// The doctor is on leave during the slot or a part of it.
    Leave,
    /// Another visit takes the slot or a part of it.
    Taken,
}

impl UnavailableReason {
    /// All reasons, in order.
    pub const ALL: [Self; 9] = [
        Self::Unverified,
        Self::Suspended,
        Self::Past,
        Self::TooFar,
        Self::Holiday,
        Self::OutsideHours,
        Self::TooShort,
        Self::Leave,
        Self::Taken,
    ];
}

#[cfg(test)]
mod tests {
    use serde_json::{json, to_value};

    use super::*;

    #[test]
    fn reasons_are_told_in_plain_words_and_in_order() {
        let words = json!([
            "unverified",
            "suspended",
            "past",
            "too-far",
            "holiday",
            "outside-hours",
            "too-short",
            "leave",
            "taken",
        ]);
        assert_eq!(to_value(UnavailableReason::ALL).unwrap(), words);
        assert!(UnavailableReason::ALL.is_sorted());
    }
}
