//! What can be asked of a book of receipts.

use chrono::{DateTime, Utc};

use crate::values::{ClinicId, Money, PaymentId};

/// A request to a book of receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptBookCommand {
    /// Give a payment the next number.
    Issue(IssueNumber),
}

/// Gives a payment the next number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueNumber {
    /// Whose book it is.
    pub clinic: ClinicId,
    /// Which payment.
    pub payment: PaymentId,
    /// How much was paid.
    pub amount: Money,
    /// When.
    pub at: DateTime<Utc>,
}
