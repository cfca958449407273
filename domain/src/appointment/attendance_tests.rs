//! Rules of the day of a visit, one test for each.
//!
//! The visit is on Monday at nine in Bengaluru (03:30 UTC).

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{
    account_id, appointment_id, clinic_id, doctor_id, inr, instant, patient_id, reason, zone,
};
use crate::values::{Actor, Role, Slot};

const NINE: &str = "2026-03-02T03:30:00Z";
const WHY: &str = "The doctor has no hand free";

fn visit() -> Visit {
    Visit {
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot: Slot::new(instant(NINE), instant("2026-03-02T03:50:00Z")).unwrap(),
        fee: inr(50_000),
        paid_by: None,
        emergency: false,
        shortest_move: None,
    }
}

fn nine() -> DateTime<Utc> {
    instant(NINE)
}

fn acting(role: Role) -> Actor {
    Actor::account(account_id(8), role)
}

fn arrive(zone_name: &str, at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::Arrive(MarkArrived {
        zone: zone(zone_name),
        by: acting(Role::Receptionist),
        at,
    })
}

fn start(role: Role, why: Option<&str>) -> AppointmentCommand {
    AppointmentCommand::Start(StartVisit {
        reason: why.map(reason),
        by: acting(role),
        at: nine(),
    })
}

fn complete(role: Role, why: Option<&str>) -> AppointmentCommand {
    AppointmentCommand::Complete(CompleteVisit {
        reason: why.map(reason),
        by: acting(role),
        at: nine(),
    })
}

fn no_show(at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::MarkNoShow(MarkNoShow {
        reason: Some(reason("No answer")),
        by: acting(Role::Receptionist),
        at,
    })
}

fn cancel(at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by: CancelledBy::Patient,
        reason: None,
        by: acting(Role::Patient),
        at,
    })
}

fn refuses(state: &Appointment, command: AppointmentCommand, refusal: AppointmentRefusal) {
    assert_eq!(decide(state, command), Err(refusal));
}

fn becomes(state: &Appointment, command: AppointmentCommand) -> Appointment {
    let events = decide(state, command).unwrap();
    assert_eq!(events.len(), 1);
    events.iter().fold(state.clone(), evolve)
}

#[test]
fn the_desk_notes_that_a_patient_has_arrived() {
    let arrived = AppointmentEvent::Arrived(AppointmentArrived {
        visit: VisitRef::from(&visit()),
        by: acting(Role::Receptionist),
        at: nine(),
    });
    let confirmed = Appointment::Confirmed(visit());
    let events = decide(&confirmed, arrive("Asia/Kolkata", nine()));
    assert_eq!(events, Ok(vec![arrived.clone()]));
    assert_eq!(evolve(confirmed, &arrived), Appointment::Arrived(visit()));
}

#[test]
fn arrival_is_refused_before_the_day_of_the_visit_in_the_clinics_zone() {
    let confirmed = Appointment::Confirmed(visit());
    let instant_before = |end| instant(end) - TimeDelta::nanoseconds(1);
    for (zone, midnight) in [
        ("Asia/Kolkata", "2026-03-01T18:30:00Z"),
        ("Europe/London", "2026-03-02T00:00:00Z"),
        // 22:30 of the day before, there.
        ("America/New_York", "2026-03-01T05:00:00Z"),
    ] {
        let refusal = AppointmentRefusal::BeforeDayOfVisit;
        refuses(&confirmed, arrive(zone, instant_before(midnight)), refusal);
        let arrived = becomes(&confirmed, arrive(zone, instant(midnight)));
        assert_eq!(arrived, Appointment::Arrived(visit()));
    }
}

#[test]
fn a_patient_may_arrive_late() {
    let confirmed = Appointment::Confirmed(visit());
    let late = arrive("Asia/Kolkata", nine() + TimeDelta::hours(3));
    assert_eq!(becomes(&confirmed, late), Appointment::Arrived(visit()));
}

#[test]
fn the_doctor_starts_and_completes_without_a_word() {
    let arrived = Appointment::Arrived(visit());
    let started = becomes(&arrived, start(Role::Doctor, None));
    assert_eq!(started, Appointment::InProgress(visit()));
    let completed = becomes(&started, complete(Role::Doctor, None));
    assert_eq!(completed, Appointment::Completed(visit()));
}

#[test]
fn staff_starts_and_completes_in_the_doctors_place_with_a_reason() {
    for role in [Role::Receptionist, Role::Admin] {
        let (arrived, started) = (
            Appointment::Arrived(visit()),
            Appointment::InProgress(visit()),
        );
        let refusal = AppointmentRefusal::OverrideNeedsReason;
        refuses(&arrived, start(role, None), refusal);
        refuses(&started, complete(role, None), refusal);
        assert_eq!(becomes(&arrived, start(role, Some(WHY))), started);
        let completed = becomes(&started, complete(role, Some(WHY)));
        assert_eq!(completed, Appointment::Completed(visit()));
    }
}

