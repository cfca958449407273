//! What is known of a payment: itself, its refunds, and the money that moved.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::payment::{
    Payable, PaymentCaptured, PaymentEvent, PaymentOpened, PaymentRefundRequested, PaymentRefunded,
    RefundStatus,
};
use domain::{GatewayPaymentId, Money, RefundId};
use uuid::Uuid;

use super::listed::{LedgerEntry, LedgerKind, ListedPayment, ListedRefund};
use crate::fold::Fold;

/// A payment with all that belongs to it. Of entries it holds the new ones only.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) payment: ListedPayment,
    pub(super) refunds: BTreeMap<RefundId, ListedRefund>,
    pub(super) entries: Vec<LedgerEntry>,
}

impl Fold for Book {
    type Event = PaymentEvent;

    fn aggregate(&self) -> Uuid {
        self.payment.payment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.payment.version
    }

    fn evolve(known: Option<Self>, event: PaymentEvent, version: i64) -> Option<Self> {
        let mut book = match event {
            PaymentEvent::Opened(opened) => Self::opened(&opened),
            PaymentEvent::OrderCreated(created) => known?.paid(|payment| {
                payment.order = Some(created.order);
            }),
            PaymentEvent::AttemptFailed(_) | PaymentEvent::Authorised(_) => known?,
            PaymentEvent::Captured(captured) => known?.captured(captured, version),
            PaymentEvent::RefundRequested(asked) => known?.asked_back(asked, version),
            PaymentEvent::Refunded(refunded) => known?.refunded(&refunded, version),
            PaymentEvent::RefundFailed(failed) => known?.refund(failed.refund, |refund| {
                refund.status = RefundStatus::Failed;
                refund.failure = failed.code;
                refund.went_on(failed.at, version);
            }),
            PaymentEvent::RefundRetried(retried) => known?.refund(retried.refund, |refund| {
                refund.status = RefundStatus::Requested;
                refund.tries = retried.attempt_number;
                refund.went_on(retried.at, version);
            }),
            PaymentEvent::ReceiptIssued(issued) => known?.paid(|payment| {
                payment.receipt = Some(issued.number);
            }),
        };
        book.payment.version = version;
        book.sum_up();
        Some(book)
    }
}

impl Book {
    fn opened(opened: &PaymentOpened) -> Self {
        let Payable::AppointmentFee { appointment } = opened.payable;
        let none = Money::zero(opened.amount.currency());
        let payment = ListedPayment {
            payment: opened.payment,
            appointment,
            patient: opened.patient,
            clinic: opened.clinic,
            amount: opened.amount,
            order: None,
            opened_at: opened.at,
            pay_until: opened.pay_until,
            paid_at: None,
            settled_by: None,
            captured: none,
            refunds_requested: none,
            refunds_failed: none,
            refunded: none,
            receipt: None,
            version: 1,
        };
        Self {
            payment,
            refunds: BTreeMap::new(),
            entries: Vec::new(),
        }
    }

    fn paid(mut self, change: impl FnOnce(&mut ListedPayment)) -> Self {
        change(&mut self.payment);
        self
    }

    fn refund(mut self, refund: RefundId, change: impl FnOnce(&mut ListedRefund)) -> Self {
        if let Some(refund) = self.refunds.get_mut(&refund) {
            change(refund);
        }
        self
    }

    fn captured(mut self, captured: PaymentCaptured, version: i64) -> Self {
        let payment = &mut self.payment;
        // Another currency has no place in the sum.
        if let Ok(sum) = payment.captured.checked_add(captured.amount) {
            payment.captured = sum;
        }
        if captured.settles {
            payment.paid_at = Some(captured.at);
            payment.settled_by = Some(captured.attempt.clone());
        }
        let came = LedgerEntry {
            kind: LedgerKind::Capture,
            refund: None,
            gateway_refund: None,
            grounds: None,
            ..self.entry((captured.amount, captured.attempt), captured.at, version)
        };
        self.entries.push(came);
        self
    }

