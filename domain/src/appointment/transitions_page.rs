//! The transition table in Markdown, as in `docs/transitions.md`.

use std::fmt;

use super::cancelled_by::CancelledBy;
use super::error::AppointmentRefusal as Refusal;
use super::status::AppointmentStatus as Status;
use super::transitions::{
    ActorKind, Permission, STATUSES, Step, TRANSITIONS, TimeCondition, Transition, TransitionRule,
};

/// Prints the transition table in Markdown.
#[derive(Debug, Clone, Copy, Default)]
pub struct TransitionsPage;

const INTRODUCTION: &str = "\
# Transitions of an appointment

Printed by `caresync transitions` from `domain/src/appointment/transitions.rs`. A test compares this page with
the table, and another tests every cell. Don't edit it by hand.

## Permissions of each step

The rights to the particular visit are checked first: a caller without them is told that there is no such
appointment.
";

const STEPS: &str = "
*reason*: allowed with a reason, since the actor takes the doctor's place; without one it is refused with
`OverrideNeedsReason`. A step that is not allowed is refused with `NotForThisRole`.

## Outcome of each step by status

The role is checked first, then the status, then the time.

- *no change*: it was done already. The command is accepted and adds no event.
- A visit without a fee, or for an emergency, is booked and confirmed in one command. A booking also has to satisfy
  the rules about doctor, hours and slot claims.
- Rescheduling keeps the status. A move to the present slot adds no event. Until an emergency visit is paid for, a
  patient who moves it is refused with `EmergencyUnpaid`.
- One payment pays for a visit. Recording the same one again adds no event in any status, and another one is
  refused with `AlreadyPaid`.
- A hold that has ended reads as EXPIRED, recorded or not.
";

const PARTIES: &str = "
## On whose behalf it is cancelled or moved

The party that the caller names, or does not, by the capacity of the caller. A patient gets the refund of the
clinic's refund policy; if the doctor or the clinic cancels, it is complete. A move for the patient keeps the
share of its time. Staff who are the patient of the visit stand in the patient's capacity.
";

impl fmt::Display for TransitionsPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{INTRODUCTION}")?;
        heading(f, "step", ActorKind::ALL.into_iter().map(ActorKind::name))?;
        for transition in &TRANSITIONS {
            row(f, transition.step, transition.by.map(permission))?;
        }
        writeln!(f, "{STEPS}")?;
        let steps = TRANSITIONS.iter().map(|transition| name(transition.step));
        heading(f, "from", steps)?;
        for status in STATUSES {
            let from = status.map_or("*not booked*", Status::as_str);
            let cells = TRANSITIONS.map(|transition: Transition| outcome(transition.rule(status)));
            writeln!(f, "| {from} | {} |", cells.join(" | "))?;
        }
        writeln!(f, "{PARTIES}")?;
        let named = PARTIES_NAMED.map(|party| party.map_or("*none*", party_name));
        heading(f, "step", ["by"].into_iter().chain(named))?;
        parties(f, Step::Cancel, CancelledBy::cancels_for)?;
        parties(f, Step::Reschedule, CancelledBy::moves_for)
    }
}

fn heading<'a>(
    f: &mut fmt::Formatter<'_>,
    first: &str,
    others: impl Iterator<Item = &'a str>,
) -> fmt::Result {
    let names: Vec<&str> = others.collect();
    writeln!(f, "| {first} | {} |", names.join(" | "))?;
    writeln!(f, "|---{}|", "|---".repeat(names.len()))
}

fn row(f: &mut fmt::Formatter<'_>, step: Step, cells: [&str; 6]) -> fmt::Result {
    writeln!(f, "| {} | {} |", name(step), cells.join(" | "))
}

/// The parties that a caller may name; `None` if they name none.
const PARTIES_NAMED: [Option<CancelledBy>; 4] = [
    None,
    Some(CancelledBy::Patient),
    Some(CancelledBy::Doctor),
    Some(CancelledBy::Clinic),
];

fn parties(
    f: &mut fmt::Formatter<'_>,
    step: Step,
    rule: impl Fn(CancelledBy, Option<CancelledBy>) -> Result<CancelledBy, Refusal>,
) -> fmt::Result {
    for capacity in CancelledBy::ALL {
        let cells = PARTIES_NAMED.map(|named| match rule(capacity, named) {
            Ok(party) => party_name(party).to_owned(),
            Err(refusal) => variant(refusal),
        });
        let (step, by) = (name(step), party_name(capacity));
        writeln!(f, "| {step} | {by} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

const fn party_name(party: CancelledBy) -> &'static str {
    match party {
        CancelledBy::Patient => "PATIENT",
        CancelledBy::Doctor => "DOCTOR",
        CancelledBy::Clinic => "CLINIC",
    }
}

const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::Yes => "yes",
        Permission::WithReason => "reason",
        Permission::No => "–",
    }
}

fn outcome(rule: TransitionRule) -> String {
    match rule {
        TransitionRule::To(status) => format!("**{status}**"),
        TransitionRule::ToIf(status, condition, refusal) => {
            let (condition, refusal) = (words(condition), variant(refusal));
            format!("**{status}** {condition}, else {refusal}")
        }
        TransitionRule::Already => "*no change*".to_owned(),
        TransitionRule::No(refusal) => variant(refusal),
    }
}

/// Name of the refusal; its status is that of the row.
fn variant(refusal: Refusal) -> String {
    let debug = format!("{refusal:?}");
    debug.split(' ').next().unwrap_or_default().to_owned()
}

const fn words(condition: TimeCondition) -> &'static str {
    match condition {
        TimeCondition::BeforeHoldEnd => "while the hold runs",
        TimeCondition::FromHoldEnd => "after the hold has ended",
        TimeCondition::BeforeSlot => "until the slot begins",
        TimeCondition::FromSlot => "after the slot has begun",
        TimeCondition::FromClinicDay => "from the day of the visit on, in the clinic's time zone",
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Book => "book",
        Step::BookForEmergency => "book for an emergency",
        Step::Confirm => "confirm",
        Step::Pay => "pay",
        Step::Reschedule => "reschedule",
        Step::Cancel => "cancel",
        Step::ExpireHold => "expire hold",
        Step::Arrive => "arrive",
        Step::Start => "start",
        Step::Complete => "complete",
        Step::MarkNoShow => "no-show",
    }
}
