//! Ravi's Monday with Meera: seen, being seen, waiting, and expected in vain.

use chrono::{DateTime, Utc};
use domain::appointment::{
    Appointment, AppointmentCommand, BookingPolicy, CancelledBy, CompleteVisit, ConfirmByOverride,
    MarkArrived, MarkNoShow, RescheduleAppointment, StartVisit,
};
use domain::doctor::Doctor;
use domain::{Actor, Holidays, Reason, Role};

use super::fixture::{History, account, appointment, at, doctor};
use super::scenario::{MEERA, RAVI, book, pune, today};

pub const COMPLETED: u128 = 7;
pub const IN_PROGRESS: u128 = 8;
pub const ARRIVED: u128 = 9;
pub const NO_SHOW: u128 = 10;

/// The half hours of that Monday, by the clinic's clock from nine on.
const SLOTS: [(u128, &str); 4] = [
    (COMPLETED, "2026-03-02T03:30:00Z"),
    (IN_PROGRESS, "2026-03-02T04:00:00Z"),
    (ARRIVED, "2026-03-02T04:30:00Z"),
    (NO_SHOW, "2026-03-02T05:00:00Z"),
];

pub async fn attended(history: &History) {
    for (number, start) in SLOTS.into_iter().rev() {
        if number == NO_SHOW {
            // He moved it to where it is, and never came.
            book(history, number, RAVI, pune(), "2026-03-02T04:30:00Z").await;
            run(history, number, reschedule(history, start).await).await;
        } else {
            book(history, number, RAVI, pune(), start).await;
        }
        run(history, number, confirm()).await;
    }
    for number in [COMPLETED, IN_PROGRESS, ARRIVED] {
        run(history, number, arrive()).await;
    }
    for number in [COMPLETED, IN_PROGRESS] {
        run(history, number, start()).await;
    }
    run(history, COMPLETED, complete()).await;
    run(history, NO_SHOW, no_show()).await;
}

async fn run(history: &History, number: u128, command: AppointmentCommand) {
    let id = appointment(number).as_uuid();
    history.run::<Appointment>(id, command).await;
}

async fn reschedule(history: &History, start: &str) -> AppointmentCommand {
    let meera = doctor(MEERA).to_string();
    let meera = history.store.load::<Doctor>(&meera).await.unwrap();
    AppointmentCommand::Reschedule(RescheduleAppointment {
        clinic: pune().clinic,
        holidays: Holidays::default(),
        doctor: meera.aggregate().facts_at(pune().clinic).unwrap(),
        start: at(start),
        reason: Some(said("the later train")),
        override_reason: None,
        on_behalf_of: CancelledBy::Patient,
        policy: BookingPolicy::default(),
        by: desk(),
        at: today(),
    })
}

fn desk() -> Actor {
    Actor::account(account(2), Role::Receptionist)
}

fn noon() -> DateTime<Utc> {
    at("2026-03-02T06:30:00Z")
}

fn said(text: &str) -> Reason {
    Reason::parse(text).unwrap()
}

fn confirm() -> AppointmentCommand {
    AppointmentCommand::ConfirmByOverride(ConfirmByOverride {
        reason: said("pays at the desk"),
        by: desk(),
        at: today(),
    })
}

fn arrive() -> AppointmentCommand {
    AppointmentCommand::Arrive(MarkArrived {
        zone: pune().zone,
        by: desk(),
        at: at("2026-03-02T03:20:00Z"),
    })
}

fn start() -> AppointmentCommand {
    AppointmentCommand::Start(StartVisit {
        reason: None,
        by: Actor::account(account(5), Role::Doctor),
        at: noon(),
    })
}

fn complete() -> AppointmentCommand {
    AppointmentCommand::Complete(CompleteVisit {
        reason: Some(said("the doctor was called away")),
        by: desk(),
        at: noon(),
    })
}

fn no_show() -> AppointmentCommand {
    AppointmentCommand::MarkNoShow(MarkNoShow {
        reason: Some(said("did not answer the phone")),
        by: desk(),
        at: noon(),
    })
}
