//! Commands of a receipt book.

use chrono::{DateTime, Utc};

use crate::values::{ClinicId, Money, PaymentId};

/// A command to a receipt book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptBookCommand {
    /// Give a payment the next number.
    Issue(IssueNumber),
}

/// Gives a payment the next number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueNumber {
    /// The clinic to which the book belongs.
    pub clinic: ClinicId,
    /// The payment.
    pub payment: PaymentId,
    /// Amount paid.
    pub amount: Money,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
