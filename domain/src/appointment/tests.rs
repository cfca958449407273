//! The rules of an appointment, one test each.
//!
//! The visit is on Monday at nine in Bengaluru (03:30 UTC); it is booked the day before at noon
//! UTC.

use chrono::{DateTime, TimeDelta, Utc};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::phi::Phi;
use crate::samples::{
    admin, appointment_id, clinic, clinic_id, doctor, doctor_id, inr, instant, now, patient_id,
    reason,
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

/// The quarter of an hour after booking is over.
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
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot: slot(),
        fee: inr(50_000),
        hold_until: hold_end(),
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
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot: slot(),
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
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot: slot(),
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
        appointment: appointment_id(),
        clinic: clinic_id(1),
        doctor: doctor_id(),
        patient: patient_id(),
        slot: slot(),
        at: hold_end(),
    })
}

pub(super) fn refuses_to_book(command: BookAppointment, refusal: AppointmentRefusal) {
    given(&[]).when(book(command)).then_expect_error(refusal);
}

#[test]
fn a_slot_can_be_booked() {
    given(&[])
        .when(book(booking()))
        .then_expect_events(vec![booked()]);
}

#[test]
fn a_visit_without_a_fee_is_confirmed_at_once() {
    let fee = inr(0);
    let booked = AppointmentEvent::Booked(AppointmentBooked {
        fee,
        ..booked_facts()
    });
    given(&[])
        .when(book(for_a_fee_of(fee)))
        .then_expect_events(vec![booked, confirmed_on(ConfirmationGrounds::NoFee, None)]);
}

#[test]
fn a_slot_is_never_held_beyond_its_start() {
    let at = instant("2026-03-02T03:25:00Z");
    let events = decide(
        &Appointment::Unbooked,
        book(BookAppointment { at, ..booking() }),
    )
    .unwrap();
    assert_eq!(after(&events).hold_until(), Some(instant(NINE)));
}

#[test]
fn an_appointment_cannot_be_booked_twice() {
    for history in [
        vec![booked()],
        vec![booked(), cancelled()],
        vec![booked(), expired()],
    ] {
        given(&history)
            .when(book(booking()))
            .then_expect_error(AppointmentRefusal::AlreadyExists);
    }
}

#[test]
fn a_doctor_who_is_not_verified_cannot_be_booked() {
    let doctor = DoctorFacts {
        verified: false,
        ..doctor()
    };
    refuses_to_book(
        BookAppointment {
            doctor,
            ..booking()
        },
        AppointmentRefusal::DoctorNotVerified,
    );
}

#[test]
fn a_doctor_cannot_be_booked_where_they_do_not_work() {
    let doctor = DoctorFacts {
        affiliation: None,
        ..doctor()
    };
    refuses_to_book(
        BookAppointment {
            doctor,
            ..booking()
        },
        AppointmentRefusal::DoctorNotAtClinic,
    );
}

#[test]
fn a_slot_that_has_begun_cannot_be_booked() {
    let at = instant(NINE);
    refuses_to_book(
        BookAppointment { at, ..booking() },
        AppointmentRefusal::SlotInPast,
    );
    refuses_to_book(
        starting("2026-02-23T03:30:00Z"),
        AppointmentRefusal::SlotInPast,
    );
}

#[test]
fn a_slot_is_bookable_up_to_the_horizon() {
    let refusal = AppointmentRefusal::SlotBeyondHorizon { horizon_days: 90 };
    refuses_to_book(starting("2026-06-01T03:30:00Z"), refusal);
    let last = instant("2026-05-25T03:30:00Z");
    let at = last - TimeDelta::days(90);
    let on_the_last_day = BookAppointment {
        start: last,
        at,
        ..booking()
    };
    assert!(decide(&Appointment::Unbooked, book(on_the_last_day)).is_ok());
}

#[test]
fn a_slot_outside_the_doctors_hours_cannot_be_booked() {
    refuses_to_book(
        starting("2026-03-02T06:30:00Z"),
        AppointmentRefusal::SlotOutsideHours,
    );
    refuses_to_book(
        starting("2026-03-03T03:30:00Z"),
        AppointmentRefusal::SlotOutsideHours,
    );
}

