//! Events of a payment. None holds personal data: only ids, amounts and codes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dispute_events::{
    PaymentDisputeAdvanced, PaymentDisputeDecided, PaymentDisputeOpened, PaymentRefundWithdrawn,
};
use super::order_events::{PaymentOrderClosed, PaymentOrderCreated};
use super::payable::Payable;
use crate::event_types::event_types;
use crate::values::{
    Actor, ClinicId, FailureCode, GatewayPaymentId, GatewayRefundId, Money, PatientId, PaymentId,
    ReceiptNumber, RefundId,
};

/// An event of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PaymentEvent {
    /// A payment was requested.
    #[serde(rename = "payment.opened")]
    Opened(PaymentOpened),
    /// The gateway created an order.
    #[serde(rename = "payment.order_created")]
    OrderCreated(PaymentOrderCreated),
    /// An order was closed: the payer gets another one.
    #[serde(rename = "payment.order_closed")]
    OrderClosed(PaymentOrderClosed),
    /// An attempt failed.
    #[serde(rename = "payment.attempt_failed")]
    AttemptFailed(PaymentAttemptFailed),
    /// An attempt was authorised.
    #[serde(rename = "payment.authorised")]
    Authorised(PaymentAuthorised),
    /// An attempt was captured.
    #[serde(rename = "payment.captured")]
    Captured(PaymentCaptured),
    /// The capture that settled the payment is of another amount, which the gateway accepted.
    #[serde(rename = "payment.difference_accepted")]
    DifferenceAccepted(PaymentDifferenceAccepted),
    /// A refund was requested.
    #[serde(rename = "payment.refund_requested")]
    RefundRequested(PaymentRefundRequested),
    /// The refund is done.
    #[serde(rename = "payment.refunded")]
    Refunded(PaymentRefunded),
    /// The refund failed.
    #[serde(rename = "payment.refund_failed")]
    RefundFailed(PaymentRefundFailed),
    /// The refund was requested again.
    #[serde(rename = "payment.refund_retried")]
    RefundRetried(PaymentRefundRetried),
    /// The refund is no longer owed.
    #[serde(rename = "payment.refund_withdrawn")]
    RefundWithdrawn(PaymentRefundWithdrawn),
    /// The payer's bank demands money back.
    #[serde(rename = "payment.dispute_opened")]
    DisputeOpened(PaymentDisputeOpened),
    /// The dispute is under review, or the bank wants more evidence.
    #[serde(rename = "payment.dispute_advanced")]
    DisputeAdvanced(PaymentDisputeAdvanced),
    /// The dispute is won, lost or closed.
    #[serde(rename = "payment.dispute_decided")]
    DisputeDecided(PaymentDisputeDecided),
    /// The payment has a receipt.
    #[serde(rename = "payment.receipt_issued")]
    ReceiptIssued(PaymentReceiptIssued),
}

event_types!(PaymentEvent {
    Opened => "payment.opened",
    OrderCreated => "payment.order_created",
    OrderClosed => "payment.order_closed",
    AttemptFailed => "payment.attempt_failed",
    Authorised => "payment.authorised",
    Captured => "payment.captured",
    DifferenceAccepted => "payment.difference_accepted",
    RefundRequested => "payment.refund_requested",
    Refunded => "payment.refunded",
    RefundFailed => "payment.refund_failed",
    RefundRetried => "payment.refund_retried",
    RefundWithdrawn => "payment.refund_withdrawn",
    DisputeOpened => "payment.dispute_opened",
    DisputeAdvanced => "payment.dispute_advanced",
    DisputeDecided => "payment.dispute_decided",
    ReceiptIssued => "payment.receipt_issued",
});

/// Direction of the difference between a requested and a captured amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DifferenceKind {
    /// Less was captured: an offer of the gateway reduced it.
    Discount,
    /// More was captured: the payer bears a fee of the gateway.
    Surcharge,
}

