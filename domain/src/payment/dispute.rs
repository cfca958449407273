//! Disputes: the payer's bank demands captured money back, and wins or loses.
//!
//! While a dispute is open its money is not refunded as well: a refund of it waits. If the dispute is
//! lost, the payer has that money, and less is refunded.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dispute_events::{PaymentDisputeAdvanced, PaymentDisputeDecided, PaymentDisputeOpened};
use super::state::{OpenedPayment, RefundStatus};
use crate::values::{GatewayPaymentId, Money};

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The attempt whose money is disputed.
    pub attempt: GatewayPaymentId,
    /// Progress.
    pub status: DisputeStatus,
    /// Amount that went back to the payer: zero unless it is lost.
    pub lost: Money,
    /// Time of the gateway's latest report.
    pub reported_at: DateTime<Utc>,
}

/// Progress of a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeStatus {
    /// It was raised; the clinic may answer it.
    Open,
    /// The bank wants more evidence.
    ActionRequired,
    /// The bank examines the evidence.
    UnderReview,
    /// The money stays with the clinic.
    Won,
    /// The money went back to the payer.
    Lost,
    /// It ended without a decision; no money moved by it.
    Closed,
}

impl DisputeStatus {
    /// All statuses.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::ActionRequired,
        Self::UnderReview,
        Self::Won,
        Self::Lost,
        Self::Closed,
    ];

    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::ActionRequired => "ACTION_REQUIRED",
            Self::UnderReview => "UNDER_REVIEW",
            Self::Won => "WON",
            Self::Lost => "LOST",
            Self::Closed => "CLOSED",
        }
    }

    /// True until it is won, lost or closed.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Open | Self::ActionRequired | Self::UnderReview => true,
            Self::Won | Self::Lost | Self::Closed => false,
        }
    }
}

impl OpenedPayment {
    /// True while a dispute about an attempt is open.
    pub fn is_disputed(&self, attempt: &GatewayPaymentId) -> bool {
        let disputes = self.disputes.values();
        let mut open = disputes.filter(|dispute| dispute.status.is_open());
        open.any(|dispute| dispute.attempt == *attempt)
    }

    /// Returns the part of an attempt that went back to the payer by disputes.
    pub fn lost_of(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        let captured = self.captured(attempt)?;
        let disputes = self.disputes.values();
        let lost = disputes.filter(|dispute| dispute.attempt == *attempt);
        let lost = lost.fold(0_i64, |sum, dispute| {
            sum.saturating_add(lost_of(dispute, captured))
        });
        Money::new(lost.min(captured.amount()), captured.currency()).ok()
    }

    /// Returns the sum of the refunds of an attempt, done or not, without those that were withdrawn.
    pub fn refunds_of(&self, attempt: &GatewayPaymentId) -> i64 {
        let refunds = self.refunds.values();
        let refunds = refunds.filter(|refund| refund.attempt == *attempt);
        let refunds = refunds.filter(|refund| refund.status != RefundStatus::Withdrawn);
        refunds.map(|refund| refund.amount.amount()).sum()
    }
}

impl OpenedPayment {
    pub(super) fn advance_dispute(&mut self, advanced: &PaymentDisputeAdvanced) {
        if let Some(dispute) = self.disputes.get_mut(&advanced.dispute) {
            dispute.status = advanced.status;
            dispute.reported_at = advanced.reported_at;
        }
    }

    pub(super) fn decide_dispute(&mut self, decided: &PaymentDisputeDecided) {
        if let Some(dispute) = self.disputes.get_mut(&decided.dispute) {
            dispute.status = decided.status;
            dispute.lost = decided.lost;
            dispute.reported_at = decided.reported_at;
        }
    }
}

impl From<&PaymentDisputeOpened> for Dispute {
    fn from(raised: &PaymentDisputeOpened) -> Self {
        Self {
            attempt: raised.attempt.clone(),
            status: DisputeStatus::Open,
            lost: Money::zero(raised.amount.currency()),
            reported_at: raised.reported_at,
        }
    }
}

/// A bank may settle a dispute in another currency; then all of the attempt counts as lost.
fn lost_of(dispute: &Dispute, captured: Money) -> i64 {
    if dispute.lost.is_zero() || dispute.lost.currency() == captured.currency() {
        dispute.lost.amount()
    } else {
        captured.amount()
    }
}
