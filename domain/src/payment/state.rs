//! State of a payment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::dispute::Dispute;
use super::event::{PaymentEvent, PaymentOpened, RefundGrounds};
use super::order_events::ClosingGrounds;
use super::payable::Payable;
use crate::values::{
    ClinicId, GatewayDisputeId, GatewayKeyId, GatewayOrderId, GatewayPaymentId, Money, PatientId,
    PaymentId, ReceiptNumber, RefundId,
};

/// A payment, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payment {
    /// Nothing has happened yet.
    #[default]
    Unopened,
    /// Requested; it may be paid, and refunded.
    Opened(Box<OpenedPayment>),
}

/// A payment after it was requested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedPayment {
    /// The payment.
    pub payment: PaymentId,
    /// The item that is paid for.
    pub payable: Payable,
    /// The patient to whom the item belongs.
    pub patient: PatientId,
    /// The clinic that receives the money.
    pub clinic: ClinicId,
    /// Requested amount.
    pub amount: Money,
    /// Deadline of the payment.
    pub pay_until: DateTime<Utc>,
    /// The order at the gateway, once it exists; the last one of several.
    pub order: Option<GatewayOrderId>,
    /// The API keys that made the orders, as far as that was recorded.
    pub order_keys: BTreeMap<GatewayOrderId, GatewayKeyId>,
    /// True if what the order brought was refunded: the gateway may take no second payment for it.
    pub order_is_spent: bool,
    /// Orders that were closed. Money may still arrive for those of this payment.
    pub closed_orders: BTreeMap<GatewayOrderId, ClosingGrounds>,
    /// The attempts known so far.
    pub attempts: BTreeMap<GatewayPaymentId, Attempt>,
    /// The attempt that settled the payment.
    pub settled_by: Option<GatewayPaymentId>,
    /// True if it is settled and no money moved: in a sandbox or in the gateway's test mode.
    pub test_mode: bool,
    /// The refunds.
    pub refunds: BTreeMap<RefundId, Refund>,
    /// The disputes.
    pub disputes: BTreeMap<GatewayDisputeId, Dispute>,
    /// Receipt number, once there is one.
    pub receipt: Option<ReceiptNumber>,
}

/// Progress of an attempt. It never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Attempt {
    /// It failed, but may still succeed.
    Failed,
    /// The money is reserved.
    Authorised(Money),
    /// The money was captured.
    Captured(Money),
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The attempt.
    pub attempt: GatewayPaymentId,
    /// Amount.
    pub amount: Money,
    /// Its grounds.
    pub grounds: RefundGrounds,
    /// Progress.
    pub status: RefundStatus,
    /// Number of requests to the gateway, from 1.
    pub attempt_number: u16,
    /// Time of the last request; the next status check is the later, the longer ago it was.
    pub asked_at: DateTime<Utc>,
}

/// Progress of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    /// Requested from the gateway.
    Requested,
    /// Failed. The money is still owed.
    Failed,
    /// The money was refunded.
    Refunded,
    /// No longer owed: the payer got the money by a dispute.
    Withdrawn,
}

impl RefundStatus {
    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Failed => "FAILED",
            Self::Refunded => "REFUNDED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }
}

impl Payment {
    /// Returns the payment, once it was requested.
    pub fn opened(&self) -> Option<&OpenedPayment> {
        match self {
            Self::Unopened => None,
            Self::Opened(opened) => Some(opened),
        }
    }
}

impl OpenedPayment {
    /// True if a capture settled the payment. It stays so after a refund.
    pub const fn is_paid(&self) -> bool {
        self.settled_by.is_some()
    }

    /// Returns the captured amount of an attempt.
    pub fn captured(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        match self.attempts.get(attempt)? {
            Attempt::Captured(amount) => Some(*amount),
            Attempt::Failed | Attempt::Authorised(_) => None,
        }
    }

