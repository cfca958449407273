//! How an appointment makes up its mind: one function per command.

use chrono::{DateTime, Utc};

use super::command::{
    AppointmentCommand, BookAppointment, CancelAppointment, ConfirmByOverride, ExpireHold,
};
use super::error::AppointmentRefusal;
use super::event::{
    AppointmentBooked, AppointmentBookedPhi, AppointmentCancelled, AppointmentCancelledPhi,
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentEvent, AppointmentHoldExpired,
    ConfirmationGrounds,
};
use super::state::{Appointment, Visit};
use super::status::AppointmentStatus;
use crate::availability::NotOffered;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::phi::Phi;
use crate::values::{Actor, Money, Reason, Slot};

type Decision = Result<Vec<AppointmentEvent>, AppointmentRefusal>;

/// The events that follow from a command, or what forbids it.
///
/// # Errors
/// The [`AppointmentRefusal`] that names the fact.
pub fn decide(appointment: &Appointment, command: AppointmentCommand) -> Decision {
    match command {
        AppointmentCommand::Book(command) => book(appointment, command),
        AppointmentCommand::ConfirmByOverride(command) => confirm_by_override(appointment, command),
        AppointmentCommand::Cancel(command) => cancel(appointment, command),
        AppointmentCommand::ExpireHold(command) => expire_hold(appointment, command),
    }
}

fn book(appointment: &Appointment, command: BookAppointment) -> Decision {
    if appointment.visit().is_some() {
        return Err(AppointmentRefusal::AlreadyExists);
    }
    let terms = terms_of(&command.doctor)?;
    let slot = bookable_slot(terms, &command)?;
    let fee = terms.fee;
    let booked = booked(slot, fee, command);
    if !fee.is_zero() {
        return Ok(vec![AppointmentEvent::Booked(booked)]);
    }
    let said = Confirmation {
        grounds: ConfirmationGrounds::NoFee,
        reason: None,
    };
    let confirmed = confirmed(Visit::from(&booked), said, booked.by, booked.at);
    Ok(vec![AppointmentEvent::Booked(booked), confirmed])
}

fn confirm_by_override(appointment: &Appointment, command: ConfirmByOverride) -> Decision {
    let (visit, hold_until) = awaiting_payment(appointment)?;
    let ConfirmByOverride { reason, by, at } = command;
    if at >= hold_until {
        return Err(AppointmentRefusal::HoldEnded);
    }
    let grounds = ConfirmationGrounds::StaffOverride;
    let said = Confirmation {
        grounds,
        reason: Some(reason),
    };
    Ok(vec![confirmed(visit, said, by, at)])
}

fn cancel(appointment: &Appointment, command: CancelAppointment) -> Decision {
    let visit = still_ahead(appointment, command.at)?;
    let CancelAppointment {
        cancelled_by,
        reason,
        by,
        at,
    } = command;
    let Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
    } = visit;
    Ok(vec![AppointmentEvent::Cancelled(AppointmentCancelled {
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
    })])
}

fn expire_hold(appointment: &Appointment, ExpireHold { at }: ExpireHold) -> Decision {
    let (visit, hold_until) = awaiting_payment(appointment)?;
    if at < hold_until {
        return Err(AppointmentRefusal::HoldStillRunning);
    }
    let Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
    } = visit;
    let expired = AppointmentHoldExpired {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        at,
    };
    Ok(vec![AppointmentEvent::HoldExpired(expired)])
}

/// On what terms the doctor sees patients at the clinic.
fn terms_of(doctor: &DoctorFacts) -> Result<&Affiliation, AppointmentRefusal> {
    if !doctor.verified {
        return Err(AppointmentRefusal::DoctorNotVerified);
    }
    doctor
        .affiliation
        .as_ref()
        .ok_or(AppointmentRefusal::DoctorNotAtClinic)
}

fn bookable_slot(
    terms: &Affiliation,
    command: &BookAppointment,
) -> Result<Slot, AppointmentRefusal> {
    let &BookAppointment {
        start, at, policy, ..
    } = command;
    if start <= at {
        return Err(AppointmentRefusal::SlotInPast);
    }
    if start > policy.horizon(at) {
        let horizon_days = policy.horizon_days;
        return Err(AppointmentRefusal::SlotBeyondHorizon { horizon_days });
    }
    terms
        .timetable()
        .check_slot(start)
        .map_err(|not_offered| match not_offered {
            NotOffered::OutsideHours => AppointmentRefusal::SlotOutsideHours,
            NotOffered::OffGrid => AppointmentRefusal::SlotOffGrid,
        })
}

/// The visit and the end of its hold, while the payment is due.
fn awaiting_payment(
    appointment: &Appointment,
) -> Result<(Visit, DateTime<Utc>), AppointmentRefusal> {
    let refused = |status| Err(AppointmentRefusal::NotAwaitingPayment { status });
    match appointment {
        Appointment::Unbooked => Err(AppointmentRefusal::NotFound),
        Appointment::Booked { visit, hold_until } => Ok((*visit, *hold_until)),
        Appointment::Confirmed(_) => refused(AppointmentStatus::Confirmed),
        Appointment::Cancelled(_) => refused(AppointmentStatus::Cancelled),
        Appointment::Expired(_) => refused(AppointmentStatus::Expired),
    }
}

/// The visit, as long as there is something to call off.
fn still_ahead(appointment: &Appointment, at: DateTime<Utc>) -> Result<Visit, AppointmentRefusal> {
    let ended = |status| Err(AppointmentRefusal::AlreadyEnded { status });
    match appointment {
        Appointment::Unbooked => Err(AppointmentRefusal::NotFound),
        Appointment::Cancelled(_) => ended(AppointmentStatus::Cancelled),
        Appointment::Expired(_) => ended(AppointmentStatus::Expired),
        // A hold ends at the latest when the visit begins, so this arm covers visits that have
        // begun.
        Appointment::Booked { hold_until, .. } if at >= *hold_until => {
            Err(AppointmentRefusal::HoldEnded)
        }
        Appointment::Confirmed(visit) if at >= visit.slot.start() => {
            Err(AppointmentRefusal::AlreadyStarted)
        }
        Appointment::Booked { visit, .. } | Appointment::Confirmed(visit) => Ok(*visit),
    }
}

fn booked(slot: Slot, fee: Money, command: BookAppointment) -> AppointmentBooked {
    let BookAppointment {
        appointment,
        clinic,
        doctor,
        patient,
        reason,
        policy,
        by,
        at,
        ..
    } = command;
    AppointmentBooked {
        appointment,
        clinic: clinic.clinic,
        doctor: doctor.doctor,
        patient,
        slot,
        fee,
        hold_until: policy.hold_until(at, slot.start()),
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentBookedPhi { reason }),
    }
}

/// What a visit is confirmed on, and what was said about it.
struct Confirmation {
    grounds: ConfirmationGrounds,
    reason: Option<Reason>,
}

fn confirmed(visit: Visit, said: Confirmation, by: Actor, at: DateTime<Utc>) -> AppointmentEvent {
    let Visit {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
    } = visit;
    AppointmentEvent::Confirmed(AppointmentConfirmed {
        appointment,
        clinic,
        doctor,
        patient,
        slot,
        grounds: said.grounds,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentConfirmedPhi {
            reason: said.reason,
        }),
    })
}
