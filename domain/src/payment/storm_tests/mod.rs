//! A thousand simulated runs without I/O: attempts, failures and captures in any order, up to five
//! times or never; discounts and surcharges; moved and cancelled visits, slots that other patients book,
//! refunds that fail, disputes, timers that run twice. At the end each visit has a permitted status, the clinic kept what
//! its table says for the worst moment, and the ledger agrees with the gateway.

mod clinic;
mod expected;
mod gateway;
mod outcomes;
mod rng;
mod saga;

use std::collections::BTreeMap;

use clinic::{Clinic, SLOT_START, order};
use expected::check;
use gateway::{Entry, Gateway, Progress, Refunds};
use outcomes::outcomes;
use rng::Rng;

use super::*;
use crate::appointment::CancelledBy;
use crate::test_fixtures::payment_id;
use crate::values::{GatewayPaymentId, Money, PaymentId};

/// Seeds of the runs.
const SEEDS: u64 = 1_000;
/// The minute at which a run ends, and every report under way arrives.
const END: i64 = SLOT_START + 300;

/// Minutes of two later slots of that day.
const LATER: i64 = SLOT_START + 60;
const LATEST: i64 = SLOT_START + 160;

/// Difference between an attempt's amount and the fee, in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Difference {
    None,
    /// An offer of the gateway.
    Offer(i64),
    /// A fee that the payer bears.
    Surcharge(i64),
    /// A part of the fee, which does not pay the order.
    TooLittle(i64),
}

impl Difference {
    const fn more(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Offer(less) | Self::TooLittle(less) => -less,
            Self::Surcharge(more) => more,
        }
    }
}

/// One action in a run.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open(u128),
    Try(u128, Progress, Difference),
    BankGoesOn(Progress),
    Cancel(CancelledBy),
    Move(CancelledBy, i64),
    Dispute(i64),
    Advance(DisputeStatus),
    ConfirmAnyway,
    OthersBook,
    OthersCancel,
    Miss,
    FinishPending,
    Reconcile,
}

/// Everything that patients, banks and the gateway will do, with the minute.
fn plan(rng: &mut Rng) -> Vec<(i64, Act)> {
    let mut plan = Vec::new();
    // Two people may pay for one visit.
    let payers = if rng.percent(30) { 2 } else { 1 };
    for payer in 1..=payers {
        let opens = rng.minute(0, 10);
        plan.push((opens, Act::Open(payer)));
        for _ in 0..rng.below(5) {
            let until = if rng.percent(60) { 15 } else { END };
            let minute = rng.minute(opens, until);
            let (progress, difference) = match rng.below(22) {
                0..7 => (Progress::Failed, Difference::None),
                7..11 => (Progress::Authorised, Difference::None),
                11..17 => (Progress::Captured, Difference::None),
                17..19 => (Progress::Captured, Difference::Offer(10_000)),
                19..21 => (Progress::Captured, Difference::Surcharge(2_000)),
                _ => (Progress::Captured, Difference::TooLittle(1)),
            };
            plan.push((minute, Act::Try(payer, progress, difference)));
        }
    }
    let mut perhaps = |chance, from, until, act| {
        if rng.percent(chance) {
            plan.push((rng.minute(from, until), act));
        }
    };
    perhaps(20, 1, 600, Act::BankGoesOn(Progress::Authorised));
    perhaps(20, 1, 600, Act::BankGoesOn(Progress::Captured));
    perhaps(10, 1, SLOT_START, Act::Cancel(CancelledBy::Patient));
    perhaps(10, 1, 20, Act::Cancel(CancelledBy::Patient));
    perhaps(5, 1, SLOT_START, Act::Cancel(CancelledBy::Doctor));
    perhaps(5, 1, SLOT_START, Act::Cancel(CancelledBy::Clinic));
    perhaps(10, 200, SLOT_START, Act::Cancel(CancelledBy::Patient));
    for _ in 0..2 {
        perhaps(20, 1, SLOT_START, Act::Move(CancelledBy::Patient, LATER));
        perhaps(10, 1, SLOT_START, Act::Move(CancelledBy::Patient, LATEST));
    }
    perhaps(5, 1, SLOT_START, Act::Move(CancelledBy::Clinic, LATEST));
    perhaps(20, 15, SLOT_START, Act::Dispute(100));
    perhaps(15, 15, SLOT_START, Act::Dispute(40));
    perhaps(30, 15, END, Act::Advance(DisputeStatus::UnderReview));
    perhaps(20, 15, END, Act::Advance(DisputeStatus::ActionRequired));
    perhaps(20, 300, END, Act::Advance(DisputeStatus::Won));
    perhaps(30, 300, END, Act::Advance(DisputeStatus::Lost));
    perhaps(10, 1, 15, Act::ConfirmAnyway);
    perhaps(40, 1, 600, Act::OthersBook);
    perhaps(20, 1, 600, Act::OthersCancel);
    perhaps(30, SLOT_START, END, Act::Miss);
    for minute in (45..END).step_by(90) {
        perhaps(60, minute, minute + 45, Act::FinishPending);
        perhaps(60, minute, minute + 45, Act::Reconcile);
    }
    plan.extend(late_move(rng));
    plan.extend(disputed_refund(rng));
    plan.sort_by_key(|(minute, _)| *minute);
    plan
}

