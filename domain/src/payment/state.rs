//! What a payment remembers of its history.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Payable, PaymentEvent, PaymentOpened};
use super::refund_policy::{RefundPolicy, refund_due};
use crate::appointment::CancelledBy;
use crate::values::{
    ClinicId, GatewayOrderId, GatewayPaymentId, Money, PatientId, PaymentId, ReceiptNumber,
    RefundId,
};

/// A payment, as far as its rules care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payment {
    /// Not there yet.
    #[default]
    Unopened,
    /// Asked for; perhaps paid, perhaps given back.
    Opened(Box<OpenedPayment>),
}

/// What was asked for, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPayment {
    /// Which payment.
    pub payment: PaymentId,
    /// What is paid for.
    pub payable: Payable,
    /// Whose visit or test it is.
    pub patient: PatientId,
    /// Who is paid.
    pub clinic: ClinicId,
    /// How much is asked for.
    pub amount: Money,
    /// When it is no longer wanted.
    pub pay_until: DateTime<Utc>,
    /// The order at the gateway, once it is there.
    pub order: Option<GatewayOrderId>,
    /// The attempts that we heard of.
    pub attempts: BTreeMap<GatewayPaymentId, Attempt>,
    /// The attempt that brought what was asked for.
    pub settled_by: Option<GatewayPaymentId>,
    /// What is given back.
    pub refunds: BTreeMap<RefundId, Refund>,
    /// The number of its receipt, once there is one.
    pub receipt: Option<ReceiptNumber>,
}

/// How far an attempt came. It never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// It failed, which need not be the end of it.
    Failed,
    /// The money is reserved.
    Authorised,
    /// So much money came.
    Captured(Money),
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Of which attempt.
    pub attempt: GatewayPaymentId,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// The gateway is asked for it for the nth time, from 1.
    pub attempt_number: u16,
    /// Since when: how long it has been at it says how soon it is asked how far it is.
    pub asked_at: DateTime<Utc>,
}

/// How far a refund is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// The gateway is to do it, or at it.
    Requested,
    /// It could not. The money is still owed.
    Failed,
    /// The money is back.
    Refunded,
}

impl RefundStatus {
    /// The word for it, as it is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Failed => "FAILED",
            Self::Refunded => "REFUNDED",
        }
    }
}

impl Payment {
    /// The payment, once it was opened.
    pub fn opened(&self) -> Option<&OpenedPayment> {
        match self {
            Self::Unopened => None,
            Self::Opened(opened) => Some(opened),
        }
    }
}

impl OpenedPayment {
    /// Whether what was asked for came. It stays so, whatever is given back.
    pub const fn is_paid(&self) -> bool {
        self.settled_by.is_some()
    }

    /// What an attempt brought, if it did.
    pub fn captured(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        match self.attempts.get(attempt)? {
            Attempt::Captured(amount) => Some(*amount),
            Attempt::Failed | Attempt::Authorised => None,
        }
    }

    /// How much of all that came was asked back, whether or not it has left yet.
    pub fn refunded(&self) -> Money {
        let currency = self.amount.currency();
        let refunds = self.refunds.values().map(|refund| refund.amount);
        let refunds = refunds.filter(|amount| amount.currency() == currency);
        let amount = refunds.map(|amount| amount.amount()).sum();
        Money::new(amount, currency).unwrap_or(self.amount)
    }

    /// What is left of the money that settled it, besides all refunds; nothing if none did.
    pub fn left(&self) -> Option<Money> {
        self.left_of(self.settled_by.as_ref()?)
    }

    /// What is to be given back for its visit, which was called off so long before it began: at most what is
    /// left; nothing if no money settled it.
    pub fn refund_due(
        &self,
        policy: &RefundPolicy,
        cancelled_by: CancelledBy,
        before: TimeDelta,
    ) -> Option<Money> {
        let left = self.left()?;
        let due = refund_due(policy, self.amount, cancelled_by, before);
        Some(if due.amount() > left.amount() {
            left
        } else {
            due
        })
    }