#[test]
fn the_reason_of_an_override_stands_in_the_events() {
    let said = |events: Result<Vec<AppointmentEvent>, _>| match events.unwrap().remove(0) {
        AppointmentEvent::Started(started) => (started.subject, started.phi.map(|phi| phi.reason)),
        AppointmentEvent::Completed(done) => (done.subject, done.phi.map(|phi| phi.reason)),
        AppointmentEvent::NoShow(missed) => (missed.subject, missed.phi.map(|phi| phi.reason)),
        other @ (AppointmentEvent::Booked(_)
        | AppointmentEvent::Confirmed(_)
        | AppointmentEvent::Cancelled(_)
        | AppointmentEvent::HoldExpired(_)
        | AppointmentEvent::Rescheduled(_)
        | AppointmentEvent::Reinstated(_)
        | AppointmentEvent::FeePaid(_)
        | AppointmentEvent::Arrived(_)) => panic!("{other:?}"),
    };
    let (subject, why) = (patient_id().subject(), Phi::Clear(Some(reason(WHY))));
    let admin = Role::Admin;
    let started = decide(&Appointment::Arrived(visit()), start(admin, Some(WHY)));
    assert_eq!(said(started), (subject, why.clone()));
    let completed = decide(
        &Appointment::InProgress(visit()),
        complete(admin, Some(WHY)),
    );
    assert_eq!(said(completed), (subject, why));
    let missed = decide(&Appointment::Confirmed(visit()), no_show(nine()));
    assert_eq!(
        said(missed),
        (subject, Phi::Clear(Some(reason("No answer"))))
    );
}

#[test]
fn a_patient_neither_starts_nor_completes_nor_misses_a_visit() {
    let by = acting(Role::Patient);
    let (reason, at) = (None, nine());
    let zone = zone("Asia/Kolkata");
    for (state, command) in [
        (
            Appointment::Arrived(visit()),
            start(Role::Patient, Some(WHY)),
        ),
        (
            Appointment::InProgress(visit()),
            complete(Role::Patient, Some(WHY)),
        ),
        (
            Appointment::Confirmed(visit()),
            AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at }),
        ),
        (
            Appointment::Confirmed(visit()),
            AppointmentCommand::Arrive(MarkArrived { zone, by, at }),
        ),
    ] {
        refuses(&state, command, AppointmentRefusal::NotForThisRole);
    }
}

#[test]
fn a_visit_starts_only_once_the_patient_is_there() {
    let refusal = |status| AppointmentRefusal::NotArrived { status };
    let confirmed = Appointment::Confirmed(visit());
    refuses(
        &confirmed,
        start(Role::Doctor, None),
        refusal(AppointmentStatus::Confirmed),
    );
}

#[test]
fn only_a_visit_in_progress_can_be_completed() {
    let status = AppointmentStatus::Arrived;
    let arrived = Appointment::Arrived(visit());
    let refusal = AppointmentRefusal::NotInProgress { status };
    refuses(&arrived, complete(Role::Doctor, None), refusal);
}

#[test]
fn a_patient_is_missed_only_once_the_slot_has_begun() {
    let confirmed = Appointment::Confirmed(visit());
    let early = no_show(nine() - TimeDelta::nanoseconds(1));
    refuses(&confirmed, early, AppointmentRefusal::SlotNotBegun);
    assert_eq!(
        becomes(&confirmed, no_show(nine())),
        Appointment::NoShow(visit())
    );
}

#[test]
fn only_who_was_expected_is_missed() {
    let booked = Appointment::Booked {
        visit: visit(),
        hold_until: nine(),
    };
    let status = AppointmentStatus::Booked;
    refuses(
        &booked,
        no_show(nine()),
        AppointmentRefusal::NotConfirmed { status },
    );
    let arrived = Appointment::Arrived(visit());
    refuses(
        &arrived,
        no_show(nine()),
        AppointmentRefusal::AlreadyArrived,
    );
}

#[test]
fn an_arrived_patient_may_cancel_until_the_visit_has_started() {
    let late = nine() + TimeDelta::hours(1);
    let arrived = Appointment::Arrived(visit());
    assert_eq!(
        becomes(&arrived, cancel(late)),
        Appointment::Cancelled {
            visit: visit(),
            cancelled_by: CancelledBy::Patient,
            at: late,
        }
    );
    let started = Appointment::InProgress(visit());
    refuses(&started, cancel(late), AppointmentRefusal::AlreadyStarted);
}

#[test]
fn the_same_again_is_no_new_fact() {
    for (state, command) in [
        (
            Appointment::Arrived(visit()),
            arrive("Asia/Kolkata", nine()),
        ),
        (Appointment::InProgress(visit()), start(Role::Doctor, None)),
        (
            Appointment::Completed(visit()),
            complete(Role::Doctor, None),
        ),
        (Appointment::NoShow(visit()), no_show(nine())),
    ] {
        assert_eq!(decide(&state, command), Ok(vec![]));
    }
}
