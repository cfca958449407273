//! Reasons to refuse a command to a clinic.

use thiserror::Error;

use crate::values::NotPlannable;

/// Reason to refuse a command to a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClinicRefusal {
    /// A clinic with this id is open already.
    #[error("the clinic is already open")]
    AlreadyOpen,
    /// No clinic has this id.
    #[error("there is no such clinic")]
    NotFound,
    /// The date can't be changed any more, or not yet.
    #[error(transparent)]
    NotPlannable(#[from] NotPlannable),
    /// Too many future holidays.
    #[error("a clinic has at most {max} holidays to come")]
    TooManyHolidays {
        /// The most that is accepted.
        max: usize,
    },
}
