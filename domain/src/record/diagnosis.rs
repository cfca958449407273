//! Diagnoses of a note.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::icd10::Icd10Code;
use super::texts::ConditionName;

/// A diagnosis: a condition in words, with a code if its author gives one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The condition in words.
    pub condition: ConditionName,
    /// Its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icd10: Option<Icd10Code>,
}

/// Too many diagnoses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at most {} diagnoses are listed", Diagnoses::MAX)]
pub struct InvalidDiagnoses;

/// Diagnoses, the main one first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Diagnosis>", into = "Vec<Diagnosis>")]
pub struct Diagnoses(Vec<Diagnosis>);

impl Diagnoses {
    /// The most that are listed.
    pub const MAX: usize = 20;

    /// Returns them, the main one first.
    pub fn as_slice(&self) -> &[Diagnosis] {
        &self.0
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Diagnosis>> for Diagnoses {
    type Error = InvalidDiagnoses;

    fn try_from(diagnoses: Vec<Diagnosis>) -> Result<Self, InvalidDiagnoses> {
        if diagnoses.len() > Self::MAX {
            return Err(InvalidDiagnoses);
        }
        Ok(Self(diagnoses))
    }
}

impl From<Diagnoses> for Vec<Diagnosis> {
    fn from(diagnoses: Diagnoses) -> Self {
        diagnoses.0
    }
}
