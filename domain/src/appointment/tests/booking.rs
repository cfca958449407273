//! Rules of booking a slot, and the order of their refusals.

use super::*;

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