    /// Returns the order that can be paid with this API key; `None` if a new one is needed.
    pub fn payable_order(&self, key: &GatewayKeyId) -> Option<&GatewayOrderId> {
        let order = self.order.as_ref()?;
        let same_key = self.order_keys.get(order).is_none_or(|made| made == key);
        let open = !self.order_is_spent && !self.closed_orders.contains_key(order);
        (same_key && open).then_some(order)
    }

    /// Returns all orders of this payment, open or closed.
    pub fn orders(&self) -> impl Iterator<Item = &GatewayOrderId> {
        let closed = self.closed_orders.keys();
        let former = closed.filter(|order| self.order.as_ref() != Some(*order));
        let former = former.filter(|order| self.has_order(order));
        former.chain(&self.order)
    }

    /// True if money for this order belongs to this payment.
    pub fn has_order(&self, order: &GatewayOrderId) -> bool {
        let closed = self.closed_orders.get(order);
        self.order.as_ref() == Some(order)
            || closed.is_some_and(|grounds| *grounds != ClosingGrounds::OtherPayment)
    }

    /// True if it is an order of this payment, or one that was not accepted.
    pub fn knows_order(&self, order: &GatewayOrderId) -> bool {
        self.order.as_ref() == Some(order) || self.closed_orders.contains_key(order)
    }

    /// Returns the number of the next order, from 1.
    pub fn next_order_number(&self) -> usize {
        let current = self.order.as_ref();
        let open = current.filter(|order| !self.closed_orders.contains_key(*order));
        self.closed_orders.len() + usize::from(open.is_some()) + 1
    }

    /// Returns the part of the requested amount that the settling capture brought: less than that after a
    /// discount, and never more. `None` if the payment is not settled.
    pub fn fee_paid(&self) -> Option<Money> {
        let captured = self.captured(self.settled_by.as_ref()?)?;
        let less = captured.amount() < self.amount.amount();
        Some(if less { captured } else { self.amount })
    }

    /// Returns the sum of all requested refunds, done or not, without those that were withdrawn.
    pub fn refunded(&self) -> Money {
        let currency = self.amount.currency();
        let refunds = self.refunds.values();
        let refunds = refunds.filter(|refund| refund.status != RefundStatus::Withdrawn);
        let refunds = refunds.map(|refund| refund.amount);
        let refunds = refunds.filter(|amount| amount.currency() == currency);
        let amount = refunds.map(|amount| amount.amount()).sum();
        Money::new(amount, currency).unwrap_or(self.amount)
    }

    /// Returns the rest of the money that settled the payment, after all refunds and lost disputes;
    /// `None` if it is not settled.
    pub fn left(&self) -> Option<Money> {
        self.left_of(self.settled_by.as_ref()?)
    }

    /// Returns the rest of an attempt after all requested refunds, where a failed one is still owed,
    /// and lost disputes. Zero if a refund left although a dispute took the money as well.
    pub fn left_of(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        let unrefunded = self.unrefunded_of(attempt)?;
        let left = unrefunded.amount() - self.lost_of(attempt)?.amount();
        Money::new(left.max(0), unrefunded.currency()).ok()
    }

    /// Returns the rest of an attempt after all requested refunds alone.
    pub fn unrefunded_of(&self, attempt: &GatewayPaymentId) -> Option<Money> {
        let captured = self.captured(attempt)?;
        let left = captured.amount() - self.refunds_of(attempt);
        Money::new(left.max(0), captured.currency()).ok()
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
            order_keys: BTreeMap::new(),
            order_is_spent: false,
            closed_orders: BTreeMap::new(),
            attempts: BTreeMap::new(),
            settled_by: None,
            test_mode: false,
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            receipt: None,
        }
    }
}

