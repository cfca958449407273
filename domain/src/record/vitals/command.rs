//! Commands of vital signs.

use chrono::{DateTime, Utc};

use super::measurements::Measurements;
use crate::record::Sensitivity;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, VitalsId};

/// A command to a set of vital signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VitalsCommand {
    /// Record a set.
    Record(RecordVitals),
    /// Replace what was recorded.
    Correct(CorrectVitals),
    /// Say that it should never have been recorded.
    EnterInError(EnterVitalsInError),
}

/// Records a set of vital signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordVitals {
    /// Id of the new set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// Time of the measurement.
    pub taken_at: DateTime<Utc>,
    /// The visit at which it was measured, if it was at one.
    pub appointment: Option<AppointmentId>,
    /// The clinic of that visit.
    pub clinic: Option<ClinicId>,
    /// The vital signs.
    pub measurements: Measurements,
    /// Sensitive categories that it belongs to.
    pub sensitivity: Option<Sensitivity>,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Replaces a set of vital signs as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectVitals {
    /// Time of the measurement.
    pub taken_at: DateTime<Utc>,
    /// The vital signs, all of them.
    pub measurements: Measurements,
    /// Sensitive categories that it belongs to; none if they stay.
    pub sensitivity: Option<Sensitivity>,
    /// Reason of the correction.
    pub reason: Reason,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who corrects it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Says that a set should never have been recorded, as when it was another patient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterVitalsInError {
    /// The reason.
    pub reason: Reason,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who says so.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
