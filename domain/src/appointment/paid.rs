//! The fee is paid: the visit is confirmed, has its slot again, or simply is paid for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::command::RecordPayment;
use super::error::AppointmentRefusal;
use super::event::{
    AppointmentConfirmed, AppointmentConfirmedPhi, AppointmentEvent, ConfirmationGrounds,
};
use super::state::{Appointment, Visit};
use crate::phi::Phi;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, PaymentId, Slot};

/// The money came after the hold had ended, and the slot was still free: it is the patient's again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentReinstated {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when.
    pub slot: Slot,
    /// By which payment.
    pub payment: PaymentId,
    /// When it was decided.
    pub at: DateTime<Utc>,
}

/// The fee of a visit was paid that was confirmed without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentFeePaid {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when.
    pub slot: Slot,
    /// By which payment.
    pub payment: PaymentId,
    /// When it was noted.
    pub at: DateTime<Utc>,
}

/// Whether the payment is news to the visit: one payment pays it, and only once. TransitionRequest before the table,
/// since it holds wherever the visit stands.
///
/// # Errors
/// [`AppointmentRefusal::AlreadyPaid`] by another one.
pub(super) fn is_news(
    appointment: &Appointment,
    payment: PaymentId,
) -> Result<bool, AppointmentRefusal> {
    match appointment.visit().and_then(|visit| visit.paid_by) {
        None => Ok(true),
        Some(paid_by) if paid_by == payment => Ok(false),
        Some(_) => Err(AppointmentRefusal::AlreadyPaid),
    }
}

/// What the payment does for the visit, which the table allows.
pub(super) fn paid(
    appointment: &Appointment,
    visit: &Visit,
    command: RecordPayment,
) -> AppointmentEvent {
    let RecordPayment { payment, at } = command;
    let &Visit {
        appointment: id,
        clinic,
        doctor,
        patient,
        slot,
        ..
    } = visit;
    match appointment {
        Appointment::Booked { .. } => AppointmentEvent::Confirmed(AppointmentConfirmed {
            appointment: id,
            clinic,
            doctor,
            patient,
            slot,
            grounds: ConfirmationGrounds::Paid { payment },
            by: Actor::System,
            at,
            subject: patient.subject(),
            phi: Phi::Clear(AppointmentConfirmedPhi { reason: None }),
        }),
        Appointment::Expired(_) => AppointmentEvent::Reinstated(AppointmentReinstated {
            appointment: id,
            clinic,
            doctor,
            patient,
            slot,
            payment,
            at,
        }),
        Appointment::Unbooked
        | Appointment::Confirmed(_)
        | Appointment::Arrived(_)
        | Appointment::InProgress(_)
        | Appointment::Completed(_)
        | Appointment::NoShow(_)
        | Appointment::Cancelled { .. } => AppointmentEvent::FeePaid(AppointmentFeePaid {
            appointment: id,
            clinic,
            doctor,
            patient,
            slot,
            payment,
            at,
        }),
    }
}
