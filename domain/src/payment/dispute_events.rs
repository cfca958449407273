//! Events of a payment about disputes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dispute::DisputeStatus;
use crate::values::{FailureCode, GatewayDisputeId, GatewayPaymentId, Money, PaymentId, RefundId};

/// The payer's bank demands money back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDisputeOpened {
    /// The payment.
    pub payment: PaymentId,
    /// The dispute.
    pub dispute: GatewayDisputeId,
    /// The attempt whose money is disputed.
    pub attempt: GatewayPaymentId,
    /// Disputed amount.
    pub amount: Money,
    /// The bank's grounds, as a code of the gateway.
    pub code: Option<FailureCode>,
    /// Deadline for the clinic's answer.
    pub respond_by: Option<DateTime<Utc>>,
    /// Time of the gateway's report.
    pub reported_at: DateTime<Utc>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// The dispute is under review, or the bank wants more evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDisputeAdvanced {
    /// The payment.
    pub payment: PaymentId,
    /// The dispute.
    pub dispute: GatewayDisputeId,
    /// Its progress.
    pub status: DisputeStatus,
    /// Deadline for the clinic's answer.
    pub respond_by: Option<DateTime<Utc>>,
    /// Time of the gateway's report.
    pub reported_at: DateTime<Utc>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// The dispute is won, lost or closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDisputeDecided {
    /// The payment.
    pub payment: PaymentId,
    /// The dispute.
    pub dispute: GatewayDisputeId,
    /// The attempt whose money was disputed.
    pub attempt: GatewayPaymentId,
    /// Its outcome.
    pub status: DisputeStatus,
    /// Amount that went back to the payer: zero unless it is lost.
    pub lost: Money,
    /// Time of the gateway's report.
    pub reported_at: DateTime<Utc>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// A refund is no longer owed: the payer got the money by a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundWithdrawn {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// The dispute that was lost.
    pub dispute: GatewayDisputeId,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
