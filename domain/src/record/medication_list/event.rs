//! Events of a patient's list of current prescriptions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::values::{Actor, PatientId, PrescriptionId};

/// An event of a patient's list of current prescriptions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum MedicationListEvent {
    /// A prescription was issued or amended.
    #[serde(rename = "medication_list.prescription_listed")]
    Listed(PrescriptionListed),
    /// A prescription was cancelled, marked as entered in error, or is over.
    #[serde(rename = "medication_list.prescription_removed")]
    Removed(PrescriptionRemoved),
}

event_types!(MedicationListEvent {
    Listed => "medication_list.prescription_listed",
    Removed => "medication_list.prescription_removed",
});

/// A prescription was issued or amended: its drugs are taken from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionListed {
    /// The patient.
    pub patient: PatientId,
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The actor who issued or amended it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// A prescription is not current any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionRemoved {
    /// The patient.
    pub patient: PatientId,
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The actor whose command removed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
