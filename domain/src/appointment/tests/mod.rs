//! Tests of the appointment's rules, one for each.
//!
//! The visit is on Monday at nine in Bengaluru (03:30 UTC); it is booked the day before at noon
//! UTC.

mod booking;
mod ending;

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::phi::Phi;
use crate::test_fixtures::{
    admin, appointment_id, clinic, clinic_id, doctor, doctor_id, inr, instant, now, patient_id,
    reason, visit_ref,
};
use crate::values::{Holidays, Money, Slot};

const NINE: &str = "2026-03-02T03:30:00Z";

pub(super) fn given(events: &[AppointmentEvent]) -> AggregateTestExecutor<Appointment> {
    TestFramework::with(()).given(events.to_vec())
}

fn after(events: &[AppointmentEvent]) -> Appointment {
    events.iter().fold(Appointment::default(), evolve)
}

fn in_minutes(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

/// 15 minutes after the booking the hold ends.
fn hold_end() -> DateTime<Utc> {
    in_minutes(15)
}

fn slot() -> Slot {
    Slot::new(instant(NINE), instant("2026-03-02T03:50:00Z")).unwrap()
}

pub(super) fn booking() -> BookAppointment {
    BookAppointment {
        appointment: appointment_id(),
        clinic: clinic(1),
        holidays: Holidays::default(),
        doctor: doctor(),
        patient: patient_id(),
        start: instant(NINE),
        reason: Some(reason("Chest pain")),
        follows: None,
        hold_number: None,
        daily_number: None,
        override_reason: None,
        policy: BookingPolicy::default(),
        by: admin(),
        at: now(),
    }
}

fn starting(start: &str) -> BookAppointment {
    BookAppointment {
        start: instant(start),
        ..booking()
    }
}

fn for_a_fee_of(fee: Money) -> BookAppointment {
    let affiliation = doctor()
        .affiliation
        .map(|terms| Affiliation { fee, ..terms });
    BookAppointment {
        doctor: DoctorFacts {
            affiliation,
            ..doctor()
        },
        ..booking()
    }
}

pub(super) fn book(command: BookAppointment) -> AppointmentCommand {
    AppointmentCommand::Book(command)
}

pub(super) fn booked() -> AppointmentEvent {
    AppointmentEvent::Booked(booked_facts())
}

pub(super) fn booked_facts() -> AppointmentBooked {
    AppointmentBooked {
        visit: visit_ref(slot()),
        fee: inr(50_000),
        hold_until: hold_end(),
        hold_number: None,
        daily_number: None,
        emergency: None,
        follows: None,
        overridden: Vec::new(),
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentBookedPhi {
            reason: Some(reason("Chest pain")),
            override_reason: None,
        }),
    }
}

fn confirm(at: DateTime<Utc>) -> AppointmentCommand {
    let (reason, by) = (reason("Pays at the desk"), admin());
    AppointmentCommand::ConfirmByOverride(ConfirmByOverride { reason, by, at })
}

fn confirmed_on(grounds: ConfirmationGrounds, said: Option<&str>) -> AppointmentEvent {
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        visit: visit_ref(slot()),
        grounds,
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi {
            reason: said.map(reason),
        }),
    })
}

fn confirmed() -> AppointmentEvent {
    confirmed_on(ConfirmationGrounds::StaffOverride, Some("Pays at the desk"))
}

fn cancel(at: DateTime<Utc>) -> AppointmentCommand {
    let (reason, by) = (Some(reason("Feels better")), admin());
    let cancelled_by = CancelledBy::Patient;
    AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by,
        reason,
        by,
        at,
    })
}

fn cancelled() -> AppointmentEvent {
    AppointmentEvent::Cancelled(AppointmentCancelled {
        visit: visit_ref(slot()),
        cancelled_by: CancelledBy::Patient,
        by: admin(),
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentCancelledPhi {
            reason: Some(reason("Feels better")),
        }),
    })
}

fn expire(at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::ExpireHold(ExpireHold { at })
}

fn expired() -> AppointmentEvent {
    AppointmentEvent::HoldExpired(AppointmentHoldExpired {
        visit: visit_ref(slot()),
        at: hold_end(),
    })
}

pub(super) fn refuses_to_book(command: BookAppointment, refusal: AppointmentRefusal) {
    given(&[]).when(book(command)).then_expect_error(refusal);
}

#[test]
fn nothing_can_be_asked_of_an_appointment_that_is_not_there() {
    for command in [confirm(now()), cancel(now()), expire(hold_end())] {
        given(&[])
            .when(command)
            .then_expect_error(AppointmentRefusal::NotFound);
    }
}

#[test]
fn an_overdue_hold_reads_as_expired_before_that_is_recorded() {
    let appointment = after(&[booked()]);
    assert_eq!(appointment.status(), Some(AppointmentStatus::Booked));
    assert_eq!(
        appointment.status_at(in_minutes(14)),
        Some(AppointmentStatus::Booked)
    );
    assert_eq!(
        appointment.status_at(hold_end()),
        Some(AppointmentStatus::Expired)
    );
    assert!(appointment.is_overdue(hold_end()));
}

#[test]
fn a_settled_appointment_stays_what_it_is_as_time_goes_by() {
    for (history, status) in settled() {
        let appointment = after(&history);
        assert_eq!(appointment.status_at(in_minutes(100_000)), Some(status));
        assert_eq!(appointment.hold_until(), None);
    }
    assert_eq!(Appointment::default().status_at(now()), None);
}

#[test]
fn an_appointment_knows_who_where_and_when() {
    let appointment = after(&[booked(), confirmed()]);
    assert_eq!(appointment.clinic(), Some(clinic_id(1)));
    assert_eq!(appointment.doctor(), Some(doctor_id()));
    assert_eq!(appointment.patient(), Some(patient_id()));
    assert_eq!(appointment.slot(), Some(slot()));
    assert_eq!(Appointment::default().visit(), None);
}

#[test]
fn events_that_cannot_follow_change_nothing() {
    for event in [confirmed(), cancelled(), expired()] {
        assert_eq!(evolve(Appointment::Unbooked, &event), Appointment::Unbooked);
    }
    let unmoved = |history: &[AppointmentEvent], events: &[AppointmentEvent]| {
        let state = after(history);
        for event in events {
            assert_eq!(evolve(state.clone(), event), state, "{event:?}");
        }
    };
    unmoved(&[booked()], &[booked()]);
    unmoved(
        &[booked(), confirmed()],
        &[booked(), confirmed(), expired()],
    );
    unmoved(
        &[booked(), cancelled()],
        &[booked(), confirmed(), cancelled(), expired()],
    );
    unmoved(
        &[booked(), expired()],
        &[booked(), confirmed(), cancelled(), expired()],
    );
}

#[test]
fn a_status_is_stored_under_the_name_that_it_shows() {
    for status in STATUSES.into_iter().flatten() {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
    }
}

/// Every history that no longer awaits a payment, with its status.
fn settled() -> [(Vec<AppointmentEvent>, AppointmentStatus); 3] {
    [
        (vec![booked(), confirmed()], AppointmentStatus::Confirmed),
        (vec![booked(), cancelled()], AppointmentStatus::Cancelled),
        (vec![booked(), expired()], AppointmentStatus::Expired),
    ]
}
