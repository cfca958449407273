//! The content of an allergy.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::record::{ReactionText, Sensitivity, SubstanceName};
use crate::values::SensitiveCategory;

/// What is recorded of an allergy or an intolerance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AllergyContent {
    /// The substance that causes it.
    pub substance: SubstanceName,
    /// The reaction, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<ReactionText>,
    /// The severity of the reaction, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The date on which the reaction was first noted, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted_on: Option<NaiveDate>,
    /// Sensitive categories that it belongs to; nothing is derived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

impl AllergyContent {
    /// Returns the content after a correction. Sensitive categories of which the correction says nothing stay.
    #[must_use]
    pub fn corrected(self, correction: Self) -> Self {
        Self {
            sensitivity: correction.sensitivity.or(self.sensitivity),
            ..correction
        }
    }

    /// Returns the sensitive categories that it belongs to.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        Sensitivity::categories(self.sensitivity.as_ref(), [])
    }
}

/// The severity of a reaction, the codes of FHIR R4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Severe.
    Severe,
}

impl Severity {
    /// All severities.
    pub const ALL: [Self; 3] = [Self::Mild, Self::Moderate, Self::Severe];
}
