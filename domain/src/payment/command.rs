//! Commands of a payment.

use chrono::{DateTime, Utc};

use super::dispute::DisputeStatus;
use super::event::RefundGrounds;
use super::order_events::ClosingGrounds;
use super::payable::Payable;
use crate::values::{
    Actor, ClinicId, FailureCode, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId,
    GatewayRefundId, Money, PatientId, PaymentId, ReceiptNumber, RefundId,
};

/// A command to a payment. `Record…` commands report facts of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentCommand {
    /// Request a payment.
    Open(OpenPayment),
    /// Record the gateway's order.
    RecordOrder(RecordOrder),
    /// Close an order.
    CloseOrder(CloseOrder),
    /// Record a failed attempt.
    RecordFailedAttempt(RecordFailedAttempt),
    /// Record an authorised attempt: the money is reserved.
    RecordAuthorisation(RecordAuthorisation),
    /// Record a captured attempt: the money belongs to the clinic.
    RecordCapture(RecordCapture),
    /// Request a refund.
    RequestRefund(RequestRefund),
    /// Record that a refund is done.
    RecordRefund(RecordRefund),
    /// Record that a refund failed.
    RecordRefundFailure(RecordRefundFailure),
    /// Request a failed refund again.
    RetryRefund(RetryRefund),
    /// Record a dispute, or its progress.
    RecordDispute(RecordDispute),
    /// Record its receipt number.
    IssueReceipt(IssueReceipt),
}

/// Opens a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenPayment {
    /// Id of the new payment.
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
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records the gateway's order. It replaces an order that can't be paid any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOrder {
    /// The order.
    pub order: GatewayOrderId,
    /// The API key that made it.
    pub key: GatewayKeyId,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Closes an order. Money that arrives for it all the same is still recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseOrder {
    /// The order.
    pub order: GatewayOrderId,
    /// Grounds for which it is closed.
    pub grounds: ClosingGrounds,
    /// The gateway's reason, if it gives one.
    pub code: Option<FailureCode>,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records a failed attempt. A later one, or the same one, may still succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordFailedAttempt {
    /// The order.
    pub order: GatewayOrderId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// The gateway's reason, if it gives one.
    pub code: Option<FailureCode>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Records an authorised attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAuthorisation {
    /// The order.
    pub order: GatewayOrderId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Amount.
    pub amount: Money,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Records a captured attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordCapture {
    /// The order.
    pub order: GatewayOrderId,
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Captured amount.
    pub amount: Money,
    /// True if the gateway says that the order is paid by it, although the amount is another one.
    pub order_paid: bool,
    /// Id of the refund, which is used if the capture does not settle the payment.
    pub refund: RefundId,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Requests the refund of some or all of a captured attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRefund {
    /// Id of the refund. Requesting the same refund again adds no event.
    pub refund: RefundId,
    /// The attempt; `None` for the one that settled the payment.
    pub attempt: Option<GatewayPaymentId>,
    /// Amount.
    pub amount: Money,
    /// Its grounds.
    pub grounds: RefundGrounds,
    /// The actor who requested it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records that a refund is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefund {
    /// The refund.
    pub refund: RefundId,
    /// Id of the refund at the gateway.
    pub gateway_refund: GatewayRefundId,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Records that a refund failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRefundFailure {
    /// The refund.
    pub refund: RefundId,
    /// Number of the try. A report of an earlier try is ignored.
    pub attempt_number: u16,
    /// The gateway's reason, if it gives one.
    pub code: Option<FailureCode>,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Requests a failed refund at the gateway again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRefund {
    /// The refund.
    pub refund: RefundId,
    /// The actor who requested it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records a dispute as the gateway reports it. If it is lost, refunds that are not done are
/// withdrawn, as far as the payer got the money by the dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDispute {
    /// The dispute.
    pub dispute: GatewayDisputeId,
    /// The attempt whose money is disputed.
    pub attempt: GatewayPaymentId,
    /// Disputed amount.
    pub amount: Money,
    /// Amount that the gateway deducted, if it tells; otherwise a lost dispute costs the disputed one.
    pub deducted: Option<Money>,
    /// Progress.
    pub status: DisputeStatus,
    /// The bank's grounds, as a code of the gateway.
    pub code: Option<FailureCode>,
    /// Deadline for the clinic's answer.
    pub respond_by: Option<DateTime<Utc>>,
    /// Time of the gateway's report.
    pub reported_at: DateTime<Utc>,
    /// Id of the refund of what is still owed if the dispute is lost.
    pub refund: RefundId,
    /// Time at which we learnt of it.
    pub at: DateTime<Utc>,
}

/// Records the receipt number of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssueReceipt {
    /// Number in the clinic's series.
    pub number: ReceiptNumber,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
