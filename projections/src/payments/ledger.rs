//! Events applied to a payment, its refunds, its disputes and the movements of its money.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::payment::{
    DifferenceKind, DisputeStatus, Payment, PaymentCaptured, PaymentDifferenceAccepted,
    PaymentDisputeDecided, PaymentEvent, PaymentOpened, PaymentOrderClosed, PaymentRefundRequested,
    PaymentRefunded, RefundStatus,
};
use domain::{GatewayDisputeId, Money, RefundId};
use uuid::Uuid;

use super::disputes::ListedDispute;
use super::listed::{ClosedOrder, LedgerEntry, LedgerKind, ListedPayment, ListedRefund};
use crate::fold::Fold;

/// A payment with all that belongs to it. Of the entries and closed orders it has the new ones only.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    pub(super) payment: ListedPayment,
    pub(super) refunds: BTreeMap<RefundId, ListedRefund>,
    pub(super) disputes: BTreeMap<GatewayDisputeId, ListedDispute>,
    pub(super) entries: Vec<LedgerEntry>,
    pub(super) closed_orders: Vec<ClosedOrder>,
}

impl Fold for Ledger {
    type Aggregate = Payment;

    fn id(&self) -> Uuid {
        self.payment.payment.as_uuid()
    }

    fn version(&self) -> i64 {
        self.payment.version
    }

    fn evolve(row: Option<Self>, event: PaymentEvent, version: i64) -> Option<Self> {
        let mut ledger = match event {
            PaymentEvent::Opened(opened) => Self::opened(&opened),
            PaymentEvent::OrderCreated(created) => row?.with_payment(|payment| {
                payment.order = Some(created.order);
            }),
            PaymentEvent::OrderClosed(closed) => row?.order_closed(closed, version),
            PaymentEvent::AttemptFailed(_) | PaymentEvent::Authorised(_) => row?,
            PaymentEvent::Captured(captured) => row?.captured(captured, version),
            PaymentEvent::DifferenceAccepted(accepted) => row?.differed(accepted, version),
            PaymentEvent::RefundRequested(requested) => row?.refund_requested(requested, version),
            PaymentEvent::Refunded(refunded) => row?.refunded(&refunded, version),
            PaymentEvent::RefundFailed(failed) => row?.with_refund(failed.refund, |refund| {
                refund.status = RefundStatus::Failed;
                refund.failure = failed.code;
                refund.changed(failed.at, version);
            }),
            PaymentEvent::RefundRetried(retried) => row?.with_refund(retried.refund, |refund| {
                refund.status = RefundStatus::Requested;
                refund.tries = retried.attempt_number;
                refund.changed(retried.at, version);
            }),
            PaymentEvent::RefundWithdrawn(withdrawn) => {
                row?.with_refund(withdrawn.refund, |refund| {
                    refund.status = RefundStatus::Withdrawn;
                    refund.changed(withdrawn.at, version);
                })
            }
            PaymentEvent::DisputeOpened(opened) => {
                let mut ledger = row?;
                let dispute = ListedDispute::opened(&ledger.payment, opened, version);
                ledger.disputes.insert(dispute.dispute.clone(), dispute);
                ledger
            }
            PaymentEvent::DisputeAdvanced(advanced) => {
                row?.with_dispute(&advanced.dispute, |dispute| {
                    dispute.status = advanced.status;
                    dispute.respond_by = advanced.respond_by;
                    dispute.changed_at = advanced.at;
                    dispute.version = version;
                })
            }
            PaymentEvent::DisputeDecided(decided) => row?.dispute_decided(&decided, version),
            PaymentEvent::ReceiptIssued(issued) => row?.with_payment(|payment| {
                payment.receipt = Some(issued.number);
            }),
        };
        ledger.payment.version = version;
        ledger.sum_up();
        Some(ledger)
    }
}

impl Ledger {
    fn opened(opened: &PaymentOpened) -> Self {
        let none = Money::zero(opened.amount.currency());
        let payment = ListedPayment {
            payment: opened.payment,
            payable: opened.payable,
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
            lost: none,
            receipt: None,
            test_mode: false,
            version: 1,
        };
        Self {
            payment,
            refunds: BTreeMap::new(),
            disputes: BTreeMap::new(),
            entries: Vec::new(),
            closed_orders: Vec::new(),
        }
    }

    fn with_payment(mut self, change: impl FnOnce(&mut ListedPayment)) -> Self {
        change(&mut self.payment);
        self
    }

    fn with_refund(mut self, refund: RefundId, change: impl FnOnce(&mut ListedRefund)) -> Self {
        if let Some(refund) = self.refunds.get_mut(&refund) {
            change(refund);
        }
        self
    }

    fn with_dispute(
        mut self,
        dispute: &GatewayDisputeId,
        change: impl FnOnce(&mut ListedDispute),
    ) -> Self {
        if let Some(dispute) = self.disputes.get_mut(dispute) {
            change(dispute);
        }
        self
    }