    /// What is left of it besides all refunds that were requested: one that failed is still owed.
    pub fn left_of(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        let captured = self.captured(attempt)?;
        let refunds = self.refunds.values();
        let given_back: i64 = refunds
            .filter(|refund| refund.attempt == *attempt)
            .map(|refund| refund.amount.amount())
            .sum();
        Money::new(captured.amount() - given_back, captured.currency()).ok()
    }
}

impl From<&PaymentOpened> for OpenedPayment {
    fn from(opened: &PaymentOpened) -> Self {
        Self {
            payment: opened.payment,
            payable: opened.payable,
            patient: opened.patient,
            clinic: opened.clinic,
            amount: opened.amount,
            pay_until: opened.pay_until,
            order: None,
            attempts: BTreeMap::new(),
            settled_by: None,
            refunds: BTreeMap::new(),
            receipt: None,
        }
    }
}

/// The payment after one more event. An event that can't follow leaves it as it is.
#[must_use]
pub fn evolve(state: Payment, event: &PaymentEvent) -> Payment {
    match (state, event) {
        (Payment::Unopened, PaymentEvent::Opened(opened)) => {
            Payment::Opened(Box::new(opened.into()))
        }
        (Payment::Opened(mut opened), event) => {
            opened.note(event);
            Payment::Opened(opened)
        }
        (
            Payment::Unopened,
            PaymentEvent::OrderCreated(_)
            | PaymentEvent::AttemptFailed(_)
            | PaymentEvent::Authorised(_)
            | PaymentEvent::Captured(_)
            | PaymentEvent::RefundRequested(_)
            | PaymentEvent::Refunded(_)
            | PaymentEvent::RefundFailed(_)
            | PaymentEvent::RefundRetried(_)
            | PaymentEvent::ReceiptIssued(_),
        ) => Payment::Unopened,
    }
}

impl OpenedPayment {
    fn note(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Opened(_) => {}
            PaymentEvent::OrderCreated(created) => self.order = Some(created.order.clone()),
            PaymentEvent::AttemptFailed(failed) => {
                self.attempts
                    .insert(failed.attempt.clone(), Attempt::Failed);
            }
            PaymentEvent::Authorised(authorised) => {
                let attempt = authorised.attempt.clone();
                self.attempts.insert(attempt, Attempt::Authorised);
            }
            PaymentEvent::Captured(captured) => {
                let attempt = captured.attempt.clone();
                self.attempts
                    .insert(attempt.clone(), Attempt::Captured(captured.amount));
                if captured.settles {
                    self.settled_by = Some(attempt);
                }
            }
            PaymentEvent::RefundRequested(requested) => {
                let refund = Refund {
                    attempt: requested.attempt.clone(),
                    amount: requested.amount,
                    status: RefundStatus::Requested,
                    attempt_number: 1,
                    asked_at: requested.at,
                };
                self.refunds.insert(requested.refund, refund);
            }
            PaymentEvent::Refunded(refunded) => {
                self.stands(refunded.refund, RefundStatus::Refunded);
            }
            PaymentEvent::RefundFailed(failed) => {
                self.stands(failed.refund, RefundStatus::Failed);
            }
            PaymentEvent::RefundRetried(retried) => {
                if let Some(refund) = self.refunds.get_mut(&retried.refund) {
                    refund.status = RefundStatus::Requested;
                    refund.attempt_number = retried.attempt_number;
                    refund.asked_at = retried.at;
                }
            }
            PaymentEvent::ReceiptIssued(issued) => self.receipt = Some(issued.number),
        }
    }

    fn stands(&mut self, refund: RefundId, status: RefundStatus) {
        if let Some(refund) = self.refunds.get_mut(&refund) {
            refund.status = status;
        }
    }
}
