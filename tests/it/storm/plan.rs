//! The random plan of one visit.

use serde_json::{Value, json};

use super::process::FEE;
use super::rng::Rng;

/// The hold lasts one minute; from this second on it is over, whenever in its second it was booked.
const AFTER_HOLD: u64 = 62;
/// Second of the last action.
pub const END: u64 = 76;

/// Time until the visit: the share refunded after a cancellation depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ahead {
    Hours,
    Today,
    Days,
}

/// The party that cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelledBy {
    Patient,
    Doctor,
    Clinic,
}

/// One action.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A payer opens the checkout: the patient, or the front desk for them.
    Open {
        desk: bool,
    },
    /// A payer attempts to pay.
    Try {
        desk: bool,
        plan: Value,
        sends_proof: bool,
    },
    /// Outcome of the order's next refunds.
    Refunds(Value),
    Cancel(CancelledBy),
    /// The front desk confirms without a payment.
    Confirm,
    /// Another patient tries to book the slot.
    OthersBook,
}

/// Actions by second.
pub struct Plan {
    pub ahead: Ahead,
    pub actions: Vec<(u64, Action)>,
}

impl Plan {
    pub fn random(rng: &mut Rng) -> Self {
        let ahead = match rng.below(5) {
            0 => Ahead::Hours,
            1..3 => Ahead::Today,
            _ => Ahead::Days,
        };
        let mut actions = vec![(rng.below(4), Action::Open { desk: false })];
        let two_pay = rng.percent(12);
        if two_pay {
            actions.push((rng.below(20), Action::Open { desk: true }));
        }
        if rng.percent(25) {
            actions.push((5, Action::Refunds(refunds(rng))));
        }
        for payer in 0..=u64::from(two_pay) {
            let tries = if two_pay { 1 } else { rng.below(4) };
            for _ in 0..tries {
                actions.push(attempt(rng, payer == 1));
            }
        }
        if rng.percent(10) {
            actions.push((rng.between(4, 50), Action::Confirm));
        }
        if rng.percent(30) {
            let cancelled_by = match rng.below(4) {
                0 => CancelledBy::Doctor,
                1 => CancelledBy::Clinic,
                _ => CancelledBy::Patient,
            };
            actions.push((rng.between(6, END), Action::Cancel(cancelled_by)));
        }
        if rng.percent(40) {
            actions.push((rng.between(AFTER_HOLD, END), Action::OthersBook));
        }
        actions.sort_by_key(|(second, _)| *second);
        Self { ahead, actions }
    }
}

fn attempt(rng: &mut Rng, desk: bool) -> (u64, Action) {
    let in_time = rng.percent(65);
    let second = if in_time {
        rng.between(22, 55)
    } else {
        rng.between(AFTER_HOLD, END)
    };
    let outcome = match rng.below(10) {
        0..3 => json!({"outcome": "failed"}),
        3..5 => json!({"outcome": "authorized"}),
        5 => json!({"outcome": "late_capture", "late_ms": rng.between(500, 30_000)}),
        6 if rng.percent(50) => json!({"outcome": "captured", "amount": FEE - 1}),
        _ => json!({"outcome": "captured"}),
    };
    let mut plan = outcome;
    plan["webhook"] = webhook(rng);
    let sends_proof = rng.percent(25);
    let action = Action::Try {
        desk,
        plan,
        sends_proof,
    };
    (second, action)
}

/// Random delivery of its webhooks.
fn webhook(rng: &mut Rng) -> Value {
    let delay = match rng.below(10) {
        0..5 => 0,
        5..8 => rng.below(5_000),
        _ => rng.below(45_000),
    };
    json!({
        "delay_ms": delay,
        "drop": rng.percent(20),
        "duplicates": rng.below(5),
        "reorder": rng.percent(30),
    })
}

/// Random outcome of the gateway's first refunds.
fn refunds(rng: &mut Rng) -> Value {
    let outcome = if rng.percent(50) { "failed" } else { "pending" };
    json!({"outcome": outcome, "times": 1, "webhook": webhook(rng)})
}
