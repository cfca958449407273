//! Events of vital signs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::measurements::Measurements;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::record::{EnteredInErrorPhi, Sensitivity};
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, SubjectId, VitalsId,
};

/// An event of a set of vital signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum VitalsEvent {
    /// A set was recorded.
    #[serde(rename = "vitals.recorded")]
    Recorded(VitalsRecorded),
    /// What was recorded was corrected.
    #[serde(rename = "vitals.corrected")]
    Corrected(VitalsCorrected),
    /// It should never have been recorded.
    #[serde(rename = "vitals.entered_in_error")]
    EnteredInError(VitalsEnteredInError),
}

event_types!(VitalsEvent {
    Recorded => "vitals.recorded",
    Corrected => "vitals.corrected",
    EnteredInError => "vitals.entered_in_error",
});

impl VitalsEvent {
    /// Returns the time of the event.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Recorded(event) => event.at,
            Self::Corrected(event) => event.at,
            Self::EnteredInError(event) => event.at,
        }
    }
}

/// A set was recorded. It is the patient's own if the actor's role is PATIENT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VitalsRecorded {
    /// The set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// Time of the measurement.
    pub taken_at: DateTime<Utc>,
    /// The visit at which it was measured, if it was at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The clinic of that visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<ClinicId>,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<VitalsRecordedPhi>,
}

/// Protected health information of [`VitalsRecorded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VitalsRecordedPhi {
    /// The vital signs.
    pub measurements: Measurements,
    /// Sensitive categories that it belongs to; nothing is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// What was recorded was corrected, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VitalsCorrected {
    /// The set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// The revision that it corrects; the first one is 1.
    pub corrects: u32,
    /// The revision that it makes.
    pub revision: u32,
    /// Time of the measurement.
    pub taken_at: DateTime<Utc>,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who corrected it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<VitalsCorrectedPhi>,
}

/// Protected health information of [`VitalsCorrected`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VitalsCorrectedPhi {
    /// The vital signs, all of them.
    pub measurements: Measurements,
    /// Reason of the correction.
    pub reason: Reason,
    /// Sensitive categories that it belongs to; none if they stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// It should never have been recorded. It is hidden, and stays in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VitalsEnteredInError {
    /// The set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// The last revision, which this event hides.
    pub corrects: u32,
    /// The revision that it makes.
    pub revision: u32,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who said so.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<EnteredInErrorPhi>,
}
