//! Reasons to refuse a command to a health summary.

use thiserror::Error;

use super::content::SummaryKind;

/// Reason to refuse a command to a health summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HealthSummaryRefusal {
    /// An item with this id was added already.
    #[error("the item is there already")]
    AlreadyAdded,
    /// No item has this id.
    #[error("there is no such item")]
    NotFound,
    /// The summary has the most items already.
    #[error("a health summary has at most {max} items")]
    TooManyItems {
        /// The most that is accepted.
        max: usize,
    },
    /// A date in it lies in the future.
    #[error("a health summary tells of the past and the present")]
    InFuture,
    /// The date of an end lies in the future.
    #[error("an end lies in the past or in the present")]
    EndsInFuture,
    /// The kind of an item stays.
    #[error("an item stays of its kind")]
    OtherKind {
        /// Its kind.
        kind: SummaryKind,
    },
    /// An immunisation or a relative's condition is never over.
    #[error("an item of this kind does not end")]
    DoesNotEnd {
        /// Its kind.
        kind: SummaryKind,
    },
    /// It is over already.
    #[error("the item has ended")]
    AlreadyEnded,
    /// It was entered in error, and nothing about it changes.
    #[error("the item was entered in error")]
    EnteredInError,
}