    fn dispute_decided(mut self, decided: &PaymentDisputeDecided, version: i64) -> Self {
        let payment = &mut self.payment;
        // Another currency can't be added to the sum.
        if let Ok(sum) = payment.lost.checked_add(decided.lost) {
            payment.lost = sum;
        }
        let entry = LedgerEntry {
            payment: payment.payment,
            entry: version,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            kind: LedgerKind::Dispute,
            amount: decided.lost,
            attempt: decided.attempt.clone(),
            refund: None,
            gateway_refund: None,
            grounds: None,
            at: decided.at,
        };
        let is_lost = decided.status == DisputeStatus::Lost;
        self.entries.extend(is_lost.then_some(entry));
        self.with_dispute(&decided.dispute, |dispute| {
            dispute.status = decided.status;
            dispute.lost = decided.lost;
            dispute.changed_at = decided.at;
            dispute.version = version;
        })
    }

    fn captured(mut self, captured: PaymentCaptured, version: i64) -> Self {
        let payment = &mut self.payment;
        // Another currency can't be added to the sum.
        if let Ok(sum) = payment.captured.checked_add(captured.amount) {
            payment.captured = sum;
        }
        if captured.settles {
            payment.paid_at = Some(captured.at);
            payment.settled_by = Some(captured.attempt.clone());
            payment.test_mode = captured.test_mode;
        }
        let entry = LedgerEntry {
            payment: payment.payment,
            entry: version,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            kind: LedgerKind::Capture,
            amount: captured.amount,
            attempt: captured.attempt,
            refund: None,
            gateway_refund: None,
            grounds: None,
            at: captured.at,
        };
        self.entries.push(entry);
        self
    }

    fn differed(mut self, accepted: PaymentDifferenceAccepted, version: i64) -> Self {
        let payment = &self.payment;
        let entry = LedgerEntry {
            payment: payment.payment,
            entry: version,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            kind: match accepted.kind {
                DifferenceKind::Discount => LedgerKind::Discount,
                DifferenceKind::Surcharge => LedgerKind::Surcharge,
            },
            amount: accepted.amount,
            attempt: accepted.attempt,
            refund: None,
            gateway_refund: None,
            grounds: None,
            at: accepted.at,
        };
        self.entries.push(entry);
        self
    }

    fn order_closed(mut self, closed: PaymentOrderClosed, version: i64) -> Self {
        let payment = &self.payment;
        let closed = ClosedOrder {
            payment: payment.payment,
            entry: version,
            order: closed.order,
            payable: payment.payable,
            clinic: payment.clinic,
            grounds: closed.grounds,
            failure: closed.code,
            closed_at: closed.at,
        };
        self.closed_orders.push(closed);
        self
    }

    fn refund_requested(mut self, requested: PaymentRefundRequested, version: i64) -> Self {
        let payment = &self.payment;
        let refund = ListedRefund {
            payment: payment.payment,
            refund: requested.refund,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            attempt: requested.attempt,
            amount: requested.amount,
            grounds: requested.grounds,
            status: RefundStatus::Requested,
            tries: 1,
            failure: None,
            gateway_refund: None,
            requested_at: requested.at,
            changed_at: requested.at,
            version,
        };
        self.refunds.insert(requested.refund, refund);
        self
    }

    fn refunded(mut self, refunded: &PaymentRefunded, version: i64) -> Self {
        let gateway_refund = Some(refunded.gateway_refund.clone());
        let requested = self.refunds.get(&refunded.refund);
        let payment = &self.payment;
        let entry = LedgerEntry {
            payment: payment.payment,
            entry: version,
            payable: payment.payable,
            patient: payment.patient,
            clinic: payment.clinic,
            kind: LedgerKind::Refund,
            amount: refunded.amount,
            attempt: refunded.attempt.clone(),
            refund: Some(refunded.refund),
            gateway_refund: gateway_refund.clone(),
            grounds: requested.map(|refund| refund.grounds),
            at: refunded.at,
        };
        self.entries.push(entry);
        self.with_refund(refunded.refund, |refund| {
            refund.status = RefundStatus::Refunded;
            refund.failure = None;
            refund.gateway_refund = gateway_refund;
            refund.changed(refunded.at, version);
        })
    }

    /// Adds up the refunds that were requested, that failed and that are done.
    fn sum_up(&mut self) {
        self.payment.refunds_requested = self.sum(|status| status != RefundStatus::Withdrawn);
        self.payment.refunds_failed = self.sum(|status| status == RefundStatus::Failed);
        self.payment.refunded = self.sum(|status| status == RefundStatus::Refunded);
    }

    fn sum(&self, counts: impl Fn(RefundStatus) -> bool) -> Money {
        let none = Money::zero(self.payment.amount.currency());
        let refunds = self.refunds.values().filter(|refund| counts(refund.status));
        refunds.fold(none, |sum, refund| {
            sum.checked_add(refund.amount).unwrap_or(sum)
        })
    }
}

impl ListedRefund {
    fn changed(&mut self, at: DateTime<Utc>, version: i64) {
        self.changed_at = at;
        self.version = version;
    }
}

#[cfg(test)]
mod tests {
    use domain::payment::Payable;
    use domain::{AppointmentId, ClinicId, Currency, PatientId, PaymentId};

    use super::*;
    use crate::payments::listed::PaymentStanding;

    fn unpaid(pay_until: DateTime<Utc>) -> ListedPayment {
        let id = Uuid::from_u128(1);
        Ledger::opened(&PaymentOpened {
            payment: PaymentId::from_uuid(id),
            payable: Payable::Visit {
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
    fn a_payment_that_was_not_paid_in_time_reads_as_lapsed_until_money_arrives_all_the_same() {
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
