//! Commands of a patient's allergies.

use chrono::{DateTime, Utc};

use super::content::AllergyContent;
use crate::values::{Actor, AllergyId, DoctorId, PatientId, Reason};

/// A command to a patient's allergies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllergyListCommand {
    /// Record an allergy.
    Record(RecordAllergy),
    /// Correct what is recorded of one.
    Correct(CorrectAllergy),
    /// End one.
    End(EndAllergy),
    /// Mark one as entered in error.
    MarkEnteredInError(MarkAllergyEnteredInError),
}

/// Records an allergy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAllergy {
    /// Id of the new allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor.
    pub doctor: DoctorId,
    /// What is recorded.
    pub content: AllergyContent,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Corrects what is recorded of an allergy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectAllergy {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor.
    pub doctor: DoctorId,
    /// What is recorded from now on.
    pub content: AllergyContent,
    /// The actor who corrects it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Ends an allergy: the patient has it no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndAllergy {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The reason.
    pub reason: Reason,
    /// The actor who ends it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Marks an allergy as entered in error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkAllergyEnteredInError {
    /// The allergy.
    pub allergy: AllergyId,
    /// The patient.
    pub patient: PatientId,
    /// The reason.
    pub reason: Reason,
    /// The actor who marks it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
