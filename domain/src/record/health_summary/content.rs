//! What the items of a health summary say. All of it is protected health information.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::record::{ClinicalText, Diagnosis, LotNumber, PartialDate, VaccineName};
use crate::values::text::redacted_debug;

/// Kind of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SummaryKind {
    /// A condition of the patient.
    Problem,
    /// A vaccination.
    Immunisation,
    /// A condition of a relative.
    FamilyHistory,
    /// A habit or a circumstance that bears on health.
    SocialHistory,
}

impl SummaryKind {
    /// True if an item of this kind can be over.
    pub const fn ends(self) -> bool {
        match self {
            Self::Problem | Self::SocialHistory => true,
            Self::Immunisation | Self::FamilyHistory => false,
        }
    }
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SummaryContent {
    /// A condition of the patient.
    Problem(Problem),
    /// A vaccination.
    Immunisation(Immunisation),
    /// A condition of a relative.
    FamilyHistory(FamilyHistory),
    /// A habit or a circumstance that bears on health.
    SocialHistory(SocialHistory),
}

impl SummaryContent {
    /// Returns the kind.
    pub const fn kind(&self) -> SummaryKind {
        match self {
            Self::Problem(_) => SummaryKind::Problem,
            Self::Immunisation(_) => SummaryKind::Immunisation,
            Self::FamilyHistory(_) => SummaryKind::FamilyHistory,
            Self::SocialHistory(_) => SummaryKind::SocialHistory,
        }
    }

    /// Returns the patient's own diagnosis, if it is one.
    pub const fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Problem(problem) => Some(&problem.diagnosis),
            Self::Immunisation(_) | Self::FamilyHistory(_) | Self::SocialHistory(_) => None,
        }
    }

    /// True if it tells of a day that lies behind `today`.
    pub fn is_after(&self, today: NaiveDate) -> bool {
        let date = match self {
            Self::Problem(problem) => problem.onset.as_ref(),
            Self::Immunisation(immunisation) => Some(&immunisation.given_on),
            Self::FamilyHistory(_) => None,
            Self::SocialHistory(history) => history.since.as_ref(),
        };
        date.is_some_and(|date| date.is_after(today))
    }
}

/// A condition of the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The condition.
    pub diagnosis: Diagnosis,
    /// Date of its onset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset: Option<PartialDate>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<ClinicalText>,
}

/// A vaccination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Immunisation {
    /// Name of the vaccine.
    pub vaccine: VaccineName,
    /// Date on which it was given.
    pub given_on: PartialDate,
    /// Number of the dose in its series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose_number: Option<DoseNumber>,
    /// Lot number of the vaccine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotNumber>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<ClinicalText>,
}

/// A condition of a relative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FamilyHistory {
    /// The relative.
    pub relative: FamilyMember,
    /// The condition.
    pub diagnosis: Diagnosis,
    /// Age of the relative at its onset, in years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset_age: Option<OnsetAge>,
    /// Free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<ClinicalText>,
}

/// A habit or a circumstance that bears on health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SocialHistory {
    /// What it is about.
    pub topic: SocialTopic,
    /// What is known.
    pub statement: ClinicalText,
    /// Date from which on it is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
}

/// A relative of the patient by blood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FamilyMember {
    /// Mother.
    Mother,
    /// Father.
    Father,
    /// Sister.
    Sister,
    /// Brother.
    Brother,
    /// Daughter.
    Daughter,
    /// Son.
    Son,
    /// Mother's mother.
    MaternalGrandmother,
    /// Mother's father.
    MaternalGrandfather,
    /// Father's mother.
    PaternalGrandmother,
    /// Father's father.
    PaternalGrandfather,
    /// Aunt.
    Aunt,
    /// Uncle.
    Uncle,
    /// Cousin.
    Cousin,
    /// Another one.
    Other,
}

/// What a social history is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SocialTopic {
    /// Tobacco.
    Tobacco,
    /// Alcohol.
    Alcohol,
    /// Other drugs.
    Drugs,
    /// Work.
    Occupation,
    /// Home and household.
    Housing,
    /// Exercise.
    Exercise,
    /// Food.
    Diet,
    /// Travel.
    Travel,
    /// Another one.
    Other,
}

redacted_debug!(FamilyMember);
redacted_debug!(SocialTopic);

macro_rules! small_numbers {
    ($($(#[doc = $doc:literal])+ $name:ident from $min:literal to $max:literal or $(#[doc = $error_doc:literal])+ $error:ident($message:literal);)+) => {$(
        $(#[doc = $error_doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
        #[error($message)]
        pub struct $error;

        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        pub struct $name(u8);

        impl TryFrom<u8> for $name {
            type Error = $error;

            fn try_from(number: u8) -> Result<Self, $error> {
                if ($min..=$max).contains(&number) { Ok(Self(number)) } else { Err($error) }
            }
        }

        impl From<$name> for u8 {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        redacted_debug!($name);
    )+};
}

small_numbers! {
    /// Number of a dose in its series, 1 to 99.
    DoseNumber from 1 to 99 or
        /// The number is none of a dose.
        InvalidDoseNumber("a dose is number 1 to 99");
    /// Age of a relative at the onset of a condition, 0 to 120 years.
    OnsetAge from 0 to 120 or
        /// The number is no age.
        InvalidOnsetAge("an age is 0 to 120 years");
}
