//! Rules of a booking that are not in the transition table.

use super::command::BookAppointment;
use super::emergency::EmergencyNumbers;
use super::error::AppointmentRefusal;
use super::events::{AppointmentBooked, AppointmentBookedPhi, VisitRef};
use super::slot_request::GrantedSlot;
use super::status::AppointmentStatus;
use crate::phi::Phi;

/// A follow-up refers to a visit of the same patient at which the patient was seen.
pub(super) fn followable(command: &BookAppointment) -> Result<(), AppointmentRefusal> {
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

/// The booking of a granted slot, at the terms of today.
pub(super) fn booked(
    granted: GrantedSlot,
    command: BookAppointment,
    emergency: Option<EmergencyNumbers>,
) -> AppointmentBooked {
    let GrantedSlot {
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
        hold_number,
        daily_number,
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
        daily_number,
        // A visit without a fee is confirmed at once, and so is one for an emergency.
        hold_number: hold_number.filter(|_| !fee.is_zero() && emergency.is_none()),
        emergency,
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
