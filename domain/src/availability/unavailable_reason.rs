//! Why a time is not offered.

use serde::{Deserialize, Serialize};

/// Why no visit can be booked at a time. Of several reasons the first of this list is told, which is
/// the order in which a booking is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnavailableReason {
    /// The doctor's papers were not checked yet.
    Unverified,
    /// No bookings are taken for the doctor.
    Suspended,
    /// It is over, or a visit would have begun.
    Past,
    /// Bookings are not taken that far ahead.
    TooFar,
    /// The clinic is closed on that day.
    Holiday,
    /// The doctor sees nobody there at that time.
    OutsideHours,
    /// What is left of an opening is too short for a visit.
    TooShort,
    /// The doctor is away; the whole slot is, if it is for a part of it.
    Leave,
    /// Another visit takes it; the whole slot, if it takes a part of it.
    Taken,
}

impl UnavailableReason {
    /// All of them, in order.
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
