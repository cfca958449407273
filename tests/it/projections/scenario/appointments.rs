//! Appointments with Meera: one in each state of a booking, and those that were paid without a hold.

use domain::appointment::{
    Appointment, AppointmentCommand, BookAppointment, BookForEmergency, BookingPolicy,
    CancelAppointment, CancelledBy, ConfirmByOverride, EmergencyNumbers, EmergencyPolicy,
    ExpireHold, LimitNumbers, RecordPayment, RescheduleAppointment,
};
use domain::doctor::Doctor;
use domain::{Actor, ClinicFacts, Holidays, Reason, Role};

use super::super::fixture::{History, account, appointment, at, doctor, patient, payment};
use super::{ASHA, HOLDS_END, KIRAN, MEERA, RAVI, berlin, pune, today};

/// Kiran's emergency, which was paid for afterwards.
pub const EMERGENCY: u128 = 11;
/// Kiran's visit that was paid for after its hold had ended.
pub const LATE: u128 = 12;

/// The hours of Monday the 9th in Pune, each of Asha's in another state; the rest in Berlin.
pub async fn appointments(history: &History) {
    book(history, 1, ASHA, pune(), "2026-03-09T03:30:00Z").await;
    book(history, 2, ASHA, pune(), "2026-03-09T04:00:00Z").await;
    book(history, 3, ASHA, pune(), "2026-03-09T04:30:00Z").await;
    book(history, 4, ASHA, pune(), "2026-03-09T05:00:00Z").await;
    // No fee: confirmed in the same breath. 01:00 on Sunday, the 15th.
    book(history, 5, ASHA, berlin(), "2026-03-15T00:00:00Z").await;
    // 02:00 on Sunday, the 8th.
    book(history, 6, RAVI, berlin(), "2026-03-08T01:00:00Z").await;
    let confirm = AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
        reason: Reason::parse("pays at the desk").unwrap(),
        by: Actor::System,
        at: today(),
    });
    let cancel = AppointmentCommand::Cancel(CancelAppointment {
        cancelled_by: CancelledBy::Doctor,
        reason: None,
        by: Actor::System,
        at: today(),
    });
    let expire = AppointmentCommand::ExpireHold(ExpireHold { at: at(HOLDS_END) });
    for (number, command) in [(2, confirm), (3, cancel), (4, expire)] {
        history
            .run::<Appointment>(appointment(number).as_uuid(), command)
            .await;
    }
}

/// Monday the 16th in Pune: Kiran has an emergency at nine, and a visit that is moved and paid for
/// too late.
pub async fn paid_visits(history: &History) {
    let run = async |number, command| {
        let id = appointment(number).as_uuid();
        history.run::<Appointment>(id, command).await;
    };
    let first = LimitNumbers { open: 0, daily: 0 };
    let policy = BookingPolicy {
        emergencies: EmergencyPolicy {
            accepted: true,
            ..EmergencyPolicy::default()
        },
        ..BookingPolicy::default()
    };
    let by = Actor::account(account(4), Role::Patient);
    let wanted = booking(history, EMERGENCY, KIRAN, pune(), "2026-03-16T03:30:00Z").await;
    let emergency = BookForEmergency {
        booking: BookAppointment {
            policy,
            by,
            ..wanted
        },
        numbers: EmergencyNumbers {
            day: "2026-03-01".parse().unwrap(),
            patient: first,
            account: Some(first),
        },
    };
    run(EMERGENCY, AppointmentCommand::BookForEmergency(emergency)).await;
    run(EMERGENCY, paid(EMERGENCY)).await;
    let held = BookAppointment {
        hold_number: Some(0),
        daily_number: Some(1),
        by,
        ..booking(history, LATE, KIRAN, pune(), "2026-03-16T04:00:00Z").await
    };
    run(LATE, AppointmentCommand::Book(held)).await;
    run(LATE, move_past_the_hours(history).await).await;
    let expire = AppointmentCommand::ExpireHold(ExpireHold { at: at(HOLDS_END) });
    run(LATE, expire).await;
    run(LATE, paid(LATE)).await;
}

/// To half past eleven: the front desk may.
async fn move_past_the_hours(history: &History) -> AppointmentCommand {
    let to = booking(history, LATE, KIRAN, pune(), "2026-03-16T06:00:00Z").await;
    AppointmentCommand::Reschedule(RescheduleAppointment {
        clinic: to.clinic.clinic,
        holidays: to.holidays,
        doctor: to.doctor,
        start: to.start,
        reason: None,
        override_reason: Some(Reason::parse("the doctor stays longer").unwrap()),
        on_behalf_of: CancelledBy::Clinic,
        policy: to.policy,
        by: Actor::account(account(2), Role::Receptionist),
        at: today(),
    })
}

fn paid(number: u128) -> AppointmentCommand {
    AppointmentCommand::RecordPayment(RecordPayment {
        payment: payment(number),
        at: at(HOLDS_END),
    })
}

pub async fn book(history: &History, number: u128, who: u128, place: ClinicFacts, start: &str) {
    let book = AppointmentCommand::Book(booking(history, number, who, place, start).await);
    history
        .run::<Appointment>(appointment(number).as_uuid(), book)
        .await;
}

async fn booking(
    history: &History,
    number: u128,
    who: u128,
    place: ClinicFacts,
    start: &str,
) -> BookAppointment {
    let meera = history
        .store
        .load::<Doctor>(&doctor(MEERA).to_string())
        .await
        .unwrap();
    BookAppointment {
        appointment: appointment(number),
        clinic: place,
        holidays: Holidays::default(),
        doctor: meera.aggregate().facts_at(place.clinic).unwrap(),
        patient: patient(who),
        start: at(start),
        reason: Some(Reason::parse(&format!("complaint {number}")).unwrap()),
        follows: None,
        hold_number: None,
        daily_number: None,
        override_reason: None,
        policy: BookingPolicy::default(),
        by: Actor::System,
        at: today(),
    }
}
