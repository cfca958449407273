//! What forbids a request to a clinic.

use thiserror::Error;

use crate::values::NotPlannable;

/// Why a clinic says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClinicRefusal {
    /// A clinic with this id is open already.
    #[error("the clinic is already open")]
    AlreadyOpen,
    /// No clinic was ever opened with this id.
    #[error("there is no such clinic")]
    NotFound,
    /// Nothing more can be said of that date.
    #[error(transparent)]
    NotPlannable(#[from] NotPlannable),
    /// More holidays to come than a clinic has.
    #[error("a clinic has at most {max} holidays to come")]
    TooManyHolidays {
        /// The most that is accepted.
        max: usize,
    },
}
