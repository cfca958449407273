//! Reasons to refuse a command to a prescription.

use thiserror::Error;

use super::warning::Warning;

/// Reason to refuse a command to a prescription.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PrescriptionRefusal {
    /// A prescription with this id exists already.
    #[error("the prescription already exists")]
    AlreadyExists,
    /// No prescription has this id.
    #[error("there is no such prescription")]
    NotFound,
    /// There are warnings that the doctor has not overridden.
    #[error("there are warnings that are not overridden")]
    Warnings(Vec<Warning>),
    /// The prescription was cancelled.
    #[error("the prescription is cancelled")]
    Cancelled,
    /// The prescription is entered in error.
    #[error("the prescription is entered in error")]
    EnteredInError,
    /// The patient has the most current prescriptions already. `decide` never returns it: the patient's list does.
    #[error("a patient has at most {max} current prescriptions")]
    TooManyCurrent {
        /// The most that is accepted.
        max: usize,
    },
}
