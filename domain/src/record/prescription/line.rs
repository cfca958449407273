//! The lines of a prescription, one for each drug.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::dose::{CourseDays, Dose, Frequency, Route};
use crate::record::{DoseInstructions, DrugName, Strength, SubstanceName};

/// One drug of a prescription, and how it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrescriptionLine {
    /// The drug, by its brand or generic name.
    pub drug: DrugName,
    /// Its ingredients, and classes of drugs that it belongs to, as far as the name does not say them.
    #[serde(default, skip_serializing_if = "Ingredients::is_empty")]
    pub ingredients: Ingredients,
    /// The strength, such as `500 mg`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<Strength>,
    /// The amount that is taken at once.
    pub dose: Dose,
    /// The way in which it is taken.
    pub route: Route,
    /// How often it is taken.
    pub frequency: Frequency,
    /// The length of the course; none until further notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course_days: Option<CourseDays>,
    /// Instructions to the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<DoseInstructions>,
}

impl PrescriptionLine {
    /// True if the course, begun at `start`, is over at `now`.
    pub fn is_over(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let end = |days: CourseDays| start.checked_add_signed(TimeDelta::days(days.get().into()));
        let end = self.course_days.and_then(end);
        end.is_some_and(|end| end <= now)
    }
}

/// Too many ingredients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("at most {} ingredients are listed", Ingredients::MAX)]
pub struct InvalidIngredients;

/// Ingredients of a drug.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<SubstanceName>", into = "Vec<SubstanceName>")]
pub struct Ingredients(Vec<SubstanceName>);

impl Ingredients {
    /// The most that are listed.
    pub const MAX: usize = 20;

    /// Returns them in the order in which they were given.
    pub fn as_slice(&self) -> &[SubstanceName] {
        &self.0
    }

    /// True if none is given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<SubstanceName>> for Ingredients {
    type Error = InvalidIngredients;

    fn try_from(names: Vec<SubstanceName>) -> Result<Self, InvalidIngredients> {
        if names.len() > Self::MAX {
            return Err(InvalidIngredients);
        }
        Ok(Self(names))
    }
}

impl From<Ingredients> for Vec<SubstanceName> {
    fn from(ingredients: Ingredients) -> Self {
        ingredients.0
    }
}

/// A prescription without a drug, or with too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a prescription has 1 to {} lines", PrescriptionLines::MAX)]
pub struct InvalidLines;

/// The lines of a prescription; at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<PrescriptionLine>", into = "Vec<PrescriptionLine>")]
pub struct PrescriptionLines(Vec<PrescriptionLine>);

impl PrescriptionLines {
    /// The most that one prescription has.
    pub const MAX: usize = 20;

    /// Returns them in the order in which they were given.
    pub fn as_slice(&self) -> &[PrescriptionLine] {
        &self.0
    }
}

impl TryFrom<Vec<PrescriptionLine>> for PrescriptionLines {
    type Error = InvalidLines;

    fn try_from(lines: Vec<PrescriptionLine>) -> Result<Self, InvalidLines> {
        if lines.is_empty() || lines.len() > Self::MAX {
            return Err(InvalidLines);
        }
        Ok(Self(lines))
    }
}

impl From<PrescriptionLines> for Vec<PrescriptionLine> {
    fn from(lines: PrescriptionLines) -> Self {
        lines.0
    }
}
