//! A thousand simulated runs without I/O: attempts, failures and captures in any order, up to five
//! times or never; cancelled visits, slots that other patients book, refunds that fail, timers that
//! run twice. At the end each visit has a permitted status, and the money agrees with it.

mod clinic;
mod gateway;
mod rng;
mod saga;

use std::collections::BTreeMap;

use clinic::{Claim, Clinic, SLOT_START, order, policy};
use gateway::{Entry, Gateway, Progress, Refunds};
use rng::Rng;

use super::*;
use crate::appointment::{Appointment, AppointmentEvent, CancelledBy, ConfirmationGrounds};
use crate::test_fixtures::payment_id;
use crate::values::{GatewayPaymentId, Money, PaymentId};

/// Seeds of the runs.
const SEEDS: u64 = 1_000;
/// The minute at which a run ends, and every report under way arrives.
const END: i64 = SLOT_START + 300;

/// One action in a run.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open(u128),
    Try(u128, Progress, i64),
    BankGoesOn(Progress),
    Cancel(CancelledBy),
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
            let (progress, less) = match rng.below(20) {
                0..7 => (Progress::Failed, 0),
                7..11 => (Progress::Authorised, 0),
                11..19 => (Progress::Captured, 0),
                _ => (Progress::Captured, 1),
            };
            plan.push((minute, Act::Try(payer, progress, less)));
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
    perhaps(10, 1, 15, Act::ConfirmAnyway);
    perhaps(40, 1, 600, Act::OthersBook);
    perhaps(20, 1, 600, Act::OthersCancel);
    perhaps(30, SLOT_START, END, Act::Miss);
    for minute in (45..END).step_by(90) {
        perhaps(60, minute, minute + 45, Act::FinishPending);
        perhaps(60, minute, minute + 45, Act::Reconcile);
    }
    plan.sort_by_key(|(minute, _)| *minute);
    plan
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
            self.clinic.note(&report, minute);
        }
        self.clinic
            .run_due(&mut self.gateway, minute, &mut self.rng);
    }

    /// Delivers everything under way, asks the gateway about all orders, and finishes the follow-up
    /// work.
    fn finish(&mut self) {
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
            Act::Try(payer, progress, less) => {
                self.attempt(payment_id(payer), progress, less, minute);
            }
            Act::BankGoesOn(to) => self.gateway.later(to, minute, &mut self.rng),
            Act::Cancel(by) => self.clinic.cancel(by, minute),
            Act::ConfirmAnyway => self.clinic.confirm_anyway(minute),
            Act::OthersBook => self.clinic.others_book(minute),
            Act::OthersCancel => self.clinic.others_cancel(),
            Act::Miss => self.clinic.miss(minute),
            Act::FinishPending => self.gateway.finish_pending(minute, &mut self.rng),
            Act::Reconcile => self.clinic.reconcile(&self.gateway, minute),
        }
    }

    /// A payer who has an order tries to pay it, in any status of the visit.
    fn attempt(&mut self, payment: PaymentId, progress: Progress, less: i64, minute: i64) {
        if !self.clinic.payments.contains_key(&payment) {
            return;
        }
        self.attempts += 1;
        let fee = self.clinic.fee();
        let entry = Entry {
            order: order(payment),
            attempt: GatewayPaymentId::parse(&format!("pay_{}", self.attempts)).unwrap(),
            amount: Money::new(fee.amount() - less, fee.currency()).unwrap(),
            progress,
        };
        self.gateway.attempt(entry, minute, &mut self.rng);
    }
}

/// Refunds that the gateway never made: an operator takes over.
fn owed(clinic: &Clinic) -> i64 {
    let opened = clinic.payments.values().filter_map(Payment::opened);
    let refunds = opened.flat_map(|opened| opened.refunds.values());
    let left = refunds.filter(|refund| refund.status != RefundStatus::Refunded);
    let left = left.inspect(|refund| {
        let stands = (refund.status, refund.attempt_number);
        assert_eq!(stands, (RefundStatus::Failed, 5), "a refund was forgotten");
    });
    left.map(|refund| refund.amount.amount()).sum()
}

