//! What the API and its webhooks have in common: payments and refunds as they are written.
//!
//! Fields come and go, so those that are not needed are never looked at, and a word that is not known is
//! no error of the reader's.

use std::str::FromStr as _;

use commands::ports::{AttemptStatus, GatewayAttempt, GatewayRefund, GatewayRefundStatus};
use domain::{
    Currency, FailureCode, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, RefundId,
};
use serde::Deserialize;
use serde_json::Value;

/// The note of a refund that says which of ours it is.
pub(super) const REFUND: &str = "refund";
/// The note of a refund that says which try of it.
pub(super) const TRY: &str = "try";

/// Several of one kind.
#[derive(Deserialize)]
pub(super) struct Collection<T> {
    pub(super) items: Vec<T>,
}

/// A payment: one attempt to pay an order.
#[derive(Deserialize)]
pub(super) struct PaymentEntity {
    id: GatewayPaymentId,
    #[serde(default)]
    order_id: Option<String>,
    amount: i64,
    currency: String,
    status: String,
    #[serde(default)]
    error_code: Option<String>,
}

impl PaymentEntity {
    /// Of which order, if of any.
    pub(super) fn order(&self) -> Option<GatewayOrderId> {
        GatewayOrderId::parse(self.order_id.as_deref()?).ok()
    }

    /// As the port tells it; none if it is of no order, or in words or a currency that are not known here.
    pub(super) fn attempt(&self) -> Option<GatewayAttempt> {
        Some(GatewayAttempt {
            order: self.order()?,
            attempt: self.id.clone(),
            amount: self.amount()?,
            status: self.status()?,
        })
    }

    pub(super) fn amount(&self) -> Option<Money> {
        money(self.amount, &self.currency)
    }

    /// The status decides. A flag beside it, `captured`, is true in the gateway's own sample of a payment
    /// that is only authorised.
    pub(super) fn status(&self) -> Option<AttemptStatus> {
        match &*self.status {
            "created" => Some(AttemptStatus::Created),
            "authorized" => Some(AttemptStatus::Authorised),
            // Given back in whole, and so captured before.
            "captured" | "refunded" => Some(AttemptStatus::Captured),
            "failed" => Some(AttemptStatus::Failed { code: self.code() }),
            _ => None,
        }
    }

    /// Null and empty mean that there is none.
    fn code(&self) -> Option<FailureCode> {
        FailureCode::parse(self.error_code.as_deref()?).ok()
    }
}

/// A refund of a payment.
#[derive(Deserialize)]
pub(super) struct RefundEntity {
    id: GatewayRefundId,
    payment_id: GatewayPaymentId,
    amount: i64,
    currency: String,
    status: String,
    /// An object, or an empty list if there are none.
    #[serde(default)]
    notes: Value,
}

impl RefundEntity {
    /// As the port tells it; none if it is in words or a currency that are not known here.
    pub(super) fn refund(&self) -> Option<GatewayRefund> {
        Some(GatewayRefund {
            gateway_refund: self.id.clone(),
            attempt: self.payment_id.clone(),
            ours: self.ours(),
            amount: money(self.amount, &self.currency)?,
            status: match &*self.status {
                "pending" => GatewayRefundStatus::Pending,
                "processed" => GatewayRefundStatus::Processed,
                "failed" => GatewayRefundStatus::Failed,
                _ => return None,
            },
        })
    }

    fn ours(&self) -> Option<(RefundId, u16)> {
        let note = |name| self.notes.get(name).and_then(Value::as_str);
        let refund = RefundId::from_str(note(REFUND)?).ok()?;
        Some((refund, note(TRY)?.parse().ok()?))
    }
}

/// An amount in a currency that is known here.
pub(super) fn money(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::from_str(currency).ok()?;
    Money::new(amount, currency).ok()
}
