//! How an appointment makes up its mind: the table first, then one function per command.

use chrono::{DateTime, Utc};

use super::attendance::{
    AppointmentArrived, AppointmentCompleted, AppointmentCompletedPhi, AppointmentNoShow,
    AppointmentNoShowPhi, AppointmentStarted, AppointmentStartedPhi,
};
use super::book::booked;
use super::command::{
    AppointmentCommand, BookAppointment, CancelAppointment, CompleteVisit, ConfirmByOverride,
    ExpireHold, MarkArrived, MarkNoShow, RescheduleAppointment, StartVisit,
};
use super::error::AppointmentRefusal;
use super::event::{
    AppointmentCancelled, AppointmentCancelledPhi, AppointmentConfirmed, AppointmentConfirmedPhi,
    AppointmentEvent, AppointmentHoldExpired, ConfirmationGrounds,
};
use super::paid::{is_news, paid};
use super::reschedule::rescheduled;
use super::state::{Appointment, Visit};
use super::transition_request::TransitionRequest;
use crate::phi::Phi;
use crate::values::{Actor, Reason};

type Decision = Result<Vec<AppointmentEvent>, AppointmentRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`AppointmentRefusal`] that names the fact.
pub fn decide(appointment: &Appointment, command: AppointmentCommand) -> Decision {
    if let AppointmentCommand::RecordPayment(command) = &command
        && !is_news(appointment, command.payment)?
    {
        return Ok(Vec::new());
    }
    if !TransitionRequest::from_command(&command).is_new_for(appointment)? {
        return Ok(Vec::new());
    }
    let visit = || appointment.visit().ok_or(AppointmentRefusal::NotFound);
    let event = match command {
        AppointmentCommand::Book(command) => return book(command),
        AppointmentCommand::ConfirmByOverride(command) => confirm_by_override(visit()?, command),
        AppointmentCommand::RecordPayment(command) => paid(appointment, visit()?, command),
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

fn book(command: BookAppointment) -> Decision {
    let booked = booked(command)?;
    if !booked.fee.is_zero() {
        return Ok(vec![AppointmentEvent::Booked(booked)]);
    }
    let said = Confirmation {
        grounds: ConfirmationGrounds::NoFee,
        reason: None,
    };
    let confirmed = confirmed(&Visit::from(&booked), said, booked.by, booked.at);
    Ok(vec![AppointmentEvent::Booked(booked), confirmed])
}

fn confirm_by_override(visit: &Visit, command: ConfirmByOverride) -> AppointmentEvent {
    let ConfirmByOverride { reason, by, at } = command;
    let said = Confirmation {
        grounds: ConfirmationGrounds::StaffOverride,
        reason: Some(reason),
    };
    confirmed(visit, said, by, at)
}

/// The slot that it has already is no new fact.
fn reschedule(appointment: &Appointment, command: RescheduleAppointment) -> Decision {
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
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::Cancelled(AppointmentCancelled {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        cancelled_by,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentCancelledPhi { reason }),
    })
}

fn expire_hold(visit: &Visit, command: ExpireHold) -> AppointmentEvent {
    let ExpireHold { at } = command;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::HoldExpired(AppointmentHoldExpired {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        at,
    })
}

fn arrive(visit: &Visit, command: MarkArrived) -> AppointmentEvent {
    let MarkArrived { by, at, .. } = command;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::Arrived(AppointmentArrived {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        by,
        at,
    })
}

fn start(visit: &Visit, command: StartVisit) -> AppointmentEvent {
    let StartVisit { reason, by, at } = command;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::Started(AppointmentStarted {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentStartedPhi { reason }),
    })
}

fn complete(visit: &Visit, command: CompleteVisit) -> AppointmentEvent {
    let CompleteVisit { reason, by, at } = command;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::Completed(AppointmentCompleted {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentCompletedPhi { reason }),
    })
}

fn mark_no_show(visit: &Visit, command: MarkNoShow) -> AppointmentEvent {
    let MarkNoShow { reason, by, at } = command;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::NoShow(AppointmentNoShow {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentNoShowPhi { reason }),
    })
}

/// What a visit is confirmed on, and what was said about it.
struct Confirmation {
    grounds: ConfirmationGrounds,
    reason: Option<Reason>,
}

fn confirmed(visit: &Visit, said: Confirmation, by: Actor, at: DateTime<Utc>) -> AppointmentEvent {
    let Confirmation { grounds, reason } = said;
    let &Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        grounds,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi { reason }),
    })
}
