//! Reasons to refuse a command to a patient's allergies.

use thiserror::Error;

/// Reason to refuse a command to a patient's allergies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AllergyListRefusal {
    /// An allergy with this id exists already.
    #[error("the allergy already exists")]
    AlreadyExists,
    /// The patient has no allergy of this id.
    #[error("there is no such allergy")]
    NotFound,
    /// The allergy was ended.
    #[error("the allergy is ended")]
    Ended,
    /// The allergy is entered in error.
    #[error("the allergy is entered in error")]
    EnteredInError,
    /// The reaction would have been noted on a day to come.
    #[error("the reaction lies in the future")]
    NotedInFuture,
    /// The list has the most entries already.
    #[error("at most {max} allergies of a patient are recorded")]
    TooMany {
        /// The most that is accepted.
        max: usize,
    },
}
