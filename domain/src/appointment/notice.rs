//! Notice of a change: how long before its start a visit was moved or cancelled.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The time of a change, and the start that the visit had then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Time of the move or of the cancellation.
    pub at: DateTime<Utc>,
    /// Start of the visit before the change.
    pub start: DateTime<Utc>,
}

impl Notice {
    /// Returns the time from the change to the start; negative once the visit has begun.
    pub fn length(self) -> TimeDelta {
        self.start - self.at
    }

    /// Returns the shorter of two, and the first of two that are equal.
    #[must_use]
    pub fn shorter(self, other: Self) -> Self {
        if other.length() < self.length() {
            other
        } else {
            self
        }
    }
}
