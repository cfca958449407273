//! Tests of every cell of the table against real appointments.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::test_fixtures::{
    account_id, appointment_id, clinic, clinic_id, doctor, instant, now, patient_id, payment_id,
    reason, zone,
};
use crate::values::{Actor, Holidays, Role};

const NINE: &str = "2026-03-02T03:30:00Z";
/// The slot that a visit is moved to.
const TEN: &str = "2026-03-02T04:30:00Z";
/// Midnight before it, in Bengaluru.
const MIDNIGHT: &str = "2026-03-01T18:30:00Z";

fn acting_as(kind: ActorKind) -> Actor {
    match kind {
        ActorKind::Role(role) => Actor::account(account_id(1), role),
        ActorKind::System => Actor::System,
    }
}

fn booking(by: Actor, at: DateTime<Utc>) -> BookAppointment {
    BookAppointment {
        appointment: appointment_id(),
        clinic: clinic(1),
        holidays: Holidays::default(),
        doctor: doctor(),
        patient: patient_id(),
        start: instant(NINE),
        reason: None,
        follows: None,
        hold_number: None,
        daily_number: None,
        override_reason: None,
        policy: BookingPolicy::default(),
        by,
        at,
    }
}

fn emergency(booking: BookAppointment) -> BookForEmergency {
    let numbers = LimitNumbers { open: 0, daily: 0 };
    let accepted = EmergencyPolicy {
        accepted: true,
        ..EmergencyPolicy::default()
    };
    BookForEmergency {
        numbers: EmergencyNumbers {
            day: booking.at.date_naive(),
            patient: numbers,
            account: Some(numbers),
        },
        booking: BookAppointment {
            policy: BookingPolicy {
                emergencies: accepted,
                ..booking.policy
            },
            ..booking
        },
    }
}

/// Builds the command of a step. Only the program sends those that expire a hold or record a
/// payment.
fn command(
    step: Step,
    actor: ActorKind,
    gives_reason: bool,
    at: DateTime<Utc>,
) -> AppointmentCommand {
    let by = acting_as(actor);
    let why = gives_reason.then(|| reason("The doctor has no hand free"));
    match step {
        Step::Book => AppointmentCommand::Book(booking(by, at)),
        Step::BookForEmergency => AppointmentCommand::BookForEmergency(emergency(booking(by, at))),
        Step::Confirm => AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: reason("Pays at the desk"),
            by,
            at,
        }),
        Step::Pay => AppointmentCommand::RecordPayment(RecordPayment {
            payment: payment_id(1),
            at,
        }),
        Step::Reschedule => AppointmentCommand::Reschedule(RescheduleAppointment {
            clinic: clinic_id(1),
            holidays: Holidays::default(),
            doctor: doctor(),
            start: instant(TEN),
            reason: why,
            override_reason: None,
            on_behalf_of: CancelledBy::Patient,
            policy: BookingPolicy::default(),
            by,
            at,
        }),
        Step::Cancel => AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: CancelledBy::Clinic,
            reason: why,
            by,
            at,
        }),
        Step::ExpireHold => AppointmentCommand::ExpireHold(ExpireHold { at }),
        Step::Arrive => {
            let zone = zone("Asia/Kolkata");
            AppointmentCommand::Arrive(MarkArrived { zone, by, at })
        }
        Step::Start => AppointmentCommand::Start(StartVisit {
            reason: why,
            by,
            at,
        }),
        Step::Complete => AppointmentCommand::Complete(CompleteVisit {
            reason: why,
            by,
            at,
        }),
        Step::MarkNoShow => AppointmentCommand::MarkNoShow(MarkNoShow {
            reason: why,
            by,
            at,
        }),
    }
}

