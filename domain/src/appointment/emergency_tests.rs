//! Tests of bookings for emergencies, and of the bill that such a visit leaves.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::AppointmentRefusal as Refusal;
use super::tests::{booking, given};
use super::*;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::payment::{Cancellation, CancellationRefund, NotRefundedReason, RefundPolicy};
use crate::test_fixtures::{
    account_id, admin, clinic_id, date, doctor, inr, instant, now, payment_id, reason, zone,
};
use crate::values::{Actor, Holidays, Money, Role};

const NINE: &str = "2026-03-02T03:30:00Z";
const TEN: &str = "2026-03-02T04:30:00Z";
/// End of the slot that begins at nine, and thirty days more.
const BILL_ENDS: &str = "2026-04-01T03:50:00Z";

fn accepting() -> EmergencyPolicy {
    EmergencyPolicy {
        accepted: true,
        max_open: 2,
        max_daily: 3,
    }
}

fn numbers(open: u16, daily: u16) -> LimitNumbers {
    LimitNumbers { open, daily }
}

fn for_an_emergency(patient: LimitNumbers, account: Option<LimitNumbers>) -> BookForEmergency {
    BookForEmergency {
        booking: BookAppointment {
            policy: BookingPolicy {
                emergencies: accepting(),
                ..BookingPolicy::default()
            },
            ..booking()
        },
        numbers: EmergencyNumbers {
            day: date("2026-03-01"),
            patient,
            account,
        },
    }
}

fn first() -> BookForEmergency {
    for_an_emergency(numbers(0, 0), Some(numbers(0, 0)))
}

fn with(change: impl FnOnce(&mut BookAppointment)) -> BookForEmergency {
    let mut command = first();
    change(&mut command.booking);
    command
}

fn book(command: BookForEmergency) -> AppointmentCommand {
    AppointmentCommand::BookForEmergency(command)
}

fn refuses(command: BookForEmergency, refusal: Refusal) {
    given(&[]).when(book(command)).then_expect_error(refusal);
}

fn after(commands: impl IntoIterator<Item = AppointmentCommand>) -> Appointment {
    let mut state = Appointment::default();
    for command in commands {
        for event in decide(&state, command).unwrap() {
            state = evolve(state, &event);
        }
    }
    state
}

fn cancel(at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by: CancelledBy::Patient,
        reason: None,
        by: admin(),
        at,
    })
}

fn pay(at: DateTime<Utc>) -> AppointmentCommand {
    let payment = payment_id(1);
    AppointmentCommand::RecordPayment(RecordPayment { payment, at })
}

fn move_to_ten(by: Actor, at: DateTime<Utc>) -> AppointmentCommand {
    AppointmentCommand::Reschedule(RescheduleAppointment {
        clinic: clinic_id(1),
        holidays: Holidays::default(),
        doctor: doctor(),
        start: instant(TEN),
        reason: None,
        override_reason: None,
        on_behalf_of: CancelledBy::Patient,
        policy: BookingPolicy::default(),
        by,
        at,
    })
}

fn patient() -> Actor {
    Actor::account(account_id(1), Role::Patient)
}

#[test]
fn it_is_confirmed_at_once_and_leaves_a_bill() {
    let events = decide(&Appointment::default(), book(first())).unwrap();
    let [
        AppointmentEvent::Booked(booked),
        AppointmentEvent::Confirmed(confirmed),
    ] = &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!(booked.emergency, Some(first().numbers));
    assert_eq!(booked.hold_number, None);
    assert_eq!(confirmed.grounds, ConfirmationGrounds::Emergency);
    let visit = after([book(first())]);
    assert_eq!(visit.status(), Some(AppointmentStatus::Confirmed));
    assert_eq!(
        (visit.hold_until(), visit.pay_until()),
        (None, Some(instant(BILL_ENDS)))
    );
}

