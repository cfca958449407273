//! A visit that moves to another time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::RescheduleAppointment;
use super::error::AppointmentRefusal;
use super::policy::latest_hold;
use super::state::{Appointment, Visit};
use super::wish::{Granted, OverriddenRule, Wish};
use crate::phi::Phi;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, Slot, SubjectId};

/// The visit takes place at another time. Who, where and for how much stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentRescheduled {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when from now on.
    pub slot: Slot,
    /// From when to when it would have been.
    pub previous: Slot,
    /// When the hold ends from now on, while the payment is due: never later than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_until: Option<DateTime<Utc>>,
    /// The rules that the staff set aside for it, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<OverriddenRule>,
    /// Who moved it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentRescheduledPhi>,
}

/// What was said when a visit was moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentRescheduledPhi {
    /// Why, if somebody said.
    pub reason: Option<Reason>,
    /// Why the staff set rules aside, if they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<Reason>,
}

/// The move, or `None` if the visit begins at that time anyway.
///
/// # Errors
/// That it would be another visit, or what is wrong with the time.
pub(super) fn rescheduled(
    appointment: &Appointment,
    command: RescheduleAppointment,
) -> Result<Option<AppointmentRescheduled>, AppointmentRefusal> {
    let visit = appointment.visit().ok_or(AppointmentRefusal::NotFound)?;
    is_the_same_visit(visit, &command)?;
    if visit.slot.start() == command.start {
        return Ok(None);
    }
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
    granted: Granted,
    command: RescheduleAppointment,
) -> AppointmentRescheduled {
    let Granted {
        slot, overridden, ..
    } = granted;
    let RescheduleAppointment {
        reason,
        override_reason,
        by,
        at,
        ..
    } = command;
    AppointmentRescheduled {
        appointment: visit.appointment,
        clinic: visit.clinic,
        doctor: visit.doctor,
        patient: visit.patient,
        slot,
        previous: visit.slot,
        // Whoever moves on and on does not hold on for ever.
        hold_until: appointment
            .hold_until()
            .map(|hold_until| hold_until.min(latest_hold(at, slot))),
        by,
        at,
        subject: visit.patient.subject(),
        phi: Phi::Clear(AppointmentRescheduledPhi {
            reason,
            // Where nothing was set aside there is nothing to explain.
            override_reason: override_reason.filter(|_| !overridden.is_empty()),
        }),
        overridden,
    }
}
