//! Commands of a patient's list of current prescriptions.

use chrono::{DateTime, Utc};

use crate::values::{Actor, PatientId, PrescriptionId};

/// A command to a patient's list of current prescriptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MedicationListCommand {
    /// List a prescription that is issued or amended.
    List(ListPrescription),
    /// Remove a prescription that is ended.
    Remove(RemovePrescription),
}

/// Lists a prescription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPrescription {
    /// The patient.
    pub patient: PatientId,
    /// The prescription that is issued or amended.
    pub prescription: PrescriptionId,
    /// Listed prescriptions whose courses are over.
    pub over: Vec<PrescriptionId>,
    /// The actor who issues or amends it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Removes a prescription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovePrescription {
    /// The patient.
    pub patient: PatientId,
    /// The prescription.
    pub prescription: PrescriptionId,
    /// The actor who ends it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
