//! Reasons to refuse a command on consents.

use thiserror::Error;

/// Reason to refuse a command on consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConsentRefusal {
    /// The patient has no consent with this id.
    #[error("there is no such consent")]
    NotFound,
    /// A consent with this id was granted already.
    #[error("the consent already exists")]
    AlreadyExists,
    /// The end of a consent lies ahead.
    #[error("the consent would be over already")]
    EndsInPast,
    /// The patient has the most consents in force already.
    #[error("a patient has at most {max} consents in force")]
    TooMany {
        /// The most that is accepted.
        max: usize,
    },
}
