//! A payment, its refunds and its ledger, as they are shown.

use chrono::{DateTime, Utc};
use domain::payment::{RefundGrounds, RefundStatus};
use domain::{
    AppointmentId, ClinicId, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money,
    PatientId, PaymentId, ReceiptNumber, RefundId,
};

/// A payment, as payer and clinic see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPayment {
    /// Which payment.
    pub payment: PaymentId,
    /// For which visit.
    pub appointment: AppointmentId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// Who is paid.
    pub clinic: ClinicId,
    /// How much is asked for.
    pub amount: Money,
    /// The order at the gateway, once it is there.
    pub order: Option<GatewayOrderId>,
    /// When it was asked for.
    pub opened_at: DateTime<Utc>,
    /// When it is no longer wanted.
    pub pay_until: DateTime<Utc>,
    /// When it was paid, if it was.
    pub paid_at: Option<DateTime<Utc>>,
    /// The attempt that brought what was asked for.
    pub settled_by: Option<GatewayPaymentId>,
    /// All that came, in its own currency: also what came twice.
    pub captured: Money,
    /// All that is to be given back, in its own currency, wherever it is by now.
    pub refunds_requested: Money,
    /// What of it failed and is still owed.
    pub refunds_failed: Money,
    /// What of it has left.
    pub refunded: Money,
    /// The number of its receipt, once there is one.
    pub receipt: Option<ReceiptNumber>,
    /// The version of the payment that this row shows.
    pub version: i64,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStanding {
    /// It can be paid.
    Open,
    /// It was paid, whatever was given back since.
    Paid,
    /// Nobody paid in time.
    Lapsed,
}

impl PaymentStanding {
    /// The word for it.
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
    /// Where it stands at an instant.
    #[must_use]
    pub fn standing_at(&self, now: DateTime<Utc>) -> PaymentStanding {
        match self.paid_at {
            Some(_) => PaymentStanding::Paid,
            None if now < self.pay_until => PaymentStanding::Open,
            None => PaymentStanding::Lapsed,
        }
    }
}

/// A refund, as far as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRefund {
    /// Of which payment.
    pub payment: PaymentId,
    /// Which refund.
    pub refund: RefundId,
    /// For which visit.
    pub appointment: AppointmentId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// Who gives it back.
    pub clinic: ClinicId,
    /// Of which attempt.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub grounds: RefundGrounds,
    /// How far it is.
    pub status: RefundStatus,
    /// How often the gateway was asked for it, from 1.
    pub tries: u16,
    /// Why the last try failed, if the gateway said.
    pub failure: Option<FailureCode>,
    /// What the gateway calls it, once it is done.
    pub gateway_refund: Option<GatewayRefundId>,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it last went on.
    pub changed_at: DateTime<Utc>,
    /// The number of the event that it went on by.
    pub version: i64,
}

/// A movement of money. It is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Of which payment.
    pub payment: PaymentId,
    /// The number of the event that tells of it.
    pub entry: i64,
    /// For which visit.
    pub appointment: AppointmentId,
    /// Whose visit it is.
    pub patient: PatientId,
    /// Whose books they are.
    pub clinic: ClinicId,
    /// Which way it went.
    pub kind: LedgerKind,
    /// How much.
    pub amount: Money,
    /// By which attempt it came.
    pub attempt: GatewayPaymentId,
    /// The refund that it left by, if it left.
    pub refund: Option<RefundId>,
    /// What the gateway calls that.
    pub gateway_refund: Option<GatewayRefundId>,
    /// Why it left.
    pub grounds: Option<RefundGrounds>,
    /// When we heard of it.
    pub at: DateTime<Utc>,
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LedgerKind {
    /// It came.
    Capture,
    /// It left.
    Refund,
}

impl LedgerKind {
    /// The word under which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Capture => "CAPTURE",
            Self::Refund => "REFUND",
        }
    }
}
