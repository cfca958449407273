//! Rules of a booking that are not in the transition table.

use super::command::BookAppointment;
use super::error::AppointmentRefusal;
use super::events::{AppointmentBooked, AppointmentBookedPhi, VisitRef};
use super::status::AppointmentStatus;
use super::wish::{Granted, Wish};
use crate::phi::Phi;

/// Checks a booking against the doctor's terms of today.
///
/// # Errors
/// The first rule about the doctor or the slot that forbids it.
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

/// A follow-up refers to a visit of the same patient at which the patient was seen.
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
    // A reason is kept only if a rule was overridden.
    let override_reason = override_reason.filter(|_| !overridden.is_empty());
    AppointmentBooked {
        visit: VisitRef {
            appointment,
            clinic: clinic.clinic,
            doctor: doctor.doctor,
            patient,
            slot,
        },
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