#[test]
fn without_a_fee_there_is_no_bill() {
    let free = with(|booking| {
        let terms = booking.doctor.affiliation.take().unwrap();
        booking.doctor.affiliation = Some(Affiliation {
            fee: inr(0),
            ..terms
        });
    });
    let visit = after([book(free)]);
    assert_eq!(
        (visit.status(), visit.pay_until()),
        (Some(AppointmentStatus::Confirmed), None)
    );
    assert!(visit.visit().unwrap().emergency);
}

#[test]
fn a_clinic_that_takes_none_refuses_it() {
    let policy = BookingPolicy::default();
    refuses(
        with(|booking| booking.policy = policy),
        Refusal::EmergenciesNotAccepted,
    );
}

#[test]
fn a_patient_and_an_account_have_as_many_as_the_limits_say() {
    let open = Refusal::TooManyOpenEmergencies { max: 2 };
    let daily = Refusal::TooManyEmergenciesToday { max: 3 };
    let last = numbers(1, 2);
    for (patient, account, refusal) in [
        (numbers(2, 0), None, open),
        (numbers(0, 0), Some(numbers(2, 2)), open),
        (numbers(0, 3), None, daily),
        (last, Some(numbers(1, 3)), daily),
    ] {
        refuses(for_an_emergency(patient, account), refusal);
    }
    assert!(
        decide(
            &Appointment::default(),
            book(for_an_emergency(last, Some(last)))
        )
        .is_ok()
    );
}

#[test]
fn no_rule_about_the_slot_or_the_doctor_is_set_aside_for_it() {
    let begun = instant(NINE) + TimeDelta::minutes(1);
    let mut closed = Holidays::default();
    closed.declare(date("2026-03-02"), "Holi".parse().unwrap(), now());
    let facts = |verified, suspended| DoctorFacts {
        verified,
        suspended,
        ..doctor()
    };
    let why = Some(reason("It can't wait"));
    let refused: [(BookForEmergency, Refusal); 6] = [
        (with(|booking| booking.at = begun), Refusal::SlotInPast),
        (
            with(|booking| booking.holidays = closed),
            Refusal::ClinicClosed,
        ),
        (
            with(|booking| booking.start = instant("2026-03-02T06:30:00Z")),
            Refusal::SlotOutsideHours,
        ),
        (
            with(|booking| booking.start = instant("2026-03-02T03:31:00Z")),
            Refusal::SlotOffGrid,
        ),
        (
            with(|booking| booking.doctor = facts(false, false)),
            Refusal::DoctorNotVerified,
        ),
        (
            with(|booking| booking.doctor = facts(true, true)),
            Refusal::DoctorSuspended,
        ),
    ];
    for (mut command, refusal) in refused {
        assert!(refusal.is_about_slot());
        // A reason of the staff changes nothing.
        command.booking.override_reason.clone_from(&why);
        refuses(command, refusal);
    }
    assert!(!Refusal::EmergenciesNotAccepted.is_about_slot());
}

#[test]
fn a_patient_does_not_move_it_before_it_is_paid_for() {
    let booked = after([book(first())]);
    let refused = decide(&booked, move_to_ten(patient(), now()));
    assert_eq!(refused, Err(Refusal::EmergencyUnpaid));
    for mover in [admin(), Actor::account(account_id(8), Role::Doctor)] {
        let moved = after([book(first()), move_to_ten(mover, now())]);
        assert_eq!(moved.slot().unwrap().start(), instant(TEN));
        // The time to pay moves along.
        assert_eq!(
            moved.pay_until(),
            Some(instant(BILL_ENDS) + TimeDelta::hours(1))
        );
    }
    let paid = after([book(first()), pay(now()), move_to_ten(patient(), now())]);
    assert_eq!(paid.slot().unwrap().start(), instant(TEN));
}

#[test]
fn a_cancelled_one_has_no_bill_and_takes_no_money() {
    let cancelled = after([book(first()), cancel(now())]);
    assert_eq!(cancelled.pay_until(), None);
    let status = AppointmentStatus::Cancelled;
    let late = decide(&cancelled, pay(now()));
    assert_eq!(late, Err(Refusal::NotAwaitingPayment { status }));
}

