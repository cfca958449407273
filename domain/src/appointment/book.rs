//! What a booking has to satisfy, beyond where its appointment stands.

use super::command::BookAppointment;
use super::error::AppointmentRefusal;
use super::event::{AppointmentBooked, AppointmentBookedPhi};
use super::status::AppointmentStatus;
use super::wish::{Granted, Wish};
use crate::phi::Phi;

/// The booking, at the doctor's terms of today.
///
/// # Errors
/// What is wrong with the doctor or the slot; the first of several.
pub(super) fn booked(command: BookAppointment) -> Result<AppointmentBooked, AppointmentRefusal> {
    let wish = Wish {
        doctor: &command.doctor,
        holidays: &command.holidays,
        start: command.start,
        policy: command.policy,
        may_override: command.override_reason.is_some(),
        by: command.by,
        at: command.at,
    };
    let granted = wish.grant()?;
    followable(&command)?;
    Ok(at_terms(granted, command))
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

fn at_terms(granted: Granted, command: BookAppointment) -> AppointmentBooked {
    let Granted {
        slot,
        fee,
        overridden,
    } = granted;
    let BookAppointment {
        appointment,
        clinic,
        doctor,
        patient,
        reason,
        follows,
        override_reason,
        policy,
        by,
        at,
        ..
    } = command;
    // Where nothing was set aside there is nothing to explain.
    let override_reason = override_reason.filter(|_| !overridden.is_empty());
    AppointmentBooked {
        appointment,
        clinic: clinic.clinic,
        doctor: doctor.doctor,
        patient,
        slot,
        fee,
        hold_until: policy.hold_until(at, slot),
        follows: follows.map(|followed| followed.appointment),
        overridden,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(AppointmentBookedPhi {
            reason,
            override_reason,
        }),
    }
}