/// Money that the clinic keeps, by the final status of the visit.
fn to_keep(clinic: &Clinic) -> i64 {
    let fee = clinic.fee();
    match &clinic.visit {
        Appointment::Confirmed(visit) | Appointment::NoShow(visit) => {
            visit.paid_by.map_or(0, |_| fee.amount())
        }
        Appointment::Expired(visit) => {
            assert_eq!(visit.paid_by, None);
            0
        }
        Appointment::Cancelled {
            visit,
            cancelled_by,
            at,
        } => visit.paid_by.map_or(0, |_| {
            let due = refund_due(&policy(), fee, *cancelled_by, visit.slot.start() - *at);
            fee.amount() - due.amount()
        }),
        elsewhere @ (Appointment::Unbooked
        | Appointment::Booked { .. }
        | Appointment::Arrived(_)
        | Appointment::InProgress(_)
        | Appointment::Completed(_)) => panic!("no place to end: {elsewhere:?}"),
    }
}

/// Captured and refunded money according to the events.
fn money_in_events(clinic: &Clinic) -> (i64, i64) {
    let (mut captured, mut refunded) = (0, 0);
    for event in &clinic.ledger {
        if let PaymentEvent::Captured(event) = event {
            captured += event.amount.amount();
        }
        if let PaymentEvent::Refunded(event) = event {
            refunded += event.amount.amount();
        }
    }
    (captured, refunded)
}

fn check(run: &Run) {
    let Run {
        clinic, gateway, ..
    } = run;
    let (captured, refunded) = money_in_events(clinic);
    assert_eq!(captured, gateway.captured(), "what came");
    assert_eq!(refunded, gateway.refunded(), "what left");
    assert_eq!(
        captured - refunded - owed(clinic),
        to_keep(clinic),
        "what stays"
    );
    let takes_place = matches!(clinic.visit, Appointment::Confirmed(_));
    assert_eq!(
        takes_place,
        clinic.claim == Claim::Ours,
        "whose the slot is"
    );
    if let Some(payment) = clinic.visit.visit().unwrap().paid_by {
        assert!(clinic.payments[&payment].opened().unwrap().is_paid());
    }
}

/// Summary of a run.
fn outcomes(run: &Run) -> Vec<&'static str> {
    let clinic = &run.clinic;
    let visits = clinic.visits.iter().filter_map(|event| match event {
        AppointmentEvent::Confirmed(confirmed) => match confirmed.grounds {
            ConfirmationGrounds::Paid { .. } => Some("paid in time"),
            ConfirmationGrounds::NoFee | ConfirmationGrounds::StaffOverride => {
                Some("confirmed anyway")
            }
        },
        AppointmentEvent::Reinstated(_) => Some("reinstated"),
        AppointmentEvent::FeePaid(_) => Some("paid later"),
        AppointmentEvent::HoldExpired(_) => Some("expired"),
        AppointmentEvent::Cancelled(_) => Some("cancelled"),
        AppointmentEvent::NoShow(_) => Some("missed"),
        AppointmentEvent::Booked(_)
        | AppointmentEvent::Rescheduled(_)
        | AppointmentEvent::Arrived(_)
        | AppointmentEvent::Started(_)
        | AppointmentEvent::Completed(_) => None,
    });
    let money = clinic.ledger.iter().filter_map(|event| match event {
        PaymentEvent::RefundRequested(requested) => Some(match requested.grounds {
            RefundGrounds::SlotTaken => "refund: slot taken",
            RefundGrounds::TooLate => "refund: too late",
            RefundGrounds::CancelledBeforePaid => "refund: cancelled before",
            RefundGrounds::PaidTwice => "refund: paid twice",
            RefundGrounds::WrongAmount => "refund: wrong amount",
            RefundGrounds::CancelledByPatient
            | RefundGrounds::CancelledByClinic
            | RefundGrounds::Goodwill
            | RefundGrounds::MadeAtGateway => {
                if (requested).amount == clinic.fee() {
                    "refund: all of it"
                } else {
                    "refund: a part"
                }
            }
        }),
        PaymentEvent::RefundRetried(_) => Some("refund tried again"),
        PaymentEvent::Opened(_)
        | PaymentEvent::OrderCreated(_)
        | PaymentEvent::OrderClosed(_)
        | PaymentEvent::AttemptFailed(_)
        | PaymentEvent::Authorised(_)
        | PaymentEvent::Captured(_)
        | PaymentEvent::DifferenceAccepted(_)
        | PaymentEvent::Refunded(_)
        | PaymentEvent::RefundFailed(_)
        | PaymentEvent::ReceiptIssued(_) => None,
    });
    let mut counts: Vec<_> = visits.chain(money).collect();
    if owed(clinic) > 0 {
        counts.push("left to an operator");
    }
    if run.gateway.dropped > 0 {
        counts.push("reports lost");
    }
    counts.sort_unstable();
    counts.dedup();
    counts
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