/// Sometimes a patient moves the visit when the share has just fallen, and cancels it when it would be
/// larger again.
fn late_move(rng: &mut Rng) -> Vec<(i64, Act)> {
    if !rng.percent(15) {
        return Vec::new();
    }
    // The table's lines are 12 and 4 hours before the first slot.
    let line = if rng.percent(50) { 12 } else { 4 };
    let moves = SLOT_START - line * 60 + rng.minute(1, 100);
    let cancels = moves + rng.minute(1, 50);
    vec![
        (moves, Act::Move(CancelledBy::Patient, LATEST)),
        (cancels, Act::Cancel(CancelledBy::Patient)),
    ]
}

/// Sometimes a visit is cancelled while a part of its payment is disputed, and the dispute is lost.
fn disputed_refund(rng: &mut Rng) -> Vec<(i64, Act)> {
    if !rng.percent(15) {
        return Vec::new();
    }
    let raised = rng.minute(20, 600);
    let cancels = raised + rng.minute(1, 60);
    let lost = cancels + rng.minute(60, 300);
    vec![
        (raised, Act::Dispute(40)),
        (cancels, Act::Cancel(CancelledBy::Patient)),
        (lost, Act::Advance(DisputeStatus::Lost)),
    ]
}

/// One visit in a run.
struct Run {
    rng: Rng,
    clinic: Clinic,
    gateway: Gateway,
    attempts: u32,
}

impl Run {
    fn from_seed(seed: u64) -> Self {
        let mut rng = Rng::from_seed(seed);
        let refunding = if rng.percent(10) {
            Refunds::AllFail
        } else {
            Refunds::SomeFail
        };
        Self {
            rng,
            clinic: Clinic::booked(),
            gateway: Gateway::new(refunding),
            attempts: 0,
        }
    }

    fn run_to_the_end(&mut self) {
        let plan = plan(&mut self.rng);
        let mut acts = plan.into_iter().peekable();
        for minute in 0..END {
            while let Some((_, act)) = acts.next_if(|(due, _)| *due <= minute) {
                self.act(act, minute);
            }
            self.follow(minute);
        }
        self.finish();
    }

    /// Delivers reports and runs timers.
    fn follow(&mut self, minute: i64) {
        for report in self.gateway.arrived(minute, &mut self.rng) {
            if !self.clinic.note(&report, &self.gateway, minute) {
                self.gateway.repeat(report, minute);
            }
        }
        self.clinic
            .run_due(&mut self.gateway, minute, &mut self.rng);
    }