    fn asked_back(mut self, asked: PaymentRefundRequested, version: i64) -> Self {
        let payment = &self.payment;
        let refund = ListedRefund {
            payment: payment.payment,
            refund: asked.refund,
            appointment: payment.appointment,
            patient: payment.patient,
            clinic: payment.clinic,
            attempt: asked.attempt,
            amount: asked.amount,
            grounds: asked.grounds,
            status: RefundStatus::Requested,
            tries: 1,
            failure: None,
            gateway_refund: None,
            requested_at: asked.at,
            changed_at: asked.at,
            version,
        };
        self.refunds.insert(asked.refund, refund);
        self
    }

    fn refunded(mut self, refunded: &PaymentRefunded, version: i64) -> Self {
        let gateway_refund = Some(refunded.gateway_refund.clone());
        let asked = self.refunds.get(&refunded.refund);
        let left = LedgerEntry {
            kind: LedgerKind::Refund,
            refund: Some(refunded.refund),
            gateway_refund: gateway_refund.clone(),
            grounds: asked.map(|refund| refund.grounds),
            ..self.entry(
                (refunded.amount, refunded.attempt.clone()),
                refunded.at,
                version,
            )
        };
        self.entries.push(left);
        self.refund(refunded.refund, |refund| {
            refund.status = RefundStatus::Refunded;
            refund.failure = None;
            refund.gateway_refund = gateway_refund;
            refund.went_on(refunded.at, version);
        })
    }

    fn entry(
        &self,
        (amount, attempt): (Money, GatewayPaymentId),
        at: DateTime<Utc>,
        entry: i64,
    ) -> LedgerEntry {
        let payment = &self.payment;
        LedgerEntry {
            payment: payment.payment,
            entry,
            appointment: payment.appointment,
            patient: payment.patient,
            clinic: payment.clinic,
            kind: LedgerKind::Capture,
            amount,
            attempt,
            refund: None,
            gateway_refund: None,
            grounds: None,
            at,
        }
    }

    /// What is on its way back, owed and gone.
    fn sum_up(&mut self) {
        self.payment.refunds_requested = self.sum(|_| true);
        self.payment.refunds_failed = self.sum(|status| status == RefundStatus::Failed);
        self.payment.refunded = self.sum(|status| status == RefundStatus::Refunded);
    }

    fn sum(&self, of: impl Fn(RefundStatus) -> bool) -> Money {
        let none = Money::zero(self.payment.amount.currency());
        let refunds = self.refunds.values().filter(|refund| of(refund.status));
        refunds.fold(none, |sum, refund| {
            sum.checked_add(refund.amount).unwrap_or(sum)
        })
    }
}

impl ListedRefund {
    fn went_on(&mut self, at: DateTime<Utc>, version: i64) {
        self.changed_at = at;
        self.version = version;
    }
}

#[cfg(test)]
mod tests {
    use domain::{AppointmentId, ClinicId, Currency, PatientId, PaymentId};

    use super::*;
    use crate::payments::listed::PaymentStanding;

    fn unpaid(pay_until: DateTime<Utc>) -> ListedPayment {
        let id = Uuid::from_u128(1);
        Book::opened(&PaymentOpened {
            payment: PaymentId::from_uuid(id),
            payable: Payable::AppointmentFee {
                appointment: AppointmentId::from_uuid(id),
            },
            patient: PatientId::from_uuid(id),
            clinic: ClinicId::from_uuid(id),
            amount: Money::new(80_000, Currency::Inr).unwrap(),
            pay_until,
            by: domain::Actor::System,
            at: DateTime::UNIX_EPOCH,
        })
        .payment
    }

    #[test]
    fn what_nobody_paid_in_time_reads_as_lapsed_until_money_comes_all_the_same() {
        let hour = DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(1);
        let moment = chrono::TimeDelta::microseconds(1);
        let payment = unpaid(hour);
        assert_eq!(payment.standing_at(hour - moment), PaymentStanding::Open);
        assert_eq!(payment.standing_at(hour), PaymentStanding::Lapsed);
        let paid = ListedPayment {
            paid_at: Some(hour),
            ..payment
        };
        assert_eq!(paid.standing_at(hour), PaymentStanding::Paid);
    }
}
