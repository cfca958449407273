//! Payments, refunds and ledger entries, as they are shown.

use chrono::{DateTime, Utc};
use domain::payment::{ClosingGrounds, Payable, RefundGrounds, RefundStatus};
use domain::{
    ClinicId, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, PatientId,
    PaymentId, ReceiptNumber, RefundId,
};

use crate::cursor::TimeCursor;

/// A payment, as payer and clinic see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPayment {
    /// Id of the payment.
    pub payment: PaymentId,
    /// The item that is paid for.
    pub payable: Payable,
    /// The patient to whom it belongs.
    pub patient: PatientId,
    /// The clinic that is paid.
    pub clinic: ClinicId,
    /// Amount to be paid.
    pub amount: Money,
    /// The order at the gateway, once it was created.
    pub order: Option<GatewayOrderId>,
    /// Instant at which it was opened.
    pub opened_at: DateTime<Utc>,
    /// End of the time in which it can be paid.
    pub pay_until: DateTime<Utc>,
    /// Instant at which it was paid, if it was.
    pub paid_at: Option<DateTime<Utc>>,
    /// The attempt that settled it.
    pub settled_by: Option<GatewayPaymentId>,
    /// Sum of the captures in its own currency, also of those beyond the amount.
    pub captured: Money,
    /// Sum of all refunds in its own currency, whatever their status, without those that were withdrawn.
    pub refunds_requested: Money,
    /// Sum of the refunds that failed and are still owed.
    pub refunds_failed: Money,
    /// Sum of the refunds that are done.
    pub refunded: Money,
    /// Sum of what went back to payers by disputes.
    pub lost: Money,
    /// Number of its receipt, once there is one.
    pub receipt: Option<ReceiptNumber>,
    /// True if it is paid and no money moved: in the sandbox or in the gateway's test mode.
    pub test_mode: bool,
    /// Sequence number of the last event that this row contains.
    pub version: i64,
}

/// Status of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStanding {
    /// It can be paid.
    Open,
    /// It was paid, whatever was refunded since.
    Paid,
    /// It was not paid in time.
    Lapsed,
}

impl PaymentStanding {
    /// Returns the word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Paid => "PAID",
            Self::Lapsed => "LAPSED",
        }
    }
}

impl ListedPayment {
    /// Returns its status at an instant.
    #[must_use]
    pub fn standing_at(&self, now: DateTime<Utc>) -> PaymentStanding {
        match self.paid_at {
            Some(_) => PaymentStanding::Paid,
            None if now < self.pay_until => PaymentStanding::Open,
            None => PaymentStanding::Lapsed,
        }
    }
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRefund {
    /// The payment.
    pub payment: PaymentId,
    /// Id of the refund.
    pub refund: RefundId,
    /// The item that is paid for.
    pub payable: Payable,
    /// The patient to whom it belongs.
    pub patient: PatientId,
    /// The clinic that refunds.
    pub clinic: ClinicId,
    /// The attempt whose money is refunded.
    pub attempt: GatewayPaymentId,
    /// Amount.
    pub amount: Money,
    /// Grounds of the refund.
    pub grounds: RefundGrounds,
    /// Status.
    pub status: RefundStatus,
    /// Number of requests to the gateway, from 1.
    pub tries: u16,
    /// Code of the last failure, if the gateway gave one.
    pub failure: Option<FailureCode>,
    /// Its id at the gateway, once it is done.
    pub gateway_refund: Option<GatewayRefundId>,
    /// Instant of the request.
    pub requested_at: DateTime<Utc>,
    /// Instant of the last change.
    pub changed_at: DateTime<Utc>,
    /// Sequence number of the payment's event that last changed it.
    pub version: i64,
}

impl ListedRefund {
    /// Returns its place in a list, behind which the next page begins.
    #[must_use]
    pub fn cursor(&self) -> TimeCursor {
        TimeCursor {
            at: self.requested_at,
            id: self.refund.as_uuid(),
        }
    }
}

/// An order that was closed; never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedOrder {
    /// The payment.
    pub payment: PaymentId,
    /// Sequence number of the payment's event that closed it.
    pub entry: i64,
    /// The order at the gateway.
    pub order: GatewayOrderId,
    /// The item that is paid for.
    pub payable: Payable,
    /// The clinic.
    pub clinic: ClinicId,
    /// Grounds for which it was closed.
    pub grounds: ClosingGrounds,
    /// Code of the gateway's refusal, if it gave one.
    pub failure: Option<FailureCode>,
    /// Instant at which it was closed.
    pub closed_at: DateTime<Utc>,
}

/// An entry of the ledger; never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The payment.
    pub payment: PaymentId,
    /// Sequence number of the payment's event that recorded it.
    pub entry: i64,
    /// The item that is paid for.
    pub payable: Payable,
    /// The patient to whom it belongs.
    pub patient: PatientId,
    /// The clinic whose money it is.
    pub clinic: ClinicId,
    /// Direction.
    pub kind: LedgerKind,
    /// Amount.
    pub amount: Money,
    /// The attempt by which the money was captured.
    pub attempt: GatewayPaymentId,
    /// The refund, if it is one.
    pub refund: Option<RefundId>,
    /// The refund's id at the gateway.
    pub gateway_refund: Option<GatewayRefundId>,
    /// Grounds of the refund.
    pub grounds: Option<RefundGrounds>,
    /// Instant at which it was recorded.
    pub at: DateTime<Utc>,
}

/// Kind of an entry: the direction in which money moved, or a difference of which none moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LedgerKind {
    /// From the payer to the clinic.
    Capture,
    /// From the clinic back to the payer.
    Refund,
    /// Back to the payer, by a dispute that was lost.
    Dispute,
    /// The part of the requested amount that was not captured, because of an offer of the gateway.
    Discount,
    /// The part of a capture beyond the requested amount, because the payer bears a fee of the gateway.
    Surcharge,
}

impl LedgerKind {
    /// Returns the word under which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "CAPTURE",
            Self::Refund => "REFUND",
            Self::Dispute => "DISPUTE",
            Self::Discount => "DISCOUNT",
            Self::Surcharge => "SURCHARGE",
        }
    }
}
