//! Reasons to refuse a command to a receipt book.

use thiserror::Error;

/// Reason to refuse a command to a receipt book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReceiptBookRefusal {
    /// A receipt needs a paid amount.
    #[error("nothing was paid that a receipt could be for")]
    NothingPaid,
}
