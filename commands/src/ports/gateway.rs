//! Port of the payment gateway: orders, attempts to pay them, refunds, disputes, and events about them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::payment::{DisputeStatus, PayableKind};
use domain::{
    FailureCode, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId, GatewayRefundId,
    Money, PaymentId, RefundId,
};

use crate::Fault;

/// A payment gateway. Every request may be repeated: after a time-out it is unknown whether the first one
/// arrived.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// Makes an order for a payment; for the same payment, number and amount it is the same order again.
    async fn create_order(&self, order: &NewOrder) -> Result<GatewayOrderId, GatewayError>;

    /// The attempts to pay an order, each as it stands now.
    async fn attempts(&self, order: &GatewayOrderId) -> Result<GatewayAttempts, GatewayError>;

    /// Returns whether the order is over this amount, and paid. What was captured may be less, because of an
    /// offer, or more, because of a fee.
    async fn is_paid(&self, order: &GatewayOrderId, amount: Money) -> Result<bool, GatewayError>;

    /// Captures all that an attempt reserved. Not an error if it was captured before.
    async fn capture(&self, attempt: &GatewayPaymentId, amount: Money) -> Result<(), GatewayError>;

    /// Refunds some or all of an attempt; once for the same refund and attempt number.
    async fn refund(&self, refund: &NewRefund) -> Result<GatewayRefund, GatewayError>;

    /// All refunds of an attempt, each as it stands now.
    async fn refunds(&self, attempt: &GatewayPaymentId)
    -> Result<Vec<GatewayRefund>, GatewayError>;

    /// All disputes that were raised since an instant, each as it stands now.
    async fn disputes(&self, since: DateTime<Utc>) -> Result<GatewayDisputes, GatewayError>;

    /// The public key id that a payer's browser shows the gateway.
    fn key_id(&self) -> &GatewayKeyId;

    /// Returns whether the gateway signed that the attempt paid the order. Compares in constant time.
    fn vouches_for(
        &self,
        order: &GatewayOrderId,
        attempt: &GatewayPaymentId,
        signature: &str,
    ) -> bool;

    /// Returns whether the gateway signed these bytes as a webhook, with the current secret or the one before.
    /// Compares in constant time.
    fn signed(&self, body: &[u8], signature: &str) -> bool;

    /// Reads a signed webhook. Unknown fields are ignored.
    ///
    /// # Errors
    /// [`UnreadableEvent`] if it does not have the form of the gateway.
    fn read(&self, body: &[u8]) -> Result<GatewayEvent, UnreadableEvent>;
}

/// An order to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewOrder {
    /// The payment that it is for.
    pub payment: PaymentId,
    /// The kind of the item that is paid for.
    pub kind: PayableKind,
    /// It is the nth order of the payment, from 1.
    pub number: usize,
    /// The amount, to the last paisa.
    pub amount: Money,
}

/// A refund to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Ours.
    pub refund: RefundId,
    /// It is asked for the nth time, from 1: a try that failed is over, the next one is another.
    pub attempt_number: u16,
    /// The attempt that it refunds.
    pub attempt: GatewayPaymentId,
    /// The amount.
    pub amount: Money,
}

/// The attempts to pay an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayAttempts {
    /// Those that could be read.
    pub readable: Vec<GatewayAttempt>,
    /// Number of further ones that may have brought money, such as in an unknown currency.
    pub unreadable: usize,
}

/// An attempt to pay, as the gateway has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAttempt {
    /// The order.
    pub order: GatewayOrderId,
    /// Its id at the gateway.
    pub attempt: GatewayPaymentId,
    /// The amount.
    pub amount: Money,
    /// Its status.
    pub status: AttemptStatus,
}

/// The status of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptStatus {
    /// It was begun.
    Created,
    /// The money is reserved.
    Authorised,
    /// The money came; some or all of it may have been refunded since.
    Captured,
    /// It failed.
    Failed {
        /// The reason, if the gateway gives one.
        code: Option<FailureCode>,
    },
}

/// A refund, as the gateway has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayRefund {
    /// Its id at the gateway.
    pub gateway_refund: GatewayRefundId,
    /// The attempt that it refunds.
    pub attempt: GatewayPaymentId,
    /// Our refund and the number of its attempt; none if it was made at the gateway by hand.
    pub ours: Option<(RefundId, u16)>,
    /// The amount.
    pub amount: Money,
    /// Its status.
    pub status: GatewayRefundStatus,
}

/// The status of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayRefundStatus {
    /// It is in progress, which may take days.
    Pending,
    /// The money is back.
    Processed,
    /// It failed.
    Failed,
}

/// A dispute, as the gateway reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayDispute {
    /// Its id at the gateway.
    pub dispute: GatewayDisputeId,
    /// The attempt whose money is disputed.
    pub attempt: GatewayPaymentId,
    /// The disputed amount.
    pub amount: Money,
    /// The amount that the gateway deducted, if it tells.
    pub deducted: Option<Money>,
    /// Its status.
    pub status: DisputeStatus,
    /// The bank's grounds, as a code.
    pub code: Option<FailureCode>,
    /// The deadline for an answer.
    pub respond_by: Option<DateTime<Utc>>,
    /// The time of the report, if it tells.
    pub reported_at: Option<DateTime<Utc>>,
}

/// A dispute in the gateway's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDispute {
    /// The order that was paid.
    pub order: GatewayOrderId,
    /// The dispute. The list tells no time of a report.
    pub dispute: GatewayDispute,
}

/// The gateway's list of disputes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayDisputes {
    /// Those that could be read.
    pub readable: Vec<OrderDispute>,
    /// Number of further ones, such as in an unknown currency or of payments without an order.
    pub unreadable: usize,
}

/// An event that the gateway reports by webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayEvent {
    /// The kind of it, in the gateway's words, such as `payment.captured`.
    pub kind: String,
    /// The gateway account that it is about, if it says so.
    pub account: Option<String>,
    /// The fact that it reports.
    pub fact: GatewayFact,
}

/// The fact that an event reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayFact {
    /// The state of an attempt to pay an order.
    Attempt(GatewayAttempt),
    /// The state of a refund.
    Refund {
        /// The order that was paid.
        order: GatewayOrderId,
        /// The refund.
        refund: GatewayRefund,
    },
    /// The state of a dispute.
    Dispute {
        /// The order that was paid.
        order: GatewayOrderId,
        /// The dispute.
        dispute: GatewayDispute,
    },
    /// Nothing that a payment records: another kind of event, or without an order, or in an unknown currency.
    Other,
}

/// The error of a request to the gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// It refused, and would refuse again.
    #[error("the gateway refused")]
    Refused {
        /// The reason, as a code of the gateway.
        code: Option<FailureCode>,
    },
    /// It is unavailable, slow or busy, or its answer is invalid. A later request may succeed.
    #[error("the gateway could not be asked")]
    Unavailable(#[from] Fault),
}

/// A signed webhook without the form of the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook can't be read")]
pub struct UnreadableEvent;
