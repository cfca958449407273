//! A model of the gateway: its records, and reports that may arrive late, repeatedly, out of order
//! or never.

use std::collections::BTreeMap;

use super::rng::Rng;
use crate::payment::DisputeStatus;
use crate::values::{
    GatewayDisputeId, GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, RefundId,
};

/// Progress of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Failed,
    Authorised,
    Captured,
}

/// An attempt in the gateway's records.
#[derive(Debug, Clone)]
pub struct Entry {
    pub order: GatewayOrderId,
    pub attempt: GatewayPaymentId,
    pub amount: Money,
    pub progress: Progress,
    /// True if its capture pays the order, also where the amount is another one.
    pub pays_order: bool,
}

/// Progress of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Pending,
    Processed,
    Failed,
}

/// One try of a refund of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundTry {
    pub refund: RefundId,
    pub number: u16,
}

/// A refund in the gateway's records.
#[derive(Debug, Clone)]
pub struct RefundEntry {
    pub id: GatewayRefundId,
    pub attempt: GatewayPaymentId,
    pub refund_try: RefundTry,
    pub amount: Money,
    pub outcome: Outcome,
}

/// A dispute in the gateway's records.
#[derive(Debug, Clone)]
pub struct DisputeEntry {
    pub id: GatewayDisputeId,
    pub attempt: GatewayPaymentId,
    pub amount: i64,
    pub status: DisputeStatus,
    /// Minute of the last change.
    pub at: i64,
    /// True if some of the attempt was refunded, or about to be, when it was raised.
    pub after_refund: bool,
}

/// A report: a snapshot of one attempt, refund or dispute.
#[derive(Debug, Clone)]
pub enum Report {
    Attempt(Entry),
    Refund(GatewayOrderId, RefundEntry),
    Dispute(GatewayOrderId, DisputeEntry),
}

/// Failure rate of the gateway's refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunds {
    /// Occasional failures.
    SomeFail,
    /// Every try fails: an operator takes over.
    AllFail,
}

pub struct Gateway {
    pub attempts: BTreeMap<GatewayPaymentId, Entry>,
    pub refunds: Vec<RefundEntry>,
    pub disputes: Vec<DisputeEntry>,
    refunding: Refunds,
    /// Reports under way, with the minute at which they arrive.
    in_flight: Vec<(i64, Report)>,
    pub dropped: u32,
}

impl Gateway {
    pub fn new(refunding: Refunds) -> Self {
        Self {
            attempts: BTreeMap::new(),
            refunds: Vec::new(),
            disputes: Vec::new(),
            refunding,
            in_flight: Vec::new(),
            dropped: 0,
        }
    }

    /// Sends a report never, or up to five times, each some time later.
    fn send(&mut self, report: &Report, minute: i64, rng: &mut Rng) {
        if rng.percent(20) {
            self.dropped += 1;
            return;
        }
        for _ in 0..=rng.below(5) {
            let longest = if rng.percent(70) { 3 } else { 240 };
            let arrives = minute + rng.minute(0, longest);
            self.in_flight.push((arrives, report.clone()));
        }
    }

    /// Returns the reports that arrive by that minute, in any order.
    pub fn arrived(&mut self, minute: i64, rng: &mut Rng) -> Vec<Report> {
        let (mut here, under_way) = std::mem::take(&mut self.in_flight)
            .into_iter()
            .partition::<Vec<_>, _>(|(arrives, _)| *arrives <= minute);
        self.in_flight = under_way;
        std::iter::from_fn(|| rng.take(&mut here).map(|(_, report)| report)).collect()
    }

    /// A report came too early, and is sent once more.
    pub fn repeat(&mut self, report: Report, minute: i64) {
        self.in_flight.push((minute + 1, report));
    }

