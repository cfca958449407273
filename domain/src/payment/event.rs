//! What can happen to a payment. Nothing of it is personal: ids, amounts, codes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::values::{
    Actor, AppointmentId, ClinicId, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId,
    Money, PatientId, PaymentId, ReceiptNumber, RefundId,
};

/// A fact about a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PaymentEvent {
    /// Somebody was asked to pay.
    #[serde(rename = "payment.opened")]
    Opened(PaymentOpened),
    /// The gateway made an order for it.
    #[serde(rename = "payment.order_created")]
    OrderCreated(PaymentOrderCreated),
    /// An attempt failed.
    #[serde(rename = "payment.attempt_failed")]
    AttemptFailed(PaymentAttemptFailed),
    /// An attempt was authorised.
    #[serde(rename = "payment.authorised")]
    Authorised(PaymentAuthorised),
    /// An attempt was captured.
    #[serde(rename = "payment.captured")]
    Captured(PaymentCaptured),
    /// Some of it is to be given back.
    #[serde(rename = "payment.refund_requested")]
    RefundRequested(PaymentRefundRequested),
    /// It was given back.
    #[serde(rename = "payment.refunded")]
    Refunded(PaymentRefunded),
    /// It could not be given back.
    #[serde(rename = "payment.refund_failed")]
    RefundFailed(PaymentRefundFailed),
    /// It is tried again.
    #[serde(rename = "payment.refund_retried")]
    RefundRetried(PaymentRefundRetried),
    /// There is a receipt for it.
    #[serde(rename = "payment.receipt_issued")]
    ReceiptIssued(PaymentReceiptIssued),
}

event_types!(PaymentEvent {
    Opened => "payment.opened",
    OrderCreated => "payment.order_created",
    AttemptFailed => "payment.attempt_failed",
    Authorised => "payment.authorised",
    Captured => "payment.captured",
    RefundRequested => "payment.refund_requested",
    Refunded => "payment.refunded",
    RefundFailed => "payment.refund_failed",
    RefundRetried => "payment.refund_retried",
    ReceiptIssued => "payment.receipt_issued",
});

/// What is paid for. Stored as `{"kind": "appointmentFee", "appointment": "…"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Payable {
    /// The fee of a visit.
    AppointmentFee {
        /// Which visit.
        appointment: AppointmentId,
    },
}

/// Why money is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundGrounds {
    /// The patient called the visit off.
    CancelledByPatient,
    /// The doctor or the clinic did.
    CancelledByClinic,
    /// The visit was called off before the money came.
    CancelledBeforePaid,
    /// The money came after the hold had ended, and somebody else has the slot.
    SlotTaken,
    /// The money came after the hold had ended, and the slot has begun.
    TooLate,
    /// It was paid for already.
    PaidTwice,
    /// It is not the amount that was asked for.
    WrongAmount,
    /// Somebody at the clinic decided it.
    Goodwill,
    /// Somebody gave it back at the gateway by hand, and we heard of it there.
    MadeAtGateway,
}

impl RefundGrounds {
    /// Every one of them.
    pub const ALL: [Self; 9] = [
        Self::CancelledByPatient,
        Self::CancelledByClinic,
        Self::CancelledBeforePaid,
        Self::SlotTaken,
        Self::TooLate,
        Self::PaidTwice,
        Self::WrongAmount,
        Self::Goodwill,
        Self::MadeAtGateway,
    ];

    /// The word under which events store it, too.
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
        }
    }
}

/// Somebody was asked to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOpened {
    /// Which payment.
    pub payment: PaymentId,
    /// What is paid for.
    pub payable: Payable,
    /// Whose visit or test it is.
    pub patient: PatientId,
    /// Who is paid.
    pub clinic: ClinicId,
    /// How much.
    pub amount: Money,
    /// When it is no longer wanted.
    pub pay_until: DateTime<Utc>,
    /// Who asked for it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The gateway made an order for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentOrderCreated {
    /// Which payment.
    pub payment: PaymentId,
    /// Which order.
    pub order: GatewayOrderId,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAttemptFailed {
    /// Which payment.
    pub payment: PaymentId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// Why, if the gateway said.
    pub code: Option<FailureCode>,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt was authorised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentAuthorised {
    /// Which payment.
    pub payment: PaymentId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentCaptured {
    /// Which payment.
    pub payment: PaymentId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// How much came.
    pub amount: Money,
    /// What it was for.
    pub payable: Payable,
    /// Whether this is the money that was asked for, and the first of it. If not, it is given back.
    pub settles: bool,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// Some of it is to be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundRequested {
    /// Of which payment.
    pub payment: PaymentId,
    /// Which refund.
    pub refund: RefundId,
    /// Of which attempt.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub grounds: RefundGrounds,
    /// Who asked for it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// It was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefunded {
    /// Of which payment.
    pub payment: PaymentId,
    /// Which refund.
    pub refund: RefundId,
    /// Of which attempt.
    pub attempt: GatewayPaymentId,
    /// What the gateway calls it.
    pub gateway_refund: GatewayRefundId,
    /// How much.
    pub amount: Money,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// It could not be given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundFailed {
    /// Of which payment.
    pub payment: PaymentId,
    /// Which refund.
    pub refund: RefundId,
    /// The try that failed, from 1.
    pub attempt_number: u16,
    /// Why, if the gateway said.
    pub code: Option<FailureCode>,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// It is tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentRefundRetried {
    /// Of which payment.
    pub payment: PaymentId,
    /// Which refund.
    pub refund: RefundId,
    /// The try that begins, from 2.
    pub attempt_number: u16,
    /// Who asked for it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// There is a receipt for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentReceiptIssued {
    /// Which payment.
    pub payment: PaymentId,
    /// Its number in the clinic's series.
    pub number: ReceiptNumber,
    /// When.
    pub at: DateTime<Utc>,
}
