//! Refund of a cancelled visit.
//!
//! One pure function decides the refund of a cancellation, and what a preview of it shows. The share
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
    /// Share of the fee that is due, in whole percent.
    pub percent: u8,
    /// Grounds of the share.
    pub grounds: ShareGrounds,
    /// Last time at which a cancellation on the same behalf has this share; `None` if it never
    /// changes.
    pub holds_until: Option<DateTime<Utc>>,
    /// The parts of the fee that are not refunded; none is zero.
    pub not_refunded: Vec<NotRefunded>,
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
}

impl NotRefundedReason {
    /// All reasons.
    pub const ALL: [Self; 3] = [Self::Unpaid, Self::RefundPolicy, Self::AlreadyRefunded];

    /// Returns the name that is sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unpaid => "UNPAID",
            Self::RefundPolicy => "REFUND_POLICY",
            Self::AlreadyRefunded => "ALREADY_REFUNDED",
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
        Self {
            amount: parts
                .as_ref()
                .map_or_else(|| Money::zero(visit.fee.currency()), |parts| parts.refund),
            percent,
            grounds,
            holds_until,
            not_refunded: parts.map_or_else(|| unpaid(visit), |parts| parts.not_refunded),
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

/// The captured money, divided.
struct Parts {
    refund: Money,
    not_refunded: Vec<NotRefunded>,
}

impl Parts {
    /// Divides the money that settled the payment; `None` if none did.
    fn new(payment: &OpenedPayment, percent: u8) -> Option<Self> {
        let left = payment.left()?;
        let due = share(payment.amount, percent);
        let refund = if due.amount() > left.amount() {
            left
        } else {
            due
        };
        let amount = |amount: i64| Money::new(amount, left.currency()).ok();
        let parts = [
            (
                NotRefundedReason::AlreadyRefunded,
                payment.amount.amount() - left.amount(),
            ),
            (
                NotRefundedReason::RefundPolicy,
                left.amount() - refund.amount(),
            ),
        ];
        let parts = parts.into_iter().filter_map(|(reason, part)| {
            let amount = amount(part).filter(|amount| !amount.is_zero())?;
            Some(NotRefunded { reason, amount })
        });
        Some(Self {
            refund,
            not_refunded: parts.collect(),
        })
    }
}

fn unpaid(visit: &Visit) -> Vec<NotRefunded> {
    let fee = NotRefunded {
        reason: NotRefundedReason::Unpaid,
        amount: visit.fee,
    };
    let fee = (!visit.fee.is_zero()).then_some(fee);
    fee.into_iter().collect()
}
