//! Confirmation, cancellation and the end of a hold.

use super::*;

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
