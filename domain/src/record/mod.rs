//! The clinical record of a patient: its aggregates, and the values that they share.
//!
//! Nothing is overwritten. A correction is a new event that names the revision that it corrects; *entered in error*
//! hides an entry and never deletes it. Each event has the patient as its subject; clinical content stands in `phi` and
//! in no state.
//!
//! A note, a prescription and a set of vital signs is an aggregate each, so that a stream stays short however long a
//! patient is treated. Allergies of a patient are one aggregate, since prescriptions are checked against all of them,
//! and so is the health summary.

pub mod allergy_list;
pub mod health_summary;
pub mod medication_list;
pub mod note;
pub mod prescription;
pub mod vitals;

mod diagnosis;
mod entered_in_error;
mod icd10;
mod partial_date;
mod sensitive_codes;
mod sensitivity;
mod texts;

pub use diagnosis::{Diagnoses, Diagnosis, InvalidDiagnoses};
pub use entered_in_error::EnteredInErrorPhi;
pub use icd10::{Icd10Code, InvalidIcd10Code};
pub use partial_date::{InvalidPartialDate, PartialDate};
pub use sensitivity::Sensitivity;
pub use texts::{
    ClinicalText, ConditionName, DoseInstructions, DrugName, LotNumber, ReactionText, Strength,
    SubstanceName, Symptom, VaccineName,
};