/// An appointment that has reached the status by commands.
fn appointment_with(status: Option<AppointmentStatus>) -> Appointment {
    use AppointmentStatus as Status;
    let steps: &[Step] = match status {
        None => &[],
        Some(Status::Booked) => &[Step::Book],
        Some(Status::Confirmed) => &[Step::Book, Step::Confirm],
        Some(Status::Arrived) => &[Step::Book, Step::Confirm, Step::Arrive],
        Some(Status::InProgress) => &[Step::Book, Step::Confirm, Step::Arrive, Step::Start],
        Some(Status::Completed) => &[
            Step::Book,
            Step::Confirm,
            Step::Arrive,
            Step::Start,
            Step::Complete,
        ],
        Some(Status::NoShow) => &[Step::Book, Step::Confirm, Step::MarkNoShow],
        Some(Status::Cancelled) => &[Step::Book, Step::Cancel],
        Some(Status::Expired) => &[Step::Book, Step::ExpireHold],
    };
    let appointment = steps.iter().fold(Appointment::default(), |state, step| {
        let at = match step {
            Step::Book
            | Step::BookForEmergency
            | Step::Confirm
            | Step::Pay
            | Step::Reschedule
            | Step::Cancel => now(),
            Step::ExpireHold => hold_end(),
            Step::Arrive | Step::Start | Step::Complete | Step::MarkNoShow => instant(NINE),
        };
        after(&state, command(*step, ActorKind::System, true, at)).unwrap()
    });
    assert_eq!(appointment.status(), status);
    appointment
}

fn hold_end() -> DateTime<Utc> {
    now() + TimeDelta::minutes(15)
}

fn after(
    state: &Appointment,
    command: AppointmentCommand,
) -> Result<Appointment, AppointmentRefusal> {
    let events = decide(state, command)?;
    Ok(events.iter().fold(state.clone(), evolve))
}

/// The first and the last instants at which a time condition holds, and those next to them at which
/// it does not.
fn right_and_wrong(condition: TimeCondition) -> ([DateTime<Utc>; 2], [DateTime<Utc>; 2]) {
    let day = TimeDelta::days(1);
    let before = |end: DateTime<Utc>| {
        let last = end - TimeDelta::nanoseconds(1);
        ([last - day, last], [end, end + day])
    };
    let from = |start: DateTime<Utc>| {
        let last = start - TimeDelta::nanoseconds(1);
        ([start, start + day], [last - day, last])
    };
    match condition {
        TimeCondition::BeforeHoldEnd => before(hold_end()),
        TimeCondition::FromHoldEnd => from(hold_end()),
        TimeCondition::BeforeSlot => before(instant(NINE)),
        TimeCondition::FromSlot => from(instant(NINE)),
        TimeCondition::FromClinicDay => from(instant(MIDNIGHT)),
    }
}

fn any_time() -> [DateTime<Utc>; 5] {
    let (midnight, nine) = (instant(MIDNIGHT), instant(NINE));
    [now(), hold_end(), midnight, nine, nine + TimeDelta::days(3)]
}

/// Tests one cell at every time that matters.
fn check_cell(step: Step, from: Option<AppointmentStatus>, actor: ActorKind, gives_reason: bool) {
    let appointment = appointment_with(from);
    let cell = format!("{step:?} from {from:?} by {}", actor.name());
    let becomes = |at| {
        let state = after(&appointment, command(step, actor, gives_reason, at));
        state.map(|state| state.status())
    };
    let always = |expected| {
        for at in any_time() {
            assert_eq!(becomes(at), expected, "{cell} at {at}");
        }
    };
    let transition = transition(step);
    match (transition.permission(actor), transition.rule(from)) {
        (Permission::No, _) => always(Err(AppointmentRefusal::NotForThisRole)),
        (Permission::WithReason, _) if !gives_reason => {
            always(Err(AppointmentRefusal::OverrideNeedsReason));
        }
        (_, TransitionRule::No(refusal)) => always(Err(refusal)),
        (_, TransitionRule::Already) => {
            always(Ok(from));
            let again = decide(
                &appointment,
                command(step, actor, gives_reason, instant(NINE)),
            );
            assert_eq!(again, Ok(vec![]), "{cell}");
        }
        // A slot that has begun can't be booked: a rule of the slot, not of the table.
        (_, TransitionRule::To(to)) if matches!(step, Step::Book | Step::BookForEmergency) => {
            assert_eq!(becomes(now()), Ok(Some(to)));
        }
        (_, TransitionRule::To(to)) => always(Ok(Some(to))),
        (_, TransitionRule::ToIf(to, condition, refusal)) => {
            let (right, wrong) = right_and_wrong(condition);
            for at in right {
                assert_eq!(becomes(at), Ok(Some(to)), "{cell} at {at}");
            }
            for at in wrong {
                assert_eq!(becomes(at), Err(refusal), "{cell} at {at}");
            }
        }
    }
}

