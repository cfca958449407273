//! The content of an encounter note.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::record::{ClinicalText, Diagnoses, Sensitivity, Symptom};
use crate::values::SensitiveCategory;

/// The content of a note, by section. A section that the author left out is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteContent {
    /// The complaint that led to the visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complaint: Option<ClinicalText>,
    /// Symptoms, one by one.
    #[serde(default, skip_serializing_if = "Symptoms::is_empty")]
    pub symptoms: Symptoms,
    /// Findings of the examination.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub findings: Option<ClinicalText>,
    /// Diagnoses, the main one first.
    #[serde(default, skip_serializing_if = "Diagnoses::is_empty")]
    pub diagnoses: Diagnoses,
    /// The treatment, done or planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<ClinicalText>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<ClinicalText>,
    /// Changes to its derived sensitive categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// The content of an addendum.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AddendumContent {
    /// The text.
    pub text: ClinicalText,
    /// Diagnoses that it adds.
    #[serde(default, skip_serializing_if = "Diagnoses::is_empty")]
    pub diagnoses: Diagnoses,
    /// Changes to the sensitive categories that are derived from the diagnoses that it adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// Too many symptoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at most {} symptoms are listed", Symptoms::MAX)]
pub struct InvalidSymptoms;

/// Symptoms, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Symptom>", into = "Vec<Symptom>")]
pub struct Symptoms(Vec<Symptom>);

impl Symptoms {
    /// The most that are listed.
    pub const MAX: usize = 30;

    /// Returns them in the order in which they were given.
    pub fn as_slice(&self) -> &[Symptom] {
        &self.0
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Symptom>> for Symptoms {
    type Error = InvalidSymptoms;

    fn try_from(symptoms: Vec<Symptom>) -> Result<Self, InvalidSymptoms> {
        if symptoms.len() > Self::MAX {
            return Err(InvalidSymptoms);
        }
        Ok(Self(symptoms))
    }
}

impl From<Symptoms> for Vec<Symptom> {
    fn from(symptoms: Symptoms) -> Self {
        symptoms.0
    }
}

impl NoteContent {
    /// True if no section has any content.
    pub fn is_empty(&self) -> bool {
        let sensitivity = self.sensitivity.clone();
        *self
            == Self {
                sensitivity,
                ..Self::default()
            }
    }

    /// Returns the sensitive categories that it belongs to.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        Sensitivity::categories(self.sensitivity.as_ref(), self.diagnoses.as_slice())
    }
}

impl AddendumContent {
    /// Returns the sensitive categories that its note belongs to because of it.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        Sensitivity::categories(self.sensitivity.as_ref(), self.diagnoses.as_slice())
    }
}
