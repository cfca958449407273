//! Status of an appointment.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Status of an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AppointmentStatus {
    /// The slot is held; the payment is due.
    Booked,
    /// The visit will take place.
    Confirmed,
    /// The patient has arrived.
    Arrived,
    /// The visit has begun.
    InProgress,
    /// The visit took place.
    Completed,
    /// The patient did not come.
    NoShow,
    /// It was cancelled.
    Cancelled,
    /// The payment did not arrive in time.
    Expired,
}

impl AppointmentStatus {
    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Booked => "BOOKED",
            Self::Confirmed => "CONFIRMED",
            Self::Arrived => "ARRIVED",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::NoShow => "NO_SHOW",
            Self::Cancelled => "CANCELLED",
            Self::Expired => "EXPIRED",
        }
    }
}

impl fmt::Display for AppointmentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
