//! Refund of a cancelled visit.
//!
//! One pure function decides the refund of a cancellation, and what a preview of it shows. It divides
//! what was paid of the fee: less than the fee after a discount, and never a surcharge. The share
//! is that of the worst moment: the shortest notice among the patient's moves of the paid visit and
//! the cancellation, each against the start that the visit had then. The table of a clinic never
//! gives more for a shorter notice, so that notice has the smallest share.

use chrono::{DateTime, Utc};

use super::refund_policy::{RefundPolicy, share};
use super::state::OpenedPayment;
use crate::appointment::{CancelledBy, Notice, Visit};
use crate::values::Money;

/// A cancellation, done or intended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancellation {
    /// The party on whose behalf it is.
    pub cancelled_by: CancelledBy,
    /// Its time.
    pub at: DateTime<Utc>,
}

/// The refund of a cancelled visit, and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancellationRefund {
    /// Amount to refund; may be zero.
    pub amount: Money,
    /// Share of the paid fee that is due, in whole percent.
    pub percent: u8,
    /// Grounds of the share.
    pub grounds: ShareGrounds,
    /// Last time at which a cancellation on the same behalf has this share; `None` if it never
    /// changes.
    pub holds_until: Option<DateTime<Utc>>,
    /// The parts of the fee that are not refunded; none is zero.
    pub not_refunded: Vec<NotRefunded>,
    /// True if the refund waits for the end of a dispute. If that is lost, it is withdrawn.
    pub waits_for_dispute: bool,
}

/// Grounds of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareGrounds {
    /// The doctor or the clinic cancels: all of it.
    CancelledByClinic,
    /// The notice of the cancellation.
    Cancellation(Notice),
    /// The notice of an earlier move, which was shorter.
    Move(Notice),
}

/// A part of the fee that is not refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotRefunded {
    /// The reason.
    pub reason: NotRefundedReason,
    /// The part.
    pub amount: Money,
}

/// Reason not to refund a part of the fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRefundedReason {
    /// The visit is not paid for.
    Unpaid,
    /// The clinic's table leaves it to the clinic.
    RefundPolicy,
    /// A refund of it was requested before.
    AlreadyRefunded,
    /// The payer got it by a dispute.
    DisputeLost,
}

impl NotRefundedReason {
    /// All reasons.
    pub const ALL: [Self; 4] = [
        Self::Unpaid,
        Self::RefundPolicy,
        Self::AlreadyRefunded,
        Self::DisputeLost,
    ];

    /// Returns the name that is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "UNPAID",
            Self::RefundPolicy => "REFUND_POLICY",
            Self::AlreadyRefunded => "ALREADY_REFUNDED",
            Self::DisputeLost => "DISPUTE_LOST",
        }
    }
}

impl CancellationRefund {
    /// Returns the refund of a visit, and the facts that it follows from. `payment` is the one that
    /// paid for the visit.
    #[must_use]
    pub fn new(
        visit: &Visit,
        payment: Option<&OpenedPayment>,
        policy: &RefundPolicy,
        cancellation: Cancellation,
    ) -> Self {
        let grounds = ShareGrounds::new(visit, cancellation);
        let percent = grounds.percent(policy);
        let holds_until = match grounds {
            ShareGrounds::CancelledByClinic => None,
            ShareGrounds::Cancellation(_) | ShareGrounds::Move(_) => {
                policy.last_time_of(percent, visit.slot.start())
            }
        };
        let parts = payment.and_then(|payment| Parts::new(payment, percent));
        let parts = parts.unwrap_or_else(|| Parts::unpaid(visit));
        Self {
            amount: parts.refund,
            percent,
            grounds,
            holds_until,
            not_refunded: parts.not_refunded(),
            waits_for_dispute: parts.is_disputed && !parts.refund.is_zero(),
        }
    }
}

impl ShareGrounds {
    fn new(visit: &Visit, cancellation: Cancellation) -> Self {
        let Cancellation { cancelled_by, at } = cancellation;
        let notice = Notice {
            at,
            start: visit.slot.start(),
        };
        match (cancelled_by, visit.shortest_move) {
            (CancelledBy::Doctor | CancelledBy::Clinic, _) => Self::CancelledByClinic,
            (CancelledBy::Patient, Some(moved)) if moved.length() < notice.length() => {
                Self::Move(moved)
            }
            (CancelledBy::Patient, _) => Self::Cancellation(notice),
        }
    }

    fn percent(self, policy: &RefundPolicy) -> u8 {
        match self {
            Self::CancelledByClinic => 100,
            Self::Cancellation(notice) | Self::Move(notice) => policy.percent(notice.length()),
        }
    }
}

/// The fee, divided.
struct Parts {
    refund: Money,
    unpaid: i64,
    already_refunded: i64,
    lost: i64,
    kept: i64,
    is_disputed: bool,
}

impl Parts {
    /// Divides what was paid of the fee; `None` if nothing was. A discount of the gateway was not paid,
    /// and a surcharge went to the gateway. Money that the payer got by a dispute counts as refunded,
    /// and no more is refunded than is left.
    fn new(payment: &OpenedPayment, percent: u8) -> Option<Self> {
        let attempt = payment.settled_by.as_ref()?;
        let fee = payment.fee_paid()?;
        let captured = payment.captured(attempt)?.amount();
        let left = payment.left_of(attempt)?;
        let lost = payment.lost_of(attempt)?.amount();
        let due = share(fee, percent).amount() - lost;
        let refund = Money::new(due.clamp(0, left.amount()), left.currency()).ok()?;
        let refunds = payment.refunds_of(attempt);
        let rest = fee.amount() - refund.amount();
        let already_refunded = refunds.min(rest);
        let rest = rest - already_refunded;
        // A refund may have left before the dispute took the same money.
        let lost = (captured - refunds - left.amount()).clamp(0, rest);
        Some(Self {
            refund,
            unpaid: 0,
            already_refunded,
            lost,
            kept: rest - lost,
            is_disputed: payment.is_disputed(attempt),
        })
    }

    fn unpaid(visit: &Visit) -> Self {
        Self {
            refund: Money::zero(visit.fee.currency()),
            unpaid: visit.fee.amount(),
            already_refunded: 0,
            lost: 0,
            kept: 0,
            is_disputed: false,
        }
    }

    fn not_refunded(&self) -> Vec<NotRefunded> {
        let parts = [
            (NotRefundedReason::Unpaid, self.unpaid),
            (NotRefundedReason::AlreadyRefunded, self.already_refunded),
            (NotRefundedReason::DisputeLost, self.lost),
            (NotRefundedReason::RefundPolicy, self.kept),
        ];
        let parts = parts.into_iter().filter_map(|(reason, part)| {
            let amount = Money::new(part, self.refund.currency()).ok()?;
            (!amount.is_zero()).then_some(NotRefunded { reason, amount })
        });
        parts.collect()
    }
}
