//! The part that all events of an appointment have in common.

use serde::{Deserialize, Serialize};

use crate::values::{AppointmentId, ClinicId, DoctorId, PatientId, Slot};

/// Appointment, clinic, doctor, patient and slot of an event. Stored as fields of the event itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRef {
    /// The appointment.
    pub appointment: AppointmentId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The doctor.
    pub doctor: DoctorId,
    /// The patient.
    pub patient: PatientId,
    /// Time slot of the visit; after a move the new one.
    pub slot: Slot,
}
