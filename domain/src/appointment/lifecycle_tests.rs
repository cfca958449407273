//! Property test: any sequence of commands keeps to the transitions of the diagram.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::AppointmentStatus::{
    Arrived, Booked, Cancelled, Completed, Confirmed, Expired, InProgress, NoShow,
};
use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::test_fixtures::{
    account_id, appointment_id, clinic, clinic_id, doctor, inr, instant, now, patient_id,
    payment_id, reason, zone,
};
use crate::values::{Actor, Holidays, Role};

fn book(fee: i64, by: Actor, at: DateTime<Utc>) -> AppointmentCommand {
    let affiliation = doctor().affiliation.map(|terms| Affiliation {
        fee: inr(fee),
        ..terms
    });
    AppointmentCommand::Book(BookAppointment {
        appointment: appointment_id(),
        clinic: clinic(1),
        holidays: Holidays::default(),
        doctor: DoctorFacts {
            affiliation,
            ..doctor()
        },
        patient: patient_id(),
        start: instant("2026-03-02T03:30:00Z"),
        reason: None,
        follows: None,
        hold_number: None,
        daily_number: None,
        override_reason: None,
        policy: BookingPolicy::default(),
        by,
        at,
    })
}

fn some_actor() -> impl Strategy<Value = Actor> {
    let actors = ActorKind::ALL.map(|actor| match actor {
        ActorKind::Role(role) => Actor::account(account_id(1), role),
        ActorKind::System => Actor::System,
    });
    // Roles with many permissions come more often, so that more commands are accepted.
    let staff = Actor::account(account_id(9), Role::Admin);
    prop_oneof![3 => Just(staff), 2 => prop::sample::select(actors.to_vec())]
}

/// Commands by any role at times from well before the booking to well after the visit, most of them
/// close to the times that the rules compare with.
fn some_command() -> impl Strategy<Value = AppointmentCommand> {
    let minutes = prop_oneof![3 => 0_i64..30, 2 => 900_i64..960, 1 => -60_i64..2_000];
    let at = minutes.prop_map(|minutes| now() + TimeDelta::minutes(minutes));
    let fee = prop_oneof![3 => Just(50_000), 1 => Just(0)];
    let why = prop::option::weighted(0.7, Just(reason("Said so")));
    let payment = (1_u128..=2).prop_map(payment_id);
    let parts = (0..11, at, fee, some_actor(), why, payment);
    parts.prop_map(|(kind, at, fee, by, reason, payment)| match kind {
        0 => book(fee, by, at),
        1 => AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: crate::test_fixtures::reason("Pays at the desk"),
            by,
            at,
        }),
        2 => AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: CancelledBy::Clinic,
            reason,
            by,
            at,
        }),
        3 => AppointmentCommand::ExpireHold(ExpireHold { at }),
        4 => AppointmentCommand::Arrive(MarkArrived {
            zone: zone("Asia/Kolkata"),
            by,
            at,
        }),
        5 => AppointmentCommand::Start(StartVisit { reason, by, at }),
        6 => AppointmentCommand::Complete(CompleteVisit { reason, by, at }),
        7 => AppointmentCommand::Reschedule(RescheduleAppointment {
            clinic: clinic_id(1),
            holidays: Holidays::default(),
            doctor: doctor(),
            // The slot that was booked first, or the next one.
            start: instant("2026-03-02T03:30:00Z") + TimeDelta::minutes(fee / 50_000 * 20),
            override_reason: reason.clone(),
            reason,
            on_behalf_of: CancelledBy::Patient,
            policy: BookingPolicy::default(),
            by,
            at,
        }),
        8 => AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at }),
        _ => AppointmentCommand::RecordPayment(RecordPayment { payment, at }),
    })
}

/// The arrows of the diagram.
fn may_follow(from: Option<AppointmentStatus>, to: Option<AppointmentStatus>) -> bool {
    matches!(
        (from, to),
        (None, Some(Booked))
            | (Some(Booked), Some(Booked | Confirmed | Cancelled | Expired))
            | (
                Some(Confirmed),
                Some(Confirmed | Arrived | NoShow | Cancelled)
            )
            | (Some(Arrived), Some(Arrived | InProgress | Cancelled))
            | (Some(InProgress), Some(InProgress | Completed))
            | (Some(Completed), Some(Completed))
            | (Some(NoShow), Some(NoShow))
            | (Some(Expired), Some(Confirmed))
    )
}

/// First commands that are accepted, so that the rest reaches every status.
fn beginning() -> impl Strategy<Value = Vec<AppointmentCommand>> {
    let desk = Actor::account(account_id(9), Role::Receptionist);
    let doctor = Actor::account(account_id(8), Role::Doctor);
    let nine = instant("2026-03-02T03:30:00Z");
    let whole = [
        book(50_000, desk, now()),
        AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: reason("Pays at the desk"),
            by: desk,
            at: now(),
        }),
        AppointmentCommand::Arrive(MarkArrived {
            zone: zone("Asia/Kolkata"),
            by: desk,
            at: nine,
        }),
        AppointmentCommand::Start(StartVisit {
            reason: None,
            by: doctor,
            at: nine,
        }),
        AppointmentCommand::Complete(CompleteVisit {
            reason: None,
            by: doctor,
            at: nine,
        }),
    ];
    (0..=whole.len()).prop_map(move |steps| whole[..steps].to_vec())
}

proptest! {
    #[test]
    fn every_life_follows_the_diagram(
        beginning in beginning(),
        rest in prop::collection::vec(some_command(), 1..16),
    ) {
        let commands = beginning.into_iter().chain(rest);
        let mut state = Appointment::default();
        let mut history = Vec::new();
        let mut was_confirmed = false;

        for command in commands {
            // A refusal adds no event, so the state stays as it is.
            for event in decide(&state, command).unwrap_or_default() {
                let next = evolve(state.clone(), &event);
                prop_assert!(may_follow(state.status(), next.status()), "{state:?} to {next:?}");
                // Only a move and a payment keep the status; a move names the old and the new slot.
                let moved = if let AppointmentEvent::Rescheduled(moved) = &event {
                    Some((moved.previous, moved.visit.slot))
                } else {
                    None
                };
                let pays = matches!(event, AppointmentEvent::FeePaid(_));
                let slots = state.slot().zip(next.slot());
                let stays = state.status() == next.status() && !pays;
                prop_assert_eq!(moved, slots.filter(|_| stays));
                // The payment that paid for the visit never changes.
                let paid_by = |state: &Appointment| state.visit().and_then(|visit| visit.paid_by);
                prop_assert!(paid_by(&state).is_none_or(|paid| paid_by(&next) == Some(paid)));
                let is_paid = paid_by(&next).is_some();
                prop_assert!(!is_paid || next.status() != Some(Expired));
                prop_assert!(state.hold_until().zip(next.hold_until()).is_none_or(|(a, b)| b <= a));
                prop_assert!(!(was_confirmed && next.status() == Some(Expired)));
                was_confirmed |= next.status() == Some(Confirmed);
                state = next;
                history.push(event);
            }
        }

        let stored: Vec<String> =
            history.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
        let read: Vec<AppointmentEvent> =
            stored.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
        prop_assert_eq!(&read, &history);
        prop_assert_eq!(read.iter().fold(Appointment::default(), evolve), state.clone());

        let snapshot = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<Appointment>(&snapshot).unwrap(), state);
    }
}
