//! Events of a receipt book. None holds personal data.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::values::{ClinicId, Money, PaymentId, ReceiptNumber};

/// An event of a receipt book.
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
    /// The clinic.
    pub clinic: ClinicId,
    /// The payment.
    pub payment: PaymentId,
    /// Number in the clinic's series.
    pub number: ReceiptNumber,
    /// Amount paid.
    pub amount: Money,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
