//! Decisions of an appointment: the transition table first, then one function per command.

use chrono::{DateTime, Utc};

use super::book::{booked, followable};
use super::command::{
    AppointmentCommand, BookAppointment, BookForEmergency, CancelAppointment, CompleteVisit,
    ConfirmByOverride, ExpireHold, MarkArrived, MarkNoShow, RescheduleAppointment, StartVisit,
};
use super::error::AppointmentRefusal;
use super::events::{
    AppointmentArrived, AppointmentBooked, AppointmentCancelled, AppointmentCancelledPhi,
    AppointmentCompleted, AppointmentCompletedPhi, AppointmentConfirmed, AppointmentConfirmedPhi,
    AppointmentEvent, AppointmentHoldExpired, AppointmentNoShow, AppointmentNoShowPhi,
    AppointmentStarted, AppointmentStartedPhi, ConfirmationGrounds,
};
use super::record_payment::{is_new_payment, record_payment};
use super::reschedule::rescheduled;
use super::slot_request::SlotRequest;
use super::state::{Appointment, Visit};
use super::transition_request::TransitionRequest;
use crate::decision::Decision;
use crate::phi::Phi;
use crate::values::{Actor, Reason};

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`AppointmentRefusal`] that forbids it.
pub fn decide(appointment: &Appointment, command: AppointmentCommand) -> Decision<Appointment> {
    if let AppointmentCommand::RecordPayment(command) = &command
        && !is_new_payment(appointment, command.payment)?
    {
        return Ok(Vec::new());
    }
    if !TransitionRequest::from_command(&command).is_new_for(appointment)? {
        return Ok(Vec::new());
    }
    let visit = || appointment.visit().ok_or(AppointmentRefusal::NotFound);
    let event = match command {
        AppointmentCommand::Book(command) => return book(command),
        AppointmentCommand::BookForEmergency(command) => return book_for_emergency(command),
        AppointmentCommand::ConfirmByOverride(command) => confirm_by_override(visit()?, command),
        AppointmentCommand::RecordPayment(command) => {
            record_payment(appointment, visit()?, command)
        }
        AppointmentCommand::Reschedule(command) => return reschedule(appointment, command),
        AppointmentCommand::Cancel(command) => cancel(visit()?, command),
        AppointmentCommand::ExpireHold(command) => expire_hold(visit()?, command),
        AppointmentCommand::Arrive(command) => arrive(visit()?, command),
        AppointmentCommand::Start(command) => start(visit()?, command),
        AppointmentCommand::Complete(command) => complete(visit()?, command),
        AppointmentCommand::MarkNoShow(command) => mark_no_show(visit()?, command),
    };
    Ok(vec![event])
}

fn book(command: BookAppointment) -> Decision<Appointment> {
    let granted = SlotRequest::from(&command).grant()?;
    followable(&command)?;
    let booked = booked(granted, command, None);
    if !booked.fee.is_zero() {
        return Ok(vec![AppointmentEvent::Booked(booked)]);
    }
    Ok(confirmed_at_once(booked, ConfirmationGrounds::NoFee))
}

fn book_for_emergency(command: BookForEmergency) -> Decision<Appointment> {
    let BookForEmergency { booking, numbers } = command;
    let booking = BookAppointment {
        override_reason: None,
        ..booking
    };
    let policy = booking.policy.emergencies;
    if !policy.accepted {
        return Err(AppointmentRefusal::EmergenciesNotAccepted);
    }
    numbers.check(policy)?;
    let granted = SlotRequest::from(&booking).grant()?;
    followable(&booking)?;
    let booked = booked(granted, booking, Some(numbers));
    Ok(confirmed_at_once(booked, ConfirmationGrounds::Emergency))
}

fn confirmed_at_once(
    booked: AppointmentBooked,
    grounds: ConfirmationGrounds,
) -> Vec<AppointmentEvent> {
    let confirmation = Confirmation {
        grounds,
        reason: None,
    };
    let confirmed = confirmed(&Visit::from(&booked), confirmation, booked.by, booked.at);
    vec![AppointmentEvent::Booked(booked), confirmed]
}

fn confirm_by_override(visit: &Visit, command: ConfirmByOverride) -> AppointmentEvent {
    let ConfirmByOverride { reason, by, at } = command;
    let confirmation = Confirmation {
        grounds: ConfirmationGrounds::StaffOverride,
        reason: Some(reason),
    };
    confirmed(visit, confirmation, by, at)
}

/// A move to the present slot adds no event.
fn reschedule(appointment: &Appointment, command: RescheduleAppointment) -> Decision<Appointment> {
    let moved = rescheduled(appointment, command)?;
    Ok(moved
        .map(AppointmentEvent::Rescheduled)
        .into_iter()
        .collect())
}

fn cancel(visit: &Visit, command: CancelAppointment) -> AppointmentEvent {
    let CancelAppointment {
        cancelled_by,
        reason,
        by,
        at,
    } = command;
    AppointmentEvent::Cancelled(AppointmentCancelled {
        visit: visit.into(),
        cancelled_by,
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentCancelledPhi { reason }),
    })
}

fn expire_hold(visit: &Visit, command: ExpireHold) -> AppointmentEvent {
    let ExpireHold { at } = command;
    AppointmentEvent::HoldExpired(AppointmentHoldExpired {
        visit: visit.into(),
        at,
    })
}

fn arrive(visit: &Visit, command: MarkArrived) -> AppointmentEvent {
    let MarkArrived { by, at, .. } = command;
    AppointmentEvent::Arrived(AppointmentArrived {
        visit: visit.into(),
        by,
        at,
    })
}

fn start(visit: &Visit, command: StartVisit) -> AppointmentEvent {
    let StartVisit { reason, by, at } = command;
    AppointmentEvent::Started(AppointmentStarted {
        visit: visit.into(),
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentStartedPhi { reason }),
    })
}

fn complete(visit: &Visit, command: CompleteVisit) -> AppointmentEvent {
    let CompleteVisit { reason, by, at } = command;
    AppointmentEvent::Completed(AppointmentCompleted {
        visit: visit.into(),
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentCompletedPhi { reason }),
    })
}

fn mark_no_show(visit: &Visit, command: MarkNoShow) -> AppointmentEvent {
    let MarkNoShow { reason, by, at } = command;
    AppointmentEvent::NoShow(AppointmentNoShow {
        visit: visit.into(),
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentNoShowPhi { reason }),
    })
}

/// Grounds of a confirmation and the reason given.
struct Confirmation {
    grounds: ConfirmationGrounds,
    reason: Option<Reason>,
}

fn confirmed(
    visit: &Visit,
    confirmation: Confirmation,
    by: Actor,
    at: DateTime<Utc>,
) -> AppointmentEvent {
    let Confirmation { grounds, reason } = confirmation;
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        visit: visit.into(),
        grounds,
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi { reason }),
    })
}
