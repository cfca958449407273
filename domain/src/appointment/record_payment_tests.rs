//! Effects of a payment on a visit, one test for each.

use chrono::{DateTime, TimeDelta, Utc};

use super::tests::{booked, given};
use super::*;
use crate::phi::Phi;
use crate::test_fixtures::{admin, instant, now, patient_id, payment_id, reason, visit_ref};
use crate::values::{Actor, PaymentId, Slot};

fn nine() -> DateTime<Utc> {
    instant("2026-03-02T03:30:00Z")
}

fn hold_end() -> DateTime<Utc> {
    now() + TimeDelta::minutes(15)
}

fn slot() -> Slot {
    Slot::new(nine(), nine() + TimeDelta::minutes(20)).unwrap()
}

fn pay(payment: PaymentId, at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::RecordPayment(RecordPayment { payment, at })
}

fn confirmed(grounds: ConfirmationGrounds, by: Actor, said: Option<&str>) -> AppointmentEvent {
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        visit: visit_ref(slot()),
        grounds,
        by,
        at: now(),
        subject: patient_id().subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi {
            reason: said.map(reason),
        }),
    })
}

fn confirmed_by_payment() -> AppointmentEvent {
    let payment = payment_id(1);
    confirmed(ConfirmationGrounds::Paid { payment }, Actor::System, None)
}

fn confirmed_by_the_desk() -> AppointmentEvent {
    let said = Some("Pays at the desk");
    confirmed(ConfirmationGrounds::StaffOverride, admin(), said)
}

fn expired() -> AppointmentEvent {
    AppointmentEvent::HoldExpired(AppointmentHoldExpired {
        visit: visit_ref(slot()),
        at: hold_end(),
    })
}

fn reinstated(at: DateTime<Utc>) -> AppointmentEvent {
    AppointmentEvent::Reinstated(AppointmentReinstated {
        visit: visit_ref(slot()),
        payment: payment_id(1),
        at,
    })
}

fn fee_paid(at: DateTime<Utc>) -> AppointmentEvent {
    AppointmentEvent::FeePaid(AppointmentFeePaid {
        visit: visit_ref(slot()),
        payment: payment_id(1),
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
        phi: Phi::Clear(AppointmentCancelledPhi { reason: None }),
    })
}

#[test]
fn a_payment_confirms_while_the_hold_runs() {
    let test = given(&[booked()]).when(pay(payment_id(1), now()));
    test.then_expect_events(vec![confirmed_by_payment()]);
}

#[test]
fn once_the_hold_is_over_that_is_noted_first() {
    let test = given(&[booked()]).when(pay(payment_id(1), hold_end()));
    test.then_expect_error(AppointmentRefusal::HoldEnded);
}

#[test]
fn late_money_reinstates_until_the_slot_begins() {
    let last = nine() - TimeDelta::nanoseconds(1);
    for at in [hold_end(), last] {
        let test = given(&[booked(), expired()]).when(pay(payment_id(1), at));
        test.then_expect_events(vec![reinstated(at)]);
    }
    let test = given(&[booked(), expired()]).when(pay(payment_id(1), nine()));
    test.then_expect_error(AppointmentRefusal::AlreadyStarted);
}

#[test]
fn a_visit_that_was_confirmed_without_it_is_paid_for_and_stays_where_it_is() {
    let late = nine() + TimeDelta::days(1);
    for at in [now(), late] {
        let test = given(&[booked(), confirmed_by_the_desk()]).when(pay(payment_id(1), at));
        test.then_expect_events(vec![fee_paid(at)]);
    }
}

#[test]
fn what_was_called_off_is_not_paid_for() {
    let test = given(&[booked(), cancelled()]).when(pay(payment_id(1), now()));
    let status = AppointmentStatus::Cancelled;
    test.then_expect_error(AppointmentRefusal::NotAwaitingPayment { status });
}

#[test]
fn nothing_is_paid_for_twice() {
    let paid = [
        vec![booked(), confirmed_by_payment()],
        vec![booked(), expired(), reinstated(hold_end())],
        vec![booked(), confirmed_by_the_desk(), fee_paid(now())],
        vec![booked(), confirmed_by_payment(), cancelled()],
    ];
    for events in paid {
        let again = given(&events).when(pay(payment_id(1), nine()));
        again.then_expect_events(vec![]);
        let second = given(&events).when(pay(payment_id(2), nine()));
        second.then_expect_error(AppointmentRefusal::AlreadyPaid);
    }
}

#[test]
fn grounds_name_the_payment() {
    let payment = payment_id(1);
    let stored = serde_json::to_value(ConfirmationGrounds::Paid { payment }).unwrap();
    let expected = serde_json::json!({"kind": "paid", "payment": payment});
    assert_eq!(stored, expected);
}

#[test]
fn a_visit_without_a_booking_is_not_paid_for() {
    let test = given(&[]).when(pay(payment_id(1), now()));
    test.then_expect_error(AppointmentRefusal::NotFound);
}

#[test]
fn the_payment_is_kept_in_every_later_status() {
    let events = [booked(), confirmed_by_payment(), cancelled()];
    let state = events.iter().fold(Appointment::default(), evolve);
    assert_eq!(state.status(), Some(AppointmentStatus::Cancelled));
    assert_eq!(state.visit().unwrap().paid_by, Some(payment_id(1)));
}
