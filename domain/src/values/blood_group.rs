//! Blood group of a person.

use serde::{Deserialize, Serialize};

/// Blood group by the systems AB0 and Rhesus D.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BloodGroup {
    /// A, Rhesus D positive.
    #[serde(rename = "A+")]
    APositive,
    /// A, Rhesus D negative.
    #[serde(rename = "A-")]
    ANegative,
    /// B, Rhesus D positive.
    #[serde(rename = "B+")]
    BPositive,
    /// B, Rhesus D negative.
    #[serde(rename = "B-")]
    BNegative,
    /// AB, Rhesus D positive.
    #[serde(rename = "AB+")]
    AbPositive,
    /// AB, Rhesus D negative.
    #[serde(rename = "AB-")]
    AbNegative,
    /// 0, Rhesus D positive.
    #[serde(rename = "O+")]
    OPositive,
    /// 0, Rhesus D negative.
    #[serde(rename = "O-")]
    ONegative,
}

impl BloodGroup {
    /// All groups.
    pub const ALL: [Self; 8] = [
        Self::APositive,
        Self::ANegative,
        Self::BPositive,
        Self::BNegative,
        Self::AbPositive,
        Self::AbNegative,
        Self::OPositive,
        Self::ONegative,
    ];
}

super::text::redacted_debug!(BloodGroup);
