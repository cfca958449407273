//! What will happen to one visit.

use serde_json::{Value, json};

use super::dice::Dice;
use super::stage::FEE;

/// The hold lasts one minute; from this second on it is over, whenever in its second it was booked.
const AFTER_HOLD: u64 = 62;
/// From this second on nobody does anything any more.
pub const END: u64 = 76;

/// How far ahead the visit is: what is given back to those who call off depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    Hours,
    Today,
    Days,
}

/// Who calls off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Patient,
    Doctor,
    Clinic,
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A payer opens the checkout: the patient, or the front desk for them.
    Open {
        desk: bool,
    },
    /// A payer tries.
    Try {
        desk: bool,
        plan: Value,
        brings_word: bool,
    },
    /// The order's refunds end so, for a while.
    Refunds(Value),
    CallOff(Part),
    /// The front desk waits for no payment.
    Confirm,
    /// Somebody else wants the slot.
    OthersBook,
}

/// What happens, and in which second.
pub struct Plan {
    pub ahead: Ahead,
    pub acts: Vec<(u64, Act)>,
}

impl Plan {
    pub fn rolled(dice: &mut Dice) -> Self {
        let ahead = match dice.below(5) {
            0 => Ahead::Hours,
            1..3 => Ahead::Today,
            _ => Ahead::Days,
        };
        let mut acts = vec![(dice.below(4), Act::Open { desk: false })];
        let two_pay = dice.percent(12);
        if two_pay {
            acts.push((dice.below(20), Act::Open { desk: true }));
        }
        if dice.percent(25) {
            acts.push((5, Act::Refunds(refunds(dice))));
        }
        for payer in 0..=u64::from(two_pay) {
            let tries = if two_pay { 1 } else { dice.below(4) };
            for _ in 0..tries {
                acts.push(attempt(dice, payer == 1));
            }
        }
        if dice.percent(10) {
            acts.push((dice.between(4, 50), Act::Confirm));
        }
        if dice.percent(30) {
            let part = match dice.below(4) {
                0 => Part::Doctor,
                1 => Part::Clinic,
                _ => Part::Patient,
            };
            acts.push((dice.between(6, END), Act::CallOff(part)));
        }
        if dice.percent(40) {
            acts.push((dice.between(AFTER_HOLD, END), Act::OthersBook));
        }
        acts.sort_by_key(|(second, _)| *second);
        Self { ahead, acts }
    }
}

fn attempt(dice: &mut Dice, desk: bool) -> (u64, Act) {
    let in_time = dice.percent(65);
    let second = if in_time {
        dice.between(22, 55)
    } else {
        dice.between(AFTER_HOLD, END)
    };
    let outcome = match dice.below(10) {
        0..3 => json!({"outcome": "failed"}),
        3..5 => json!({"outcome": "authorized"}),
        5 => json!({"outcome": "late_capture", "late_ms": dice.between(500, 30_000)}),
        6 if dice.percent(50) => json!({"outcome": "captured", "amount": FEE - 1}),
        _ => json!({"outcome": "captured"}),
    };
    let mut plan = outcome;
    plan["webhook"] = webhook(dice);
    let brings_word = dice.percent(25);
    let act = Act::Try {
        desk,
        plan,
        brings_word,
    };
    (second, act)
}

/// How the news of it travel.
fn webhook(dice: &mut Dice) -> Value {
    let delay = match dice.below(10) {
        0..5 => 0,
        5..8 => dice.below(5_000),
        _ => dice.below(45_000),
    };
    json!({
        "delay_ms": delay,
        "drop": dice.percent(20),
        "duplicates": dice.below(5),
        "reorder": dice.percent(30),
    })
}

/// How the gateway's first refunds end.
fn refunds(dice: &mut Dice) -> Value {
    let outcome = if dice.percent(50) {
        "failed"
    } else {
        "pending"
    };
    json!({"outcome": outcome, "times": 1, "webhook": webhook(dice)})
}
