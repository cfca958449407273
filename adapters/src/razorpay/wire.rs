//! Payments, refunds and disputes in the format of the API and its webhooks.
//!
//! Fields come and go, so those that are not needed are ignored, and an unknown value of them is no
//! error.

use std::str::FromStr as _;

use chrono::{DateTime, Utc};
use commands::ports::{
    AttemptStatus, GatewayAttempt, GatewayDispute, GatewayRefund, GatewayRefundStatus,
};
use domain::payment::DisputeStatus;
use domain::{
    Currency, FailureCode, GatewayDisputeId, GatewayOrderId, GatewayPaymentId, GatewayRefundId,
    Money, RefundId,
};
use serde::Deserialize;
use serde_json::Value;

/// The note of a refund with our refund's id.
pub(super) const REFUND: &str = "refund";
/// The note of a refund with the number of the try.
pub(super) const TRY: &str = "try";

/// A list of items.
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
    /// Its order, if any.
    pub(super) fn order(&self) -> Option<GatewayOrderId> {
        GatewayOrderId::parse(self.order_id.as_deref()?).ok()
    }

    /// Converts it to the port's type; `None` without an order, or with an unknown status or
    /// currency.
    pub(super) fn attempt(&self) -> Option<GatewayAttempt> {
        Some(GatewayAttempt {
            order: self.order()?,
            attempt: self.id.clone(),
            amount: self.amount()?,
            status: self.status()?,
        })
    }

    /// True if no money is reserved or captured by it, whatever its currency.
    pub(super) fn brought_nothing(&self) -> bool {
        matches!(
            self.status(),
            Some(AttemptStatus::Created | AttemptStatus::Failed { .. })
        )
    }

    pub(super) fn amount(&self) -> Option<Money> {
        money(self.amount, &self.currency)
    }

    /// The status decides. The flag `captured` is true in the gateway's own sample of a payment
    /// that is only authorised.
    pub(super) fn status(&self) -> Option<AttemptStatus> {
        match &*self.status {
            "created" => Some(AttemptStatus::Created),
            "authorized" => Some(AttemptStatus::Authorised),
            // Refunded completely, and so captured before.
            "captured" | "refunded" => Some(AttemptStatus::Captured),
            "failed" => Some(AttemptStatus::Failed { code: self.code() }),
            _ => None,
        }
    }

    /// Null and empty both mean none.
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
    /// Converts it to the port's type; `None` with an unknown status or currency.
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

/// A dispute about a payment.
#[derive(Deserialize)]
pub(super) struct DisputeEntity {
    id: GatewayDisputeId,
    payment_id: GatewayPaymentId,
    amount: i64,
    currency: String,
    /// Zero unless it is lost.
    #[serde(default)]
    amount_deducted: Option<i64>,
    #[serde(default)]
    reason_code: Option<String>,
    #[serde(default)]
    respond_by: Option<i64>,
    #[serde(default)]
    status: String,
}

impl DisputeEntity {
    /// Converts it to the port's type; `None` with an unknown status or currency. `stage` is the last
    /// word of the event's name, and empty in a list.
    pub(super) fn dispute(&self, stage: &str) -> Option<GatewayDispute> {
        let deducted = self.amount_deducted.filter(|deducted| *deducted > 0);
        Some(GatewayDispute {
            dispute: self.id.clone(),
            attempt: self.payment_id.clone(),
            amount: money(self.amount, &self.currency)?,
            deducted: deducted.and_then(|deducted| money(deducted, &self.currency)),
            status: self.status(stage)?,
            code: FailureCode::parse(self.reason_code.as_deref().unwrap_or_default()).ok(),
            respond_by: self.respond_by.and_then(time),
            reported_at: None,
        })
    }

    /// A dispute for which more evidence is wanted is open again, so only the event tells that. The
    /// event also tells a status that is unknown here.
    fn status(&self, stage: &str) -> Option<DisputeStatus> {
        let told = match &*self.status {
            known @ ("open" | "under_review" | "won" | "lost" | "closed") => known,
            _ => stage,
        };
        match told {
            "open" | "action_required" if stage == "action_required" => {
                Some(DisputeStatus::ActionRequired)
            }
            "open" | "created" => Some(DisputeStatus::Open),
            "under_review" => Some(DisputeStatus::UnderReview),
            "won" => Some(DisputeStatus::Won),
            "lost" => Some(DisputeStatus::Lost),
            "closed" => Some(DisputeStatus::Closed),
            _ => None,
        }
    }
}

/// A time in Unix seconds.
pub(super) fn time(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

/// An amount in a known currency.
pub(super) fn money(amount: i64, currency: &str) -> Option<Money> {
    let currency = Currency::from_str(currency).ok()?;
    Money::new(amount, currency).ok()
}
