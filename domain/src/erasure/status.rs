//! Status of an erasure, as it is stored and sent.

use serde::{Deserialize, Serialize};

/// The status of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErasureStatus {
    /// Nothing was ever requested.
    None,
    /// A request waits for its approval.
    Requested,
    /// The last request was withdrawn.
    Withdrawn,
    /// The last request was refused.
    Refused,
    /// It was approved, and is being carried out.
    Approved,
    /// It was carried out.
    Erased,
}

impl ErasureStatus {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::Requested,
        Self::Withdrawn,
        Self::Refused,
        Self::Approved,
        Self::Erased,
    ];

    /// Returns the word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Requested => "REQUESTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Refused => "REFUSED",
            Self::Approved => "APPROVED",
            Self::Erased => "ERASED",
        }
    }
}