#[test]
fn a_no_show_still_owes_the_fee() {
    let missed = after([
        book(first()),
        AppointmentCommand::MarkNoShow(MarkNoShow {
            reason: None,
            by: admin(),
            at: instant(NINE),
        }),
    ]);
    assert_eq!(missed.pay_until(), Some(instant(BILL_ENDS)));
    let paid = decide(&missed, pay(instant(TEN))).unwrap();
    assert!(matches!(paid[..], [AppointmentEvent::FeePaid(_)]));
}

/// A step of an emergency visit, some minutes after the booking.
fn some_step() -> impl Strategy<Value = AppointmentCommand> {
    let minutes = prop_oneof![2 => 0_i64..30, 2 => 900_i64..1_000, 1 => 0_i64..60_000];
    let desk = Actor::account(account_id(9), Role::Receptionist);
    let by = prop_oneof![2 => Just(desk), 1 => Just(patient())];
    (0..8, minutes, by).prop_map(|(kind, minutes, by)| {
        let at = now() + TimeDelta::minutes(minutes);
        let reason = Some(reason("Said so"));
        match kind {
            0 => cancel(at),
            1 => AppointmentCommand::ExpireHold(ExpireHold { at }),
            2 => AppointmentCommand::Arrive(MarkArrived {
                zone: zone("Asia/Kolkata"),
                by,
                at,
            }),
            3 => AppointmentCommand::Start(StartVisit { reason, by, at }),
            4 => AppointmentCommand::Complete(CompleteVisit { reason, by, at }),
            5 => AppointmentCommand::MarkNoShow(MarkNoShow { reason, by, at }),
            6 => move_to_ten(by, at),
            _ => pay(at),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever happens: the slot is never released for want of a payment; the bill is open exactly while the visit
    /// is neither paid nor cancelled; money is taken while it is open, and never after a cancellation; and the
    /// cancellation of an unpaid visit refunds nothing and leaves nothing owed.
    #[test]
    fn the_bill_follows_the_visit(steps in prop::collection::vec(some_step(), 0..12)) {
        let fee = inr(50_000);
        let mut state = after([book(first())]);
        for step in steps {
            let expires = matches!(step, AppointmentCommand::ExpireHold(_));
            let events = decide(&state, step);
            prop_assert!(!(expires && events.is_ok()));
            for event in events.unwrap_or_default() {
                state = evolve(state, &event);
            }
            let visit = *state.visit().unwrap();
            let cancelled = state.status() == Some(AppointmentStatus::Cancelled);
            prop_assert_ne!(state.status(), Some(AppointmentStatus::Expired));
            prop_assert_ne!(state.status(), Some(AppointmentStatus::Booked));
            let open = (visit.paid_by.is_none() && !cancelled).then(|| bill_until(visit.slot));
            prop_assert_eq!(state.pay_until(), open);
            let at = now() + TimeDelta::days(20);
            let other = AppointmentCommand::RecordPayment(RecordPayment { payment: payment_id(2), at });
            prop_assert_eq!(decide(&state, other).is_ok(), open.is_some());
            if let (Appointment::Cancelled { cancelled_by, at, .. }, None) = (&state, visit.paid_by) {
                let cancellation = Cancellation { cancelled_by: *cancelled_by, at: *at };
                let refund = CancellationRefund::new(&visit, None, &RefundPolicy::usual(), cancellation);
                let parts: Vec<(NotRefundedReason, Money)> =
                    refund.not_refunded.iter().map(|part| (part.reason, part.amount)).collect();
                prop_assert!(refund.amount.is_zero());
                prop_assert_eq!(parts, vec![(NotRefundedReason::Unpaid, fee)]);
            }
        }
        let stored = serde_json::to_string(&state).unwrap();
        prop_assert_eq!(serde_json::from_str::<Appointment>(&stored).unwrap(), state);
    }
}
