//! What a booking has to satisfy, beyond where its appointment stands.

use super::command::BookAppointment;
use super::error::AppointmentRefusal;
use super::event::{AppointmentBooked, AppointmentBookedPhi};
use super::status::AppointmentStatus;
use crate::availability::NotOffered;
use crate::doctor::{Affiliation, DoctorFacts};
use crate::phi::Phi;
use crate::values::{Money, Slot};

/// The booking, at the doctor's terms of today.
///
/// # Errors
/// What is wrong with the doctor or the slot; the first of several.
pub(super) fn booked(command: BookAppointment) -> Result<AppointmentBooked, AppointmentRefusal> {
    let terms = terms_of(&command.doctor)?;
    let slot = bookable_slot(terms, &command)?;
    followable(&command)?;
    let fee = terms.fee;
    Ok(at_terms(slot, fee, command))
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
        .timetable(&command.holidays)
        .check_slot(start)
        .map_err(|not_offered| match not_offered {
            NotOffered::Holiday => AppointmentRefusal::ClinicClosed,
            NotOffered::OutsideHours => AppointmentRefusal::SlotOutsideHours,
            NotOffered::OffGrid => AppointmentRefusal::SlotOffGrid,
        })
}

/// Only a visit of the same patient at which they were seen can be followed up.
fn followable(command: &BookAppointment) -> Result<(), AppointmentRefusal> {
    let Some(followed) = command.follows else {
        return Ok(());
    };
    if followed.patient != command.patient {
        return Err(AppointmentRefusal::FollowsAnotherPatient);
    }
    let status = followed.status;
    match status {
        AppointmentStatus::InProgress | AppointmentStatus::Completed => Ok(()),
        AppointmentStatus::Booked
        | AppointmentStatus::Confirmed
        | AppointmentStatus::Arrived
        | AppointmentStatus::NoShow
        | AppointmentStatus::Cancelled
        | AppointmentStatus::Expired => Err(AppointmentRefusal::NothingToFollow { status }),
    }
}

fn at_terms(slot: Slot, fee: Money, command: BookAppointment) -> AppointmentBooked {
    let BookAppointment {
        appointment,
        clinic,
        doctor,
        patient,
        reason,
        follows,
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
        follows: follows.map(|followed| followed.appointment),
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentBookedPhi { reason }),
    }
}
