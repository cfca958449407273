//! Reasons to refuse a command to an erasure.

use thiserror::Error;

/// Reason to refuse a command to an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ErasureRefusal {
    /// A request waits for its approval already.
    #[error("the erasure is requested already")]
    AlreadyRequested,
    /// No request waits for its approval.
    #[error("no erasure is requested")]
    NotRequested,
    /// Only the account that requested it withdraws a request.
    #[error("another account requested the erasure")]
    RequestedByAnother,
    /// A request is approved by another account, and not by the person.
    #[error("an erasure is approved by another person")]
    ApprovedByRequester,
    /// It was approved, and is being carried out.
    #[error("the erasure is approved")]
    AlreadyApproved,
    /// The person was erased.
    #[error("the person was erased")]
    AlreadyErased,
    /// A legal hold is in force.
    #[error("a legal hold is in force")]
    OnLegalHold,
    /// No legal hold is in force.
    #[error("no legal hold is in force")]
    NotOnLegalHold,
}