    /// The bank of a captured attempt demands some or all of it back.
    pub fn dispute(&mut self, percent: i64, minute: i64, rng: &mut Rng) {
        let captured = |entry: &&Entry| entry.progress == Progress::Captured;
        let Some(entry) = self.attempts.values().find(captured).cloned() else {
            return;
        };
        // A bank demands no more than was paid.
        let others = self.disputes.iter().filter(|dispute| {
            let counts = dispute.status.is_open() || dispute.status == DisputeStatus::Lost;
            counts && dispute.attempt == entry.attempt
        });
        let demanded: i64 = others.map(|dispute| dispute.amount).sum();
        if demanded == entry.amount.amount() {
            return;
        }
        let id = GatewayDisputeId::parse(&format!("disp_{}", self.disputes.len())).unwrap();
        let dispute = DisputeEntry {
            id,
            after_refund: self.given_back(&entry.attempt) > 0,
            attempt: entry.attempt,
            amount: (entry.amount.amount() - demanded) * percent / 100,
            status: DisputeStatus::Open,
            at: minute,
        };
        self.disputes.push(dispute.clone());
        self.send(&Report::Dispute(entry.order, dispute), minute, rng);
    }

    /// Moves the oldest open dispute on.
    pub fn advance(&mut self, to: DisputeStatus, minute: i64, rng: &mut Rng) {
        let mut open = self.disputes.iter_mut();
        let Some(dispute) = open.find(|dispute| dispute.status.is_open()) else {
            return;
        };
        dispute.status = to;
        dispute.at = minute;
        let dispute = dispute.clone();
        let order = self.attempts[&dispute.attempt].order.clone();
        self.send(&Report::Dispute(order, dispute), minute, rng);
    }

    /// Decides all open disputes.
    pub fn decide_disputes(&mut self, minute: i64, rng: &mut Rng) {
        while self.disputes.iter().any(|dispute| dispute.status.is_open()) {
            let to = match rng.below(3) {
                0 => DisputeStatus::Won,
                1 => DisputeStatus::Lost,
                _ => DisputeStatus::Closed,
            };
            self.advance(to, minute, rng);
        }
    }

    /// True while a dispute about the attempt is open.
    fn is_disputed(&self, attempt: &GatewayPaymentId) -> bool {
        let mut open = self.disputes.iter().filter(|one| one.status.is_open());
        open.any(|dispute| dispute.attempt == *attempt)
    }

    /// Money of an attempt that went back by lost disputes.
    pub fn lost_of(&self, attempt: &GatewayPaymentId) -> i64 {
        let lost = self
            .disputes
            .iter()
            .filter(|dispute| dispute.attempt == *attempt && dispute.status == DisputeStatus::Lost);
        lost.map(|dispute| dispute.amount).sum()
    }

    /// Returns the disputes as they are listed: the list has no stage for one that wants more evidence.
    pub fn listed_disputes(&self, minute: i64) -> Vec<DisputeEntry> {
        let listed = self.disputes.iter().map(|dispute| DisputeEntry {
            status: if dispute.status == DisputeStatus::ActionRequired {
                DisputeStatus::Open
            } else {
                dispute.status
            },
            at: minute,
            ..dispute.clone()
        });
        listed.collect()
    }

    /// Returns whether the order is paid, but by no capture of the full amount.
    pub fn is_paid_otherwise(&self, order: &GatewayOrderId, full: Money) -> bool {
        let captured = self
            .attempts
            .values()
            .filter(|entry| entry.order == *order && entry.progress == Progress::Captured);
        let captured: Vec<_> = captured.collect();
        captured.iter().any(|entry| entry.pays_order)
            && captured.iter().all(|entry| entry.amount != full)
    }

    /// A payer tries to pay.
    pub fn attempt(&mut self, entry: Entry, minute: i64, rng: &mut Rng) {
        // A captured attempt was authorised before, and both are reported.
        if entry.progress == Progress::Captured {
            let progress = Progress::Authorised;
            let authorised = Entry {
                progress,
                ..entry.clone()
            };
            self.send(&Report::Attempt(authorised), minute, rng);
        }
        self.send(&Report::Attempt(entry.clone()), minute, rng);
        self.attempts.insert(entry.attempt.clone(), entry);
    }

    /// A bank changes its answer: a failed or authorised attempt proceeds.
    pub fn later(&mut self, to: Progress, minute: i64, rng: &mut Rng) {
        let goes_on = |entry: &&mut Entry| match to {
            Progress::Failed => false,
            Progress::Authorised => entry.progress == Progress::Failed,
            Progress::Captured => entry.progress != Progress::Captured,
        };
        let Some(entry) = self.attempts.values_mut().find(goes_on) else {
            return;
        };
        entry.progress = to;
        let report = Report::Attempt(entry.clone());
        self.send(&report, minute, rng);
    }

