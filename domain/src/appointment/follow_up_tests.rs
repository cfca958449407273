//! Rules of follow-up visits.

use uuid::Uuid;

use super::tests::{book, booked, booked_facts, booking, given, refuses_to_book};
use super::*;
use crate::test_fixtures::patient_id;
use crate::values::{AppointmentId, PatientId};

fn following(status: AppointmentStatus) -> BookAppointment {
    let follows = Some(FollowedVisit {
        appointment: earlier(),
        patient: patient_id(),
        status,
    });
    BookAppointment {
        follows,
        ..booking()
    }
}

fn earlier() -> AppointmentId {
    AppointmentId::from_uuid(Uuid::from_u128(0xF0))
}

#[test]
fn a_visit_at_which_the_patient_was_seen_can_be_followed_up() {
    for status in [AppointmentStatus::InProgress, AppointmentStatus::Completed] {
        let booked = AppointmentEvent::Booked(AppointmentBooked {
            follows: Some(earlier()),
            ..booked_facts()
        });
        given(&[])
            .when(book(following(status)))
            .then_expect_events(vec![booked]);
    }
}

#[test]
fn a_visit_at_which_the_patient_was_not_seen_cannot_be_followed_up() {
    for status in STATUSES.into_iter().flatten() {
        if matches!(
            status,
            AppointmentStatus::InProgress | AppointmentStatus::Completed
        ) {
            continue;
        }
        let refusal = AppointmentRefusal::NothingToFollow { status };
        refuses_to_book(following(status), refusal);
    }
}

#[test]
fn the_visit_of_another_patient_cannot_be_followed_up() {
    let mut command = following(AppointmentStatus::Completed);
    command.patient = PatientId::from_uuid(Uuid::from_u128(0xE2));
    refuses_to_book(command, AppointmentRefusal::FollowsAnotherPatient);
}

#[test]
fn a_booking_stored_before_there_were_follow_ups_follows_nothing() {
    let stored = serde_json::to_value(booked()).unwrap();
    assert_eq!(stored.get("follows"), None);
    assert_eq!(
        serde_json::from_value::<AppointmentEvent>(stored).unwrap(),
        booked()
    );
}
