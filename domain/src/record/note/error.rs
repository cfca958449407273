//! Reasons to refuse a command to an encounter note.

use thiserror::Error;

/// Reason to refuse a command to an encounter note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoteRefusal {
    /// There is no signed note of this id.
    #[error("there is no such note")]
    NotFound,
    /// The note was signed before, from another version of the draft.
    #[error("the note is already signed")]
    AlreadySigned,
    /// No section of the draft has any content.
    #[error("an empty note can't be signed")]
    Empty,
    /// The visit would take place after the signature.
    #[error("the visit lies in the future")]
    VisitInFuture,
    /// The note is entered in error, so nothing is added to it.
    #[error("the note is entered in error")]
    EnteredInError,
    /// The note has the most addenda already.
    #[error("a note has at most {max} addenda")]
    TooManyAddenda {
        /// The most that is accepted.
        max: u32,
    },
}
