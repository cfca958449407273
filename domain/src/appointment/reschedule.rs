//! Rescheduling of a visit.

use super::command::RescheduleAppointment;
use super::error::AppointmentRefusal;
use super::events::{AppointmentRescheduled, AppointmentRescheduledPhi, VisitRef};
use super::policy::latest_hold;
use super::slot_request::{GrantedSlot, SlotRequest};
use super::state::{Appointment, Visit};
use crate::phi::Phi;
use crate::values::Role;

/// Returns the move, or `None` if the visit begins at that time already.
///
/// # Errors
/// The doctor or the clinic is another, the time can't be booked, or a patient moves an unpaid emergency visit.
pub(super) fn rescheduled(
    appointment: &Appointment,
    command: RescheduleAppointment,
) -> Result<Option<AppointmentRescheduled>, AppointmentRefusal> {
    let visit = appointment.visit().ok_or(AppointmentRefusal::NotFound)?;
    is_the_same_visit(visit, &command)?;
    if visit.slot.start() == command.start {
        return Ok(None);
    }
    // Otherwise any slot could be had without paying for it first.
    if visit.is_bill_open() && command.by.role() == Some(Role::Patient) {
        return Err(AppointmentRefusal::EmergencyUnpaid);
    }
    let granted = SlotRequest::from(&command).grant()?;
    Ok(Some(moved(appointment, visit, granted, command)))
}

fn is_the_same_visit(
    visit: &Visit,
    command: &RescheduleAppointment,
) -> Result<(), AppointmentRefusal> {
    if visit.doctor != command.doctor.doctor {
        return Err(AppointmentRefusal::WithAnotherDoctor);
    }
    if visit.clinic != command.clinic {
        return Err(AppointmentRefusal::AtAnotherClinic);
    }
    Ok(())
}

fn moved(
    appointment: &Appointment,
    visit: &Visit,
    granted: GrantedSlot,
    command: RescheduleAppointment,
) -> AppointmentRescheduled {
    let GrantedSlot {
        slot, overridden, ..
    } = granted;
    let RescheduleAppointment {
        reason,
        override_reason,
        on_behalf_of,
        by,
        at,
        ..
    } = command;
    AppointmentRescheduled {
        visit: VisitRef {
            slot,
            ..visit.into()
        },
        previous: visit.slot,
        // Repeated moves never prolong the hold.
        hold_until: appointment
            .hold_until()
            .map(|hold_until| hold_until.min(latest_hold(at, slot))),
        on_behalf_of: Some(on_behalf_of),
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentRescheduledPhi {
            reason,
            // A reason is kept only if a rule was overridden.
            override_reason: override_reason.filter(|_| !overridden.is_empty()),
        }),
        overridden,
    }
}