    /// The clinic captures the reserved money.
    pub fn capture(&mut self, attempt: &GatewayPaymentId, minute: i64, rng: &mut Rng) {
        let entry = self.attempts.get_mut(attempt).unwrap();
        assert_ne!(
            entry.progress,
            Progress::Failed,
            "captured what was never reserved"
        );
        if entry.progress == Progress::Captured {
            return;
        }
        entry.progress = Progress::Captured;
        let report = Report::Attempt(entry.clone());
        self.send(&report, minute, rng);
    }

    /// Returns the record of that try of a refund.
    pub fn known(&self, refund_try: RefundTry) -> Option<&RefundEntry> {
        self.refunds
            .iter()
            .find(|refund| refund.refund_try == refund_try)
    }

    /// The clinic requests a refund; the same try again is the same refund.
    pub fn refund(
        &mut self,
        refund_try: RefundTry,
        attempt: &GatewayPaymentId,
        amount: Money,
        minute: i64,
        rng: &mut Rng,
    ) -> RefundEntry {
        if let Some(known) = self.known(refund_try) {
            return known.clone();
        }
        let entry = self.attempts[attempt].clone();
        let left = entry.amount.amount() - self.given_back(attempt);
        assert_eq!(
            entry.progress,
            Progress::Captured,
            "gave outcome what never came"
        );
        let lost = self.lost_of(attempt);
        assert!(
            lost > 0 || amount.amount() <= left,
            "gave back more than there was"
        );
        // The gateway refunds nothing that is disputed or lost.
        let refuses = self.is_disputed(attempt) || amount.amount() > left - lost;
        let outcome = match (self.refunding, rng.below(10)) {
            _ if refuses => Outcome::Failed,
            (Refunds::AllFail, _) | (Refunds::SomeFail, 0..2) => Outcome::Failed,
            (Refunds::SomeFail, 2..5) => Outcome::Pending,
            (Refunds::SomeFail, _) => Outcome::Processed,
        };
        let id = GatewayRefundId::parse(&format!("rfnd_{}", self.refunds.len())).unwrap();
        let refund = RefundEntry {
            id,
            attempt: attempt.clone(),
            refund_try,
            amount,
            outcome,
        };
        self.refunds.push(refund.clone());
        let report = Report::Refund(entry.order, refund.clone());
        self.send(&report, minute, rng);
        refund
    }

    /// Finishes a pending refund with one of its outcomes.
    pub fn finish_pending(&mut self, minute: i64, rng: &mut Rng) {
        let mut reported = Vec::new();
        for refund in &mut self.refunds {
            if refund.outcome == Outcome::Pending {
                let fails = rng.percent(20);
                refund.outcome = if fails {
                    Outcome::Failed
                } else {
                    Outcome::Processed
                };
                let order = self.attempts[&refund.attempt].order.clone();
                reported.push(Report::Refund(order, refund.clone()));
            }
        }
        for report in reported {
            self.send(&report, minute, rng);
        }
    }

    /// Captured money.
    pub fn captured(&self) -> i64 {
        let captured = self.attempts.values();
        let captured = captured.filter(|entry| entry.progress == Progress::Captured);
        captured.map(|entry| entry.amount.amount()).sum()
    }

    /// Refunded money.
    pub fn refunded(&self) -> i64 {
        let refunds = self.refunds.iter();
        let done = refunds.filter(|refund| refund.outcome == Outcome::Processed);
        done.map(|refund| refund.amount.amount()).sum()
    }

    /// Money that went back by lost disputes.
    pub fn lost(&self) -> i64 {
        self.attempts
            .keys()
            .map(|attempt| self.lost_of(attempt))
            .sum()
    }

    /// Money that is refunded or about to be.
    fn given_back(&self, attempt: &GatewayPaymentId) -> i64 {
        let refunds = self.refunds.iter();
        let counts =
            |refund: &&RefundEntry| refund.attempt == *attempt && refund.outcome != Outcome::Failed;
        let refunds = refunds.filter(counts);
        refunds.map(|refund| refund.amount.amount()).sum()
    }
}
