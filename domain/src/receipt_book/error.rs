//! What forbids a request to a book of receipts.

use thiserror::Error;

/// Why a book of receipts says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReceiptBookRefusal {
    /// A receipt is for something.
    #[error("nothing was paid that a receipt could be for")]
    NothingPaid,
}
