//! Payments that arrive when the visit is no longer booked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::VisitRef;
use crate::values::PaymentId;

/// The fee was paid after the hold had ended, and the slot was still free: the visit is confirmed
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentReinstated {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The payment.
    pub payment: PaymentId,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The fee was paid for a visit that was confirmed without a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentFeePaid {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The payment.
    pub payment: PaymentId,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
