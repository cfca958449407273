//! Moved visits, and times that only the staff may book.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::tests::{book, booked, booked_facts, booking, given, refuses_to_book};
use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::phi::Phi;
use crate::test_fixtures::{
    account_id, admin, clinic_id, doctor, instant, minutes, now, patient_id, reason, visit_ref,
};
use crate::values::{Actor, DoctorId, Holidays, Role, Slot};

const NINE: &str = "2026-03-02T03:30:00Z";
const TEN: &str = "2026-03-02T04:30:00Z";
/// The doctor leaves at twelve.
const ONE: &str = "2026-03-02T07:30:00Z";
const TEN_PAST_NINE: &str = "2026-03-02T03:40:00Z";

fn to(start: &str) -> RescheduleAppointment {
    RescheduleAppointment {
        clinic: clinic_id(1),
        holidays: Holidays::default(),
        doctor: doctor(),
        start: instant(start),
        reason: Some(reason("The bus is late")),
        override_reason: None,
        on_behalf_of: CancelledBy::Patient,
        policy: BookingPolicy::default(),
        by: admin(),
        at: now(),
    }
}

fn reschedule(command: RescheduleAppointment) -> AppointmentCommand {
    AppointmentCommand::Reschedule(command)
}

fn twenty_minutes_from(start: &str) -> Slot {
    Slot::new(instant(start), instant(start) + TimeDelta::minutes(20)).unwrap()
}

fn moved_facts(start: &str) -> AppointmentRescheduled {
    AppointmentRescheduled {
        visit: visit_ref(twenty_minutes_from(start)),
        previous: twenty_minutes_from(NINE),
        hold_until: Some(now() + TimeDelta::minutes(15)),
        overridden: Vec::new(),
        on_behalf_of: Some(CancelledBy::Patient),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentRescheduledPhi {
            reason: Some(reason("The bus is late")),
            override_reason: None,
        }),
    }
}

fn refuses(command: RescheduleAppointment, refusal: AppointmentRefusal) {
    given(&[booked()])
        .when(reschedule(command))
        .then_expect_error(refusal);
}

#[test]
fn a_held_visit_moves_and_its_hold_ends_when_it_would_have() {
    given(&[booked()])
        .when(reschedule(to(TEN)))
        .then_expect_events(vec![AppointmentEvent::Rescheduled(moved_facts(TEN))]);
}

#[test]
fn a_hold_never_outlasts_the_beginning_of_the_slot_it_moved_to() {
    let facts = AppointmentBooked {
        hold_until: instant(NINE),
        visit: visit_ref(twenty_minutes_from(TEN)),
        ..booked_facts()
    };
    let command = RescheduleAppointment {
        at: instant(NINE) - TimeDelta::minutes(5),
        ..to(NINE)
    };
    let moved = AppointmentRescheduled {
        hold_until: Some(instant(NINE)),
        previous: twenty_minutes_from(TEN),
        at: command.at,
        ..moved_facts(NINE)
    };
    given(&[AppointmentEvent::Booked(facts)])
        .when(reschedule(command))
        .then_expect_events(vec![AppointmentEvent::Rescheduled(moved)]);
}

#[test]
fn onto_its_own_slot_nothing_moves() {
    given(&[booked()])
        .when(reschedule(to(NINE)))
        .then_expect_events(vec![]);
}

#[test]
fn its_own_slot_stays_its_own_when_the_hours_have_changed() {
    let mut command = to(NINE);
    let closed = |terms| Affiliation {
        hours: crate::test_fixtures::week(&[]),
        ..terms
    };
    command.doctor.affiliation = command.doctor.affiliation.map(closed);
    given(&[booked()])
        .when(reschedule(command))
        .then_expect_events(vec![]);
}

#[test]
fn it_takes_as_long_as_the_doctor_takes_today() {
    let mut command = to(TEN);
    let longer = |terms| Affiliation {
        slot_length: minutes(30),
        ..terms
    };
    command.doctor.affiliation = command.doctor.affiliation.map(longer);
    let slot = Slot::new(instant(TEN), instant(TEN) + TimeDelta::minutes(30)).unwrap();
    let moved = AppointmentRescheduled {
        visit: visit_ref(slot),
        ..moved_facts(TEN)
    };
    given(&[booked()])
        .when(reschedule(command))
        .then_expect_events(vec![AppointmentEvent::Rescheduled(moved)]);
}

#[test]
fn with_another_doctor_it_would_be_another_visit() {
    let other = DoctorFacts {
        doctor: DoctorId::from_uuid(Uuid::from_u128(0xD2)),
        ..doctor()
    };
    let command = RescheduleAppointment {
        doctor: other,
        ..to(TEN)
    };
    refuses(command, AppointmentRefusal::WithAnotherDoctor);
}

#[test]
fn at_another_clinic_it_would_be_another_visit() {
    let command = RescheduleAppointment {
        clinic: clinic_id(2),
        ..to(TEN)
    };
    refuses(command, AppointmentRefusal::AtAnotherClinic);
}