/// Grounds of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundGrounds {
    /// The patient cancelled the visit.
    CancelledByPatient,
    /// The doctor or the clinic cancelled it.
    CancelledByClinic,
    /// The visit was cancelled before the money arrived.
    CancelledBeforePaid,
    /// The money arrived after the hold had ended, and another patient has the slot.
    SlotTaken,
    /// The money arrived after the hold had ended, and the slot has begun.
    TooLate,
    /// The visit was paid already.
    PaidTwice,
    /// The amount differs from the requested one.
    WrongAmount,
    /// The clinic decided it.
    Goodwill,
    /// The refund was made by hand at the gateway.
    MadeAtGateway,
    /// A dispute was lost, and the payer is owed more than it took.
    RestAfterDispute,
}

impl RefundGrounds {
    /// All grounds.
    pub const ALL: [Self; 10] = [
        Self::CancelledByPatient,
        Self::CancelledByClinic,
        Self::CancelledBeforePaid,
        Self::SlotTaken,
        Self::TooLate,
        Self::PaidTwice,
        Self::WrongAmount,
        Self::Goodwill,
        Self::MadeAtGateway,
        Self::RestAfterDispute,
    ];

    /// Returns the name that is stored in events and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CancelledByPatient => "CANCELLED_BY_PATIENT",
            Self::CancelledByClinic => "CANCELLED_BY_CLINIC",
            Self::CancelledBeforePaid => "CANCELLED_BEFORE_PAID",
            Self::SlotTaken => "SLOT_TAKEN",
            Self::TooLate => "TOO_LATE",
            Self::PaidTwice => "PAID_TWICE",
            Self::WrongAmount => "WRONG_AMOUNT",
            Self::Goodwill => "GOODWILL",
            Self::MadeAtGateway => "MADE_AT_GATEWAY",
            Self::RestAfterDispute => "REST_AFTER_DISPUTE",
        }
    }
}

/// A payment was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOpened {
    /// The payment.
    pub payment: PaymentId,
    /// The item that is paid for.
    pub payable: Payable,
    /// The patient to whom the item belongs.
    pub patient: PatientId,
    /// The clinic that receives the money.
    pub clinic: ClinicId,
    /// Amount.
    pub amount: Money,
    /// Deadline of the payment.
    pub pay_until: DateTime<Utc>,
    /// The actor who requested it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// An attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAttemptFailed {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// The gateway's reason, if it gave one.
    pub code: Option<FailureCode>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// An attempt was authorised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAuthorised {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Amount.
    pub amount: Money,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// An attempt was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCaptured {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Captured amount.
    pub amount: Money,
    /// The item that was paid for.
    pub payable: Payable,
    /// True for the first capture that pays the order. Any other capture is refunded.
    pub settles: bool,
    /// True if no money moved: the order was made in a sandbox or in the gateway's test mode.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test_mode: bool,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// The capture that settled the payment is of another amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentDifferenceAccepted {
    /// The payment.
    pub payment: PaymentId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Direction of the difference.
    pub kind: DifferenceKind,
    /// The difference between the requested and the captured amount.
    pub amount: Money,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// A refund was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundRequested {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Amount.
    pub amount: Money,
    /// Its grounds.
    pub grounds: RefundGrounds,
    /// The actor who requested it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The refund is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Id of the refund at the gateway.
    pub gateway_refund: GatewayRefundId,
    /// Amount.
    pub amount: Money,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// The refund failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundFailed {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// The try that failed, from 1.
    pub attempt_number: u16,
    /// The gateway's reason, if it gave one.
    pub code: Option<FailureCode>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// The refund was requested again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundRetried {
    /// The payment.
    pub payment: PaymentId,
    /// The refund.
    pub refund: RefundId,
    /// The try that begins, from 2.
    pub attempt_number: u16,
    /// The actor who requested it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The payment has a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentReceiptIssued {
    /// The payment.
    pub payment: PaymentId,
    /// Number in the clinic's series.
    pub number: ReceiptNumber,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
