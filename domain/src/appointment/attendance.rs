//! What happens to an appointment on its day.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::phi::Phi;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, Slot, SubjectId};

/// The patient is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentArrived {
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
    /// Who noted it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The doctor sees the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentStarted {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when it was meant to be.
    pub slot: Slot,
    /// Who noted it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentStartedPhi>,
}

/// What was said when a visit began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentStartedPhi {
    /// Why it was noted by somebody other than the doctor, if it was.
    pub reason: Option<Reason>,
}

/// The visit is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCompleted {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when it was meant to be.
    pub slot: Slot,
    /// Who noted it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentCompletedPhi>,
}

/// What was said when a visit was over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCompletedPhi {
    /// Why it was noted by somebody other than the doctor, if it was.
    pub reason: Option<Reason>,
}

/// The patient did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNoShow {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// With which doctor.
    pub doctor: DoctorId,
    /// For which patient.
    pub patient: PatientId,
    /// From when to when it would have been.
    pub slot: Slot,
    /// Who noted it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// What was said about it.
    pub phi: Phi<AppointmentNoShowPhi>,
}

/// What was said when a patient did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNoShowPhi {
    /// What the staff knows about it, if they said.
    pub reason: Option<Reason>,
}
