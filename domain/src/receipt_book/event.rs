//! What can happen to a book of receipts. Nothing of it is personal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::values::{ClinicId, Money, PaymentId, ReceiptNumber};

/// A fact about a book of receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ReceiptBookEvent {
    /// A payment has a receipt.
    #[serde(rename = "receipt.issued")]
    Issued(ReceiptIssued),
}

event_types!(ReceiptBookEvent {
    Issued => "receipt.issued",
});

/// A payment has a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptIssued {
    /// Which clinic's.
    pub clinic: ClinicId,
    /// Which payment.
    pub payment: PaymentId,
    /// Its number.
    pub number: ReceiptNumber,
    /// How much was paid.
    pub amount: Money,
    /// When.
    pub at: DateTime<Utc>,
}
