//! The table as a page for people: `docs/transitions.md` is what this prints.

use std::fmt;

use super::error::AppointmentRefusal as Refusal;
use super::status::AppointmentStatus as Status;
use super::transitions::{
    ActorKind, Permission, STATUSES, Step, TRANSITIONS, TimeCondition, Transition, TransitionRule,
};

/// Prints the transition table in Markdown.
#[derive(Debug, Clone, Copy, Default)]
pub struct TransitionsPage;

const INTRODUCTION: &str = "\
# The life of an appointment

Printed by `caresync transitions` from `domain/src/appointment/transitions.rs`; a test compares them, and
another asks for every cell. Don't edit it by hand.

## Who may take which step

That it is *their* visit, or one at their clinic, is asked besides: to a stranger there is none.
";

const STEPS: &str = "
*why*: allowed with a reason, since they act in the doctor's place. Everybody else is refused with
`NotForThisRole`, or `OverrideNeedsReason` where only the reason is missing.

## What becomes of it, where the appointment stands

The role is asked first, then the status, then the time. *same*: it was done already, which is accepted and
no new fact. A visit without a fee is booked and confirmed in one step, and whether a slot can be booked at
all is asked of doctor, hours and claims besides. A visit that is rescheduled stays where it stands; onto the
slot that it has already, that is no new fact. One payment pays for a visit: the same one again is no new
fact wherever the visit stands, and another one is refused with `AlreadyPaid`. A hold that has ended reads as EXPIRED, noted or not.
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
        Ok(())
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

const fn permission(permission: Permission) -> &'static str {
    match permission {
        Permission::Yes => "yes",
        Permission::WithReason => "why",
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
        TransitionRule::Already => "*same*".to_owned(),
        TransitionRule::No(refusal) => variant(refusal),
    }
}

/// The name of the refusal; the status that it carries is that of the row.
fn variant(refusal: Refusal) -> String {
    let debug = format!("{refusal:?}");
    debug.split(' ').next().unwrap_or_default().to_owned()
}

const fn words(condition: TimeCondition) -> &'static str {
    match condition {
        TimeCondition::BeforeHoldEnd => "while the hold runs",
        TimeCondition::FromHoldEnd => "once the hold is over",
        TimeCondition::BeforeSlot => "until the slot begins",
        TimeCondition::FromSlot => "once the slot has begun",
        TimeCondition::FromClinicDay => "from that day on, by the clinic's clock",
    }
}

const fn name(step: Step) -> &'static str {
    match step {
        Step::Book => "book",
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
