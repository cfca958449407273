//! Events of a patient's allergies.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::content::AllergyContent;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::values::{Actor, AllergyId, DoctorId, PatientId, Reason, SubjectId};

/// An event of a patient's allergies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum AllergyListEvent {
    /// A doctor recorded an allergy.
    #[serde(rename = "allergy.recorded")]
    Recorded(AllergyRecorded),
    /// A doctor corrected what is recorded of it.
    #[serde(rename = "allergy.corrected")]
    Corrected(AllergyCorrected),
    /// A doctor ended it: the patient has it no longer.
    #[serde(rename = "allergy.ended")]
    Ended(AllergyEnded),
    /// A doctor marked it as entered in error.
    #[serde(rename = "allergy.entered_in_error")]
    EnteredInError(AllergyEnteredInError),
}

event_types!(AllergyListEvent {
    Recorded => "allergy.recorded",
    Corrected => "allergy.corrected",
    Ended => "allergy.ended",
    EnteredInError => "allergy.entered_in_error",
});

impl AllergyListEvent {
    /// Returns the time of the event.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Recorded(event) => event.at,
            Self::Corrected(event) => event.at,
            Self::Ended(event) => event.at,
            Self::EnteredInError(event) => event.at,
        }
    }
}

/// A doctor recorded an allergy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyRecorded {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who recorded it.
    pub doctor: DoctorId,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// The content, which is protected health information.
    pub phi: Phi<AllergyContent>,
}

/// A doctor corrected what is recorded of an allergy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyCorrected {
    /// The allergy.
    pub allergy: AllergyId,
    /// The revision that it replaces: 1 is the allergy as it was recorded.
    pub corrects: u32,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who corrected it.
    pub doctor: DoctorId,
    /// The actor who corrected it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// The content, all of it, which is protected health information.
    pub phi: Phi<AllergyContent>,
}

/// A doctor ended an allergy: the patient has it no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyEnded {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who ended it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AllergyEndedPhi>,
}

/// Protected health information of [`AllergyEnded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyEndedPhi {
    /// The reason.
    pub reason: Reason,
}

/// A doctor marked an allergy as entered in error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyEnteredInError {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who marked it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<EnteredInErrorPhi>,
}