#[test]
fn it_moves_to_nothing_that_could_not_be_booked() {
    refuses(to(ONE), AppointmentRefusal::SlotOutsideHours);
    refuses(to(TEN_PAST_NINE), AppointmentRefusal::SlotOffGrid);
    refuses(to("2026-02-23T03:30:00Z"), AppointmentRefusal::SlotInPast);
    let horizon_days = BookingPolicy::default().horizon_days;
    let beyond = AppointmentRefusal::SlotBeyondHorizon { horizon_days };
    refuses(to("2026-08-03T03:30:00Z"), beyond);
    let unverified = DoctorFacts {
        verified: false,
        ..doctor()
    };
    let command = RescheduleAppointment {
        doctor: unverified,
        ..to(TEN)
    };
    refuses(command, AppointmentRefusal::DoctorNotVerified);
}

fn for_a_reason(start: &str) -> RescheduleAppointment {
    RescheduleAppointment {
        override_reason: Some(reason("She comes from far away")),
        ..to(start)
    }
}

#[test]
fn the_staff_moves_it_to_a_time_that_is_not_offered_and_says_why() {
    let phi = AppointmentRescheduledPhi {
        reason: Some(reason("The bus is late")),
        override_reason: Some(reason("She comes from far away")),
    };
    let moved = AppointmentRescheduled {
        overridden: vec![OverriddenRule::OutsideHours],
        phi: Phi::Clear(phi),
        ..moved_facts(ONE)
    };
    given(&[booked()])
        .when(reschedule(for_a_reason(ONE)))
        .then_expect_events(vec![AppointmentEvent::Rescheduled(moved)]);
}

fn walking_in(start: &str, at: DateTime<Utc>) -> BookAppointment {
    BookAppointment {
        start: instant(start),
        override_reason: Some(reason("Walked in")),
        at,
        ..booking()
    }
}

fn overridden(command: BookAppointment) -> Vec<OverriddenRule> {
    let events = decide(&Appointment::default(), book(command)).unwrap();
    match events.as_slice() {
        [AppointmentEvent::Booked(booked)] => {
            let said = booked.phi.clear().unwrap().override_reason.is_some();
            assert_eq!(said, !booked.overridden.is_empty());
            booked.overridden.clone()
        }
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn the_staff_books_times_that_are_not_offered_and_the_event_says_which_rules_gave_way() {
    use OverriddenRule::{Begun, BeyondHorizon, OffGrid, OutsideHours};
    let soon = instant(NINE) + TimeDelta::minutes(19);
    assert_eq!(overridden(walking_in(ONE, now())), [OutsideHours]);
    assert_eq!(overridden(walking_in(TEN_PAST_NINE, now())), [OffGrid]);
    assert_eq!(overridden(walking_in(NINE, soon)), [Begun]);
    let far = walking_in("2026-08-02T03:30:00Z", now());
    assert_eq!(overridden(far), [BeyondHorizon, OutsideHours]);
}

#[test]
fn where_no_rule_gave_way_no_reason_is_kept() {
    assert_eq!(overridden(walking_in(NINE, now())), []);
}

#[test]
fn a_walk_in_of_this_moment_is_held_until_the_visit_is_over() {
    let at = instant(NINE) + TimeDelta::minutes(10);
    let events = decide(&Appointment::default(), book(walking_in(NINE, at))).unwrap();
    let state = events.iter().fold(Appointment::default(), evolve);
    assert_eq!(state.hold_until(), Some(twenty_minutes_from(NINE).end()));
}

#[test]
fn not_even_the_staff_books_what_is_over_or_begins_between_minutes() {
    let over = walking_in(NINE, twenty_minutes_from(NINE).end());
    refuses_to_book(over, AppointmentRefusal::SlotInPast);
    let odd = walking_in("2026-03-02T03:30:01Z", now());
    refuses_to_book(odd, AppointmentRefusal::SlotOffGrid);
}

#[test]
fn only_the_staff_overrides_rules() {
    for role in [Role::Patient, Role::Doctor] {
        let by = Actor::account(account_id(1), role);
        let command = RescheduleAppointment {
            by,
            ..for_a_reason(ONE)
        };
        refuses(command, AppointmentRefusal::OverrideNotForThisRole);
    }
    let by = Actor::account(account_id(1), Role::Patient);
    let command = BookAppointment {
        by,
        ..walking_in(ONE, now())
    };
    refuses_to_book(command, AppointmentRefusal::OverrideNotForThisRole);
}

#[test]
fn a_move_stores_its_party_and_an_old_one_was_the_actors() {
    let told = AppointmentRescheduled {
        on_behalf_of: Some(CancelledBy::Clinic),
        ..moved_facts(TEN)
    };
    let mut stored = serde_json::to_value(&told).unwrap();
    assert_eq!(stored["onBehalfOf"], "CLINIC");
    assert_eq!(told.party(), CancelledBy::Clinic);
    stored.as_object_mut().unwrap().remove("onBehalfOf");
    let old: AppointmentRescheduled = serde_json::from_value(stored).unwrap();
    assert_eq!(old.party(), CancelledBy::Patient);
    let by = Actor::account(account_id(3), Role::Doctor);
    assert_eq!(
        AppointmentRescheduled { by, ..old }.party(),
        CancelledBy::Doctor
    );
}
