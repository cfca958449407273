//! Verdict of a review.

use serde::{Deserialize, Serialize};

/// The verdict of the review of an emergency access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// The emergency justified it.
    Justified,
    /// Nothing justified it.
    Unjustified,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 2] = [Self::Justified, Self::Unjustified];

    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Justified => "JUSTIFIED",
            Self::Unjustified => "UNJUSTIFIED",
        }
    }
}
