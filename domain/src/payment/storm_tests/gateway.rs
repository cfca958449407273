//! A model of the gateway: its records, and reports that may arrive late, repeatedly, out of order
//! or never.

use std::collections::BTreeMap;

use super::rng::Rng;
use crate::values::{GatewayOrderId, GatewayPaymentId, GatewayRefundId, Money, RefundId};

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

/// A report: a snapshot of one attempt or refund.
#[derive(Debug, Clone)]
pub enum Report {
    Attempt(Entry),
    Refund(GatewayOrderId, RefundEntry),
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
        assert!(amount.amount() <= left, "gave outcome more than there was");
        let outcome = match (self.refunding, rng.below(10)) {
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

    /// Money that is refunded or about to be.
    fn given_back(&self, attempt: &GatewayPaymentId) -> i64 {
        let refunds = self.refunds.iter();
        let counts =
            |refund: &&RefundEntry| refund.attempt == *attempt && refund.outcome != Outcome::Failed;
        let refunds = refunds.filter(counts);
        refunds.map(|refund| refund.amount.amount()).sum()
    }
}
