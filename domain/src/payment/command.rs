//! What can be asked of a payment.

use chrono::{DateTime, Utc};

use super::event::{Payable, RefundGrounds};
use crate::values::{
    Actor, ClinicId, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money,
    PatientId, PaymentId, ReceiptNumber, RefundId,
};

/// A request to a payment. Those that record tell what the gateway says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Ask somebody to pay.
    Open(OpenPayment),
    /// There is an order for it.
    RecordOrder(RecordOrder),
    /// An attempt failed.
    RecordFailedAttempt(RecordFailedAttempt),
    /// An attempt was authorised: the money is reserved.
    RecordAuthorisation(RecordAuthorisation),
    /// An attempt was captured: the money is the clinic's.
    RecordCapture(RecordCapture),
    /// Give some of it back.
    RequestRefund(RequestRefund),
    /// The gateway gave it back.
    RecordRefund(RecordRefund),
    /// The gateway could not.
    RecordRefundFailure(RecordRefundFailure),
    /// Ask the gateway once more.
    RetryRefund(RetryRefund),
    /// Give it its receipt.
    IssueReceipt(IssueReceipt),
}

/// Opens a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenPayment {
    /// The id that the payment will have.
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

/// The gateway made an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOrder {
    /// Which one.
    pub order: GatewayOrderId,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt failed. A later one, or even this one, may still succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFailedAttempt {
    /// Of which order.
    pub order: GatewayOrderId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// Why, if the gateway says.
    pub code: Option<FailureCode>,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt was authorised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAuthorisation {
    /// Of which order.
    pub order: GatewayOrderId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// An attempt was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordCapture {
    /// Of which order.
    pub order: GatewayOrderId,
    /// Which attempt.
    pub attempt: GatewayPaymentId,
    /// How much came.
    pub amount: Money,
    /// The id that its refund will have, should it be one too many.
    pub refund: RefundId,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// Gives back some or all of what an attempt brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRefund {
    /// The id that the refund will have. The same one again is no new request.
    pub refund: RefundId,
    /// Of which attempt; without one, of that which settled the payment.
    pub attempt: Option<GatewayPaymentId>,
    /// How much.
    pub amount: Money,
    /// Why.
    pub grounds: RefundGrounds,
    /// Who asked for it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// A refund is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefund {
    /// Which one.
    pub refund: RefundId,
    /// What the gateway calls it.
    pub gateway_refund: GatewayRefundId,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// A refund did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefundFailure {
    /// Which one.
    pub refund: RefundId,
    /// Which try of it: news of an earlier one are no news.
    pub attempt_number: u16,
    /// Why, if the gateway says.
    pub code: Option<FailureCode>,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// Asks the gateway for a failed refund once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRefund {
    /// Which one.
    pub refund: RefundId,
    /// Who asked for it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Gives a payment its receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueReceipt {
    /// Its number in the clinic's series.
    pub number: ReceiptNumber,
    /// When.
    pub at: DateTime<Utc>,
}
