//! A thousand storms without I/O: attempts, failures and captures in any order, up to five times or never;
//! visits that are called off, slots that others take, refunds that fail, timers that run twice. At the end each
//! visit is where it may be, and the money is where the visit says.

mod clinic;
mod dice;
mod gateway;
mod saga;

use std::collections::BTreeMap;

use clinic::{Claim, Clinic, SLOT_START, order, policy};
use dice::Dice;
use gateway::{Entry, Gateway, Refunds, Stand};

use super::*;
use crate::appointment::{Appointment, AppointmentEvent, CancelledBy, ConfirmationGrounds};
use crate::test_fixtures::payment_id;
use crate::values::{GatewayPaymentId, Money, PaymentId};

/// Seeds of a run.
const SEEDS: u64 = 1_000;
/// When a storm is over, and everything under way arrives.
const END: i64 = SLOT_START + 300;

/// Something that somebody does.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open(u128),
    Try(u128, Stand, i64),
    BankGoesOn(Stand),
    Cancel(CancelledBy),
    ConfirmAnyway,
    OthersBook,
    OthersCancel,
    Miss,
    FinishPending,
    Reconcile,
}

/// What people, banks and the gateway will do, and in which minute.
fn plan(dice: &mut Dice) -> Vec<(i64, Act)> {
    let mut plan = Vec::new();
    // Perhaps two people pay for one visit.
    let payers = if dice.percent(30) { 2 } else { 1 };
    for payer in 1..=payers {
        let opens = dice.minute(0, 10);
        plan.push((opens, Act::Open(payer)));
        for _ in 0..dice.below(5) {
            let until = if dice.percent(60) { 15 } else { END };
            let minute = dice.minute(opens, until);
            let (stand, less) = match dice.below(20) {
                0..7 => (Stand::Failed, 0),
                7..11 => (Stand::Authorised, 0),
                11..19 => (Stand::Captured, 0),
                _ => (Stand::Captured, 1),
            };
            plan.push((minute, Act::Try(payer, stand, less)));
        }
    }
    let mut perhaps = |chance, from, until, act| {
        if dice.percent(chance) {
            plan.push((dice.minute(from, until), act));
        }
    };
    perhaps(20, 1, 600, Act::BankGoesOn(Stand::Authorised));
    perhaps(20, 1, 600, Act::BankGoesOn(Stand::Captured));
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

/// One visit in a storm.
struct Storm {
    dice: Dice,
    clinic: Clinic,
    gateway: Gateway,
    attempts: u32,
}

impl Storm {
    fn seeded(seed: u64) -> Self {
        let mut dice = Dice::seeded(seed);
        let refunding = if dice.percent(10) {
            Refunds::AllFail
        } else {
            Refunds::SomeFail
        };
        Self {
            dice,
            clinic: Clinic::booked(),
            gateway: Gateway::new(refunding),
            attempts: 0,
        }
    }

    fn rage(&mut self) {
        let plan = plan(&mut self.dice);
        let mut acts = plan.into_iter().peekable();
        for minute in 0..END {
            while let Some((_, act)) = acts.next_if(|(due, _)| *due <= minute) {
                self.act(act, minute);
            }
            self.follow(minute);
        }
        self.calm_down();
    }

    /// News arrive, timers run.
    fn follow(&mut self, minute: i64) {
        for news in self.gateway.arrived(minute, &mut self.dice) {
            self.clinic.note(&news, minute);
        }
        self.clinic
            .run_due(&mut self.gateway, minute, &mut self.dice);
    }

    /// Everything under way arrives, the gateway is asked about all orders, and what follows is done.
    fn calm_down(&mut self) {
        for round in 0..200 {
            let minute = END + 300 + 60 * round;
            self.gateway.finish_pending(minute, &mut self.dice);
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
            Act::Try(payer, stand, less) => self.attempt(payment_id(payer), stand, less, minute),
            Act::BankGoesOn(to) => self.gateway.later(to, minute, &mut self.dice),
            Act::Cancel(by) => self.clinic.cancel(by, minute),
            Act::ConfirmAnyway => self.clinic.confirm_anyway(minute),
            Act::OthersBook => self.clinic.others_book(minute),
            Act::OthersCancel => self.clinic.others_cancel(),
            Act::Miss => self.clinic.miss(minute),
            Act::FinishPending => self.gateway.finish_pending(minute, &mut self.dice),
            Act::Reconcile => self.clinic.reconcile(&self.gateway, minute),
        }
    }

    /// A payer who has an order tries to pay it, whatever has become of the visit.
    fn attempt(&mut self, payment: PaymentId, stand: Stand, less: i64, minute: i64) {
        if !self.clinic.payments.contains_key(&payment) {
            return;
        }
        self.attempts += 1;
        let fee = self.clinic.fee();
        let entry = Entry {
            order: order(payment),
            attempt: GatewayPaymentId::parse(&format!("pay_{}", self.attempts)).unwrap(),
            amount: Money::new(fee.amount() - less, fee.currency()).unwrap(),
            stand,
        };
        self.gateway.attempt(entry, minute, &mut self.dice);
    }
}

/// Money that is to be given back and that the gateway never gave: an operator sees to it.
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

/// What the clinic keeps, by where the visit stands in the end.
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

/// What came, and what left, as the log has it.
fn books(clinic: &Clinic) -> (i64, i64) {
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

fn check(storm: &Storm) {
    let Storm {
        clinic, gateway, ..
    } = storm;
    let (captured, refunded) = books(clinic);
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

/// What happened in a storm, in a few words each.
fn stories(storm: &Storm) -> Vec<&'static str> {
    let clinic = &storm.clinic;
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
        AppointmentEvent::Cancelled(_) => Some("called off"),
        AppointmentEvent::NoShow(_) => Some("missed"),
        AppointmentEvent::Booked(_)
        | AppointmentEvent::Rescheduled(_)
        | AppointmentEvent::Arrived(_)
        | AppointmentEvent::Started(_)
        | AppointmentEvent::Completed(_) => None,
    });
    let money = clinic.ledger.iter().filter_map(|event| match event {
        PaymentEvent::RefundRequested(asked) => Some(match asked.grounds {
            RefundGrounds::SlotTaken => "back: slot taken",
            RefundGrounds::TooLate => "back: too late",
            RefundGrounds::CancelledBeforePaid => "back: called off before",
            RefundGrounds::PaidTwice => "back: paid twice",
            RefundGrounds::WrongAmount => "back: wrong amount",
            RefundGrounds::CancelledByPatient
            | RefundGrounds::CancelledByClinic
            | RefundGrounds::Goodwill
            | RefundGrounds::MadeAtGateway => {
                if asked.amount == clinic.fee() {
                    "back: all of it"
                } else {
                    "back: a part"
                }
            }
        }),
        PaymentEvent::RefundRetried(_) => Some("refund tried again"),
        PaymentEvent::Opened(_)
        | PaymentEvent::OrderCreated(_)
        | PaymentEvent::AttemptFailed(_)
        | PaymentEvent::Authorised(_)
        | PaymentEvent::Captured(_)
        | PaymentEvent::Refunded(_)
        | PaymentEvent::RefundFailed(_)
        | PaymentEvent::ReceiptIssued(_) => None,
    });
    let mut told: Vec<_> = visits.chain(money).collect();
    if owed(clinic) > 0 {
        told.push("left to an operator");
    }
    if storm.gateway.dropped > 0 {
        told.push("news lost");
    }
    told.sort_unstable();
    told.dedup();
    told
}

#[test]
fn after_any_storm_the_money_is_where_the_visit_says() {
    let mut told: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..SEEDS {
        let mut storm = Storm::seeded(seed);
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            storm.rage();
            check(&storm);
        }));
        assert!(ran.is_ok(), "seed {seed}");
        for story in stories(&storm) {
            *told.entry(story).or_default() += 1;
        }
    }
    // A storm in which nothing happens proves nothing.
    let all = [
        "back: a part",
        "back: all of it",
        "back: called off before",
        "back: paid twice",
        "back: slot taken",
        "back: too late",
        "back: wrong amount",
        "called off",
        "confirmed anyway",
        "expired",
        "left to an operator",
        "missed",
        "news lost",
        "paid in time",
        "paid later",
        "refund tried again",
        "reinstated",
    ];
    for story in all {
        let times = told.get(story).copied().unwrap_or_default();
        assert!(times >= 5, "{story}: {times} of {told:?}");
    }
}