#[test]
fn every_cell_of_the_table_is_what_an_appointment_does() {
    let mut cells = 0;
    for transition in TRANSITIONS {
        for actor in ActorKind::ALL {
            // These commands carry no actor: only the program sends them.
            let nameless = matches!(transition.step, Step::ExpireHold | Step::Pay);
            if nameless && actor != ActorKind::System {
                assert_eq!(transition.permission(actor), Permission::No);
                continue;
            }
            for from in STATUSES {
                for gives_reason in [false, true] {
                    check_cell(transition.step, from, actor, gives_reason);
                    cells += 1;
                }
            }
        }
    }
    assert_eq!(cells, (9 * 6 + 2) * 9 * 2);
}

#[test]
fn each_step_is_found_in_its_own_row_and_each_status_in_its_own_column() {
    for row in TRANSITIONS {
        assert_eq!(*transition(row.step), row);
        let cells = STATUSES.map(|status| row.rule(status));
        assert_eq!(cells, row.from);
        assert_eq!(ActorKind::ALL.map(|actor| row.permission(actor)), row.by);
    }
}

/// Repeated by hand, so that a slip in the table is found.
#[test]
fn the_arrows_of_the_table_are_those_of_the_diagram() {
    let mut arrows = BTreeSet::new();
    for row in TRANSITIONS {
        for (from, rule) in STATUSES.into_iter().zip(row.from) {
            if let TransitionRule::To(to) | TransitionRule::ToIf(to, ..) = rule {
                let from = from.map_or("", AppointmentStatus::as_str);
                arrows.insert(format!("{from} > {to}"));
            }
        }
    }
    let diagram = [
        " > BOOKED",
        " > CONFIRMED",
        "ARRIVED > ARRIVED",
        "ARRIVED > CANCELLED",
        "ARRIVED > IN_PROGRESS",
        "BOOKED > BOOKED",
        "BOOKED > CANCELLED",
        "BOOKED > CONFIRMED",
        "BOOKED > EXPIRED",
        "COMPLETED > COMPLETED",
        "CONFIRMED > ARRIVED",
        "CONFIRMED > CANCELLED",
        "CONFIRMED > CONFIRMED",
        "CONFIRMED > NO_SHOW",
        "EXPIRED > CONFIRMED",
        "IN_PROGRESS > COMPLETED",
        "IN_PROGRESS > IN_PROGRESS",
        "NO_SHOW > NO_SHOW",
    ];
    assert_eq!(arrows, diagram.map(str::to_owned).into());
}

#[test]
fn nothing_but_late_money_changes_a_life_that_is_over() {
    use AppointmentStatus::{Cancelled, Completed, Expired, NoShow};
    for over in [Completed, NoShow, Cancelled, Expired] {
        for row in TRANSITIONS.iter().filter(|row| row.step != Step::Pay) {
            let rule = row.rule(Some(over));
            assert!(
                matches!(rule, TransitionRule::No(_) | TransitionRule::Already),
                "{:?} from {over}: {rule:?}",
                row.step
            );
        }
    }
}

#[test]
fn an_auditor_takes_no_step() {
    for row in TRANSITIONS {
        assert_eq!(
            row.permission(ActorKind::Role(Role::Auditor)),
            Permission::No
        );
    }
}

#[test]
fn the_page_shows_the_table_as_it_is() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/transitions.md");
    let shown = fs::read_to_string(page).unwrap();
    assert_eq!(
        shown,
        TransitionsPage.to_string(),
        "print it anew: caresync transitions > docs/transitions.md"
    );
}
