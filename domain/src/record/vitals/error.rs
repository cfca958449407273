//! Reasons to refuse a command to a set of vital signs.

use thiserror::Error;

/// Reason to refuse a command to a set of vital signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VitalsRefusal {
    /// A set with this id was recorded already.
    #[error("the vital signs are recorded already")]
    AlreadyRecorded,
    /// No set has this id.
    #[error("there are no such vital signs")]
    NotFound,
    /// A measurement is recorded after it was made.
    #[error("vital signs are not measured in the future")]
    TakenInFuture,
    /// Before 1900, which is a typing error.
    #[error("vital signs were measured in 1900 or later")]
    TakenTooLongAgo,
    /// Patients and proxies change what one of them recorded.
    #[error("a patient changes only what patients recorded")]
    RecordedByStaff,
    /// It was entered in error, and nothing about it is corrected.
    #[error("the vital signs were entered in error")]
    EnteredInError,
}
