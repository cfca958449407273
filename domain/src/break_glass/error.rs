//! Reasons to refuse a command to an emergency access.

use thiserror::Error;

/// Reason to refuse a command to an emergency access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BreakGlassRefusal {
    /// An access with this id was opened already.
    #[error("the emergency access already exists")]
    AlreadyExists,
    /// No access has this id.
    #[error("there is no such emergency access")]
    NotFound,
    /// The access would be over already, or last too long.
    #[error("an emergency access lasts from one to {max_minutes} minutes")]
    WrongLength {
        /// The most minutes that are accepted.
        max_minutes: u16,
    },
    /// It was reviewed with another verdict.
    #[error("the emergency access was reviewed")]
    AlreadyReviewed,
    /// The account that had access does not review it.
    #[error("an emergency access is reviewed by another account")]
    ReviewedByItself,
}