    /// Delivers everything under way, asks the gateway about all orders, and finishes the follow-up
    /// work.
    fn finish(&mut self) {
        self.gateway.decide_disputes(END, &mut self.rng);
        for round in 0..200 {
            let minute = END + 300 + 60 * round;
            self.gateway.finish_pending(minute, &mut self.rng);
            self.follow(minute);
            self.clinic.reconcile(&self.gateway, minute);
            if self.clinic.is_idle() {
                return;
            }
        }
        panic!("something is never done");
    }

    fn act(&mut self, act: Act, minute: i64) {
        match act {
            Act::Open(payer) => {
                self.clinic.open(payment_id(payer), minute);
            }
            Act::Try(payer, progress, difference) => {
                self.attempt(payment_id(payer), progress, difference, minute);
            }
            Act::BankGoesOn(to) => self.gateway.later(to, minute, &mut self.rng),
            Act::Cancel(by) => self.clinic.cancel(by, minute),
            Act::Move(party, start) => self.clinic.reschedule(party, start, minute),
            Act::Dispute(percent) => self.gateway.dispute(percent, minute, &mut self.rng),
            Act::Advance(to) => self.gateway.advance(to, minute, &mut self.rng),
            Act::ConfirmAnyway => self.clinic.confirm_anyway(minute),
            Act::OthersBook => self.clinic.others_book(minute),
            Act::OthersCancel => self.clinic.others_cancel(),
            Act::Miss => self.clinic.miss(minute),
            Act::FinishPending => self.gateway.finish_pending(minute, &mut self.rng),
            Act::Reconcile => self.clinic.reconcile(&self.gateway, minute),
        }
    }

    /// A payer who has an order tries to pay it, in any status of the visit.
    fn attempt(
        &mut self,
        payment: PaymentId,
        progress: Progress,
        difference: Difference,
        minute: i64,
    ) {
        if !self.clinic.payments.contains_key(&payment) {
            return;
        }
        self.attempts += 1;
        let fee = self.clinic.fee();
        let entry = Entry {
            order: order(payment),
            attempt: GatewayPaymentId::parse(&format!("pay_{}", self.attempts)).unwrap(),
            amount: Money::new(fee.amount() + difference.more(), fee.currency()).unwrap(),
            progress,
            pays_order: !matches!(difference, Difference::TooLittle(_)),
        };
        self.gateway.attempt(entry, minute, &mut self.rng);
    }
}

#[test]
fn after_any_run_the_money_is_where_the_visit_says() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut run = Run::from_seed(seed);
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run.run_to_the_end();
            check(&run);
        }));
        assert!(result.is_ok(), "seed {seed}");
        for outcome in outcomes(&run) {
            *counts.entry(outcome).or_default() += 1;
        }
    }
    // A run in which nothing happens proves nothing.
    let all = [
        "refund: a part",
        "refund: all of it",
        "refund: cancelled before",
        "refund: paid twice",
        "refund: slot taken",
        "refund: too late",
        "refund: wrong amount",
        "cancelled",
        "confirmed anyway",
        "expired",
        "left to an operator",
        "discount",
        "surcharge",
        "discount or surcharge, then cancelled",
        "discount or surcharge, then disputed",
        "dispute found by asking",
        "dispute lost",
        "dispute won",
        "moved, cancelled, refunded and disputed, with lost reports",
        "moved too late to be refunded",
        "moved by the patient",
        "moved by the clinic",
        "refund: rest after a dispute",
        "refund waited for a dispute",
        "refund withdrawn",
        "missed",
        "reports lost",
        "paid in time",
        "paid later",
        "refund tried again",
        "reinstated",
    ];
    for outcome in all {
        let times = counts.get(outcome).copied().unwrap_or_default();
        assert!(times >= 5, "{outcome}: {times} of {counts:?}");
    }
}