#[test]
fn a_time_between_two_slots_cannot_be_booked() {
    refuses_to_book(
        starting("2026-03-02T03:40:00Z"),
        AppointmentRefusal::SlotOffGrid,
    );
}

#[test]
fn the_first_of_several_reasons_is_named() {
    let mut command = BookAppointment {
        doctor: DoctorFacts {
            verified: false,
            affiliation: None,
            ..doctor()
        },
        ..starting("2026-02-23T03:40:00Z")
    };
    refuses_to_book(command.clone(), AppointmentRefusal::DoctorNotVerified);
    command.doctor.verified = true;
    refuses_to_book(command.clone(), AppointmentRefusal::DoctorNotAtClinic);
    command.doctor = doctor();
    refuses_to_book(command, AppointmentRefusal::SlotInPast);
}

#[test]
fn staff_can_confirm_while_the_slot_is_held() {
    given(&[booked()])
        .when(confirm(now()))
        .then_expect_events(vec![confirmed()]);
    let last_moment = confirm(hold_end() - TimeDelta::nanoseconds(1));
    assert!(decide(&after(&[booked()]), last_moment).is_ok());
}

#[test]
fn staff_cannot_confirm_once_the_hold_has_ended() {
    given(&[booked()])
        .when(confirm(hold_end()))
        .then_expect_error(AppointmentRefusal::HoldEnded);
}

#[test]
fn only_a_booked_appointment_can_be_confirmed() {
    for (history, status) in settled() {
        given(&history)
            .when(confirm(now()))
            .then_expect_error(AppointmentRefusal::NotAwaitingPayment { status });
    }
}

#[test]
fn a_booked_appointment_can_be_cancelled() {
    given(&[booked()])
        .when(cancel(now()))
        .then_expect_events(vec![cancelled()]);
}

#[test]
fn a_confirmed_appointment_can_be_cancelled_until_it_starts() {
    given(&[booked(), confirmed()])
        .when(cancel(now()))
        .then_expect_events(vec![cancelled()]);
    let last_moment = cancel(instant(NINE) - TimeDelta::nanoseconds(1));
    assert!(decide(&after(&[booked(), confirmed()]), last_moment).is_ok());
}

#[test]
fn an_appointment_that_has_started_cannot_be_cancelled() {
    given(&[booked(), confirmed()])
        .when(cancel(instant(NINE)))
        .then_expect_error(AppointmentRefusal::AlreadyStarted);
}

#[test]
fn an_appointment_whose_hold_has_ended_cannot_be_cancelled() {
    for at in [hold_end(), instant(NINE)] {
        given(&[booked()])
            .when(cancel(at))
            .then_expect_error(AppointmentRefusal::HoldEnded);
    }
}

#[test]
fn an_appointment_that_has_ended_cannot_be_cancelled() {
    for (end, status) in [
        (cancelled(), AppointmentStatus::Cancelled),
        (expired(), AppointmentStatus::Expired),
    ] {
        given(&[booked(), end])
            .when(cancel(now()))
            .then_expect_error(AppointmentRefusal::AlreadyEnded { status });
    }
}

#[test]
fn a_hold_expires_when_its_time_is_over() {
    given(&[booked()])
        .when(expire(hold_end()))
        .then_expect_events(vec![expired()]);
}

#[test]
fn a_hold_does_not_expire_while_it_runs() {
    given(&[booked()])
        .when(expire(hold_end() - TimeDelta::nanoseconds(1)))
        .then_expect_error(AppointmentRefusal::HoldStillRunning);
}

#[test]
fn only_a_booked_appointment_can_expire() {
    for (history, status) in settled() {
        given(&history)
            .when(expire(hold_end()))
            .then_expect_error(AppointmentRefusal::NotAwaitingPayment { status });
    }
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
fn an_overdue_hold_reads_as_expired_before_anybody_notes_it() {
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

/// Every history that no longer awaits a payment, and where it stands.
fn settled() -> [(Vec<AppointmentEvent>, AppointmentStatus); 3] {
    [
        (vec![booked(), confirmed()], AppointmentStatus::Confirmed),
        (vec![booked(), cancelled()], AppointmentStatus::Cancelled),
        (vec![booked(), expired()], AppointmentStatus::Expired),
    ]
}