/// Returns the payment after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: Payment, event: &PaymentEvent) -> Payment {
    match (state, event) {
        (Payment::Unopened, PaymentEvent::Opened(opened)) => {
            Payment::Opened(Box::new(opened.into()))
        }
        (Payment::Opened(mut opened), event) => {
            opened.apply(event);
            Payment::Opened(opened)
        }
        (
            Payment::Unopened,
            PaymentEvent::OrderCreated(_)
            | PaymentEvent::OrderClosed(_)
            | PaymentEvent::AttemptFailed(_)
            | PaymentEvent::Authorised(_)
            | PaymentEvent::Captured(_)
            | PaymentEvent::DifferenceAccepted(_)
            | PaymentEvent::RefundRequested(_)
            | PaymentEvent::Refunded(_)
            | PaymentEvent::RefundFailed(_)
            | PaymentEvent::RefundRetried(_)
            | PaymentEvent::RefundWithdrawn(_)
            | PaymentEvent::DisputeOpened(_)
            | PaymentEvent::DisputeAdvanced(_)
            | PaymentEvent::DisputeDecided(_)
            | PaymentEvent::ReceiptIssued(_),
        ) => Payment::Unopened,
    }
}

impl OpenedPayment {
    fn apply(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Opened(_) | PaymentEvent::DifferenceAccepted(_) => {}
            PaymentEvent::OrderCreated(created) => {
                self.order = Some(created.order.clone());
                if let Some(key) = &created.key {
                    self.order_keys.insert(created.order.clone(), key.clone());
                }
                self.order_is_spent = false;
            }
            PaymentEvent::OrderClosed(closed) => {
                self.closed_orders
                    .insert(closed.order.clone(), closed.grounds);
            }
            PaymentEvent::AttemptFailed(failed) => {
                self.attempts
                    .insert(failed.attempt.clone(), Attempt::Failed);
            }
            PaymentEvent::Authorised(authorised) => {
                let attempt = authorised.attempt.clone();
                self.attempts
                    .insert(attempt, Attempt::Authorised(authorised.amount));
            }
            PaymentEvent::Captured(captured) => {
                let attempt = captured.attempt.clone();
                self.attempts
                    .insert(attempt.clone(), Attempt::Captured(captured.amount));
                if captured.settles {
                    self.settled_by = Some(attempt);
                    self.test_mode = captured.test_mode;
                } else {
                    self.order_is_spent = true;
                }
            }
            PaymentEvent::RefundRequested(requested) => {
                let refund = Refund {
                    attempt: requested.attempt.clone(),
                    amount: requested.amount,
                    grounds: requested.grounds,
                    status: RefundStatus::Requested,
                    attempt_number: 1,
                    asked_at: requested.at,
                };
                self.refunds.insert(requested.refund, refund);
            }
            PaymentEvent::Refunded(refunded) => {
                self.set_refund_status(refunded.refund, RefundStatus::Refunded);
            }
            PaymentEvent::RefundFailed(failed) => {
                self.set_refund_status(failed.refund, RefundStatus::Failed);
            }
            PaymentEvent::RefundRetried(retried) => {
                if let Some(refund) = self.refunds.get_mut(&retried.refund) {
                    refund.status = RefundStatus::Requested;
                    refund.attempt_number = retried.attempt_number;
                    refund.asked_at = retried.at;
                }
            }
            PaymentEvent::RefundWithdrawn(withdrawn) => {
                self.set_refund_status(withdrawn.refund, RefundStatus::Withdrawn);
            }
            PaymentEvent::DisputeOpened(raised) => {
                self.disputes.insert(raised.dispute.clone(), raised.into());
            }
            PaymentEvent::DisputeAdvanced(advanced) => self.advance_dispute(advanced),
            PaymentEvent::DisputeDecided(decided) => self.decide_dispute(decided),
            PaymentEvent::ReceiptIssued(issued) => self.receipt = Some(issued.number),
        }
    }

    fn set_refund_status(&mut self, refund: RefundId, status: RefundStatus) {
        if let Some(refund) = self.refunds.get_mut(&refund) {
            refund.status = status;
        }
    }
}
