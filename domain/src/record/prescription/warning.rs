//! Warnings about a prescription: a drug that the patient is allergic to, or takes already.
//!
//! Names are compared, and nothing else: no catalogue of drugs is known. So two brands of one drug are found if their
//! ingredients are given, and a class (such as penicillins) if it is among the ingredients.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::drug_names::DrugNames;
use super::line::PrescriptionLine;
use crate::record::SubstanceName;
use crate::values::{AllergyId, PrescriptionId, Reason};

/// A warning about one line of a prescription, by its place from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Warning {
    /// The patient is allergic to the drug or an ingredient.
    Allergy {
        /// Place of the line.
        line: u8,
        /// The allergy.
        allergy: AllergyId,
    },
    /// The patient takes the drug or an ingredient already.
    DuplicateDrug {
        /// Place of the line.
        line: u8,
        /// The prescription that it is in.
        prescription: PrescriptionId,
    },
    /// Another line of the same prescription has the drug or an ingredient.
    RepeatedDrug {
        /// Place of the line.
        line: u8,
        /// Place of the line before.
        earlier: u8,
    },
}

/// Warnings that a doctor has seen and overridden, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OverriddenWarnings {
    /// The warnings.
    pub warnings: Vec<Warning>,
    /// The reason.
    pub reason: Reason,
}

impl OverriddenWarnings {
    /// Returns the override of those warnings that exist.
    pub fn narrowed_to(self, warnings: &[Warning]) -> Option<Self> {
        let kept: Vec<_> = (warnings.iter().copied())
            .filter(|warning| self.warnings.contains(warning))
            .collect();
        let reason = self.reason;
        (!kept.is_empty()).then_some(Self {
            warnings: kept,
            reason,
        })
    }
}

/// A drug that the patient takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentDrug {
    /// The prescription that it is in.
    pub prescription: PrescriptionId,
    /// Its line.
    pub line: PrescriptionLine,
}

/// A substance that the patient is allergic to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAllergy {
    /// The allergy.
    pub allergy: AllergyId,
    /// The substance.
    pub substance: SubstanceName,
}

/// Returns the warnings about new lines, each once and in order.
pub fn warnings(
    lines: &[PrescriptionLine],
    current: &[CurrentDrug],
    allergies: &[KnownAllergy],
) -> Vec<Warning> {
    let names: Vec<DrugNames> = lines.iter().map(DrugNames::from_line).collect();
    let mut found = BTreeSet::new();
    for (line, drug) in (0_u8..).zip(&names) {
        for KnownAllergy { allergy, substance } in allergies {
            if drug.contain(substance) {
                let allergy = *allergy;
                found.insert(Warning::Allergy { line, allergy });
            }
        }
        for taken in current {
            if drug.share_ingredient(&DrugNames::from_line(&taken.line)) {
                let prescription = taken.prescription;
                found.insert(Warning::DuplicateDrug { line, prescription });
            }
        }
        for (earlier, other) in (0..line).zip(&names) {
            if drug.share_ingredient(other) {
                found.insert(Warning::RepeatedDrug { line, earlier });
            }
        }
    }
    found.into_iter().collect()
}
