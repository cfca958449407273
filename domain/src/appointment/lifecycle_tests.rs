//! Whatever is asked of an appointment, in whatever order, its life follows the diagram.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::AppointmentStatus::{Booked, Cancelled, Confirmed, Expired};
use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::samples::{
    admin, appointment_id, clinic, doctor, inr, instant, now, patient_id, reason,
};

fn book(fee: i64, at: DateTime<Utc>) -> AppointmentCommand {
    let affiliation = doctor().affiliation.map(|terms| Affiliation {
        fee: inr(fee),
        ..terms
    });
    AppointmentCommand::Book(BookAppointment {
        appointment: appointment_id(),
        clinic: clinic(1),
        doctor: DoctorFacts {
            affiliation,
            ..doctor()
        },
        patient: patient_id(),
        start: instant("2026-03-02T03:30:00Z"),
        reason: None,
        policy: BookingPolicy::default(),
        by: admin(),
        at,
    })
}

/// Commands at times from well before the booking to well after the visit, close to each other more
/// often than not.
fn some_command() -> impl Strategy<Value = AppointmentCommand> {
    let minutes = prop_oneof![3 => 0_i64..30, 1 => -60_i64..2_000];
    let at = minutes.prop_map(|minutes| now() + TimeDelta::minutes(minutes));
    let fee = prop_oneof![3 => Just(50_000), 1 => Just(0)];
    let by = admin();
    (0..4, at, fee).prop_map(move |(kind, at, fee)| match kind {
        0 => book(fee, at),
        1 => AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
            reason: reason("Pays at the desk"),
            by,
            at,
        }),
        2 => AppointmentCommand::Cancel(CancelAppointment {
            cancelled_by: CancelledBy::Clinic,
            reason: None,
            by,
            at,
        }),
        _ => AppointmentCommand::ExpireHold(ExpireHold { at }),
    })
}

/// The arrows of the diagram.
fn may_follow(from: Option<AppointmentStatus>, to: Option<AppointmentStatus>) -> bool {
    matches!(
        (from, to),
        (None, Some(Booked))
            | (Some(Booked), Some(Confirmed | Cancelled | Expired))
            | (Some(Confirmed), Some(Cancelled))
    )
}

proptest! {
    #[test]
    fn every_life_follows_the_diagram(commands in prop::collection::vec(some_command(), 1..16)) {
        let mut state = Appointment::default();
        let mut history = Vec::new();
        let mut was_confirmed = false;

        for command in commands {
            // A refusal is no event, and so the state can't have moved.
            for event in decide(&state, command).unwrap_or_default() {
                let next = evolve(state.clone(), &event);
                prop_assert!(may_follow(state.status(), next.status()), "{state:?} to {next:?}");
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
