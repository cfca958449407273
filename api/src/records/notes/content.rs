//! The content of notes and addenda, as requests bring it. Answers show it in the same form.

use domain::note::{AddendumContent, NoteContent, Symptoms};
use domain::record::{ClinicalText, ConditionName, Diagnoses, Diagnosis, Icd10Code, Sensitivity};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::http::schemas;
use crate::records::SensitivityBody;

/// The content of a note, by section. A section without content is absent.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NoteContentBody {
    /// The complaint that led to the visit.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    complaint: Option<ClinicalText>,
    /// Symptoms, one by one.
    #[serde(default)]
    #[schema(value_type = Vec<schemas::Symptom>, max_items = 30, required = false)]
    symptoms: Symptoms,
    /// Findings of the examination.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    findings: Option<ClinicalText>,
    /// Diagnoses, the main one first.
    #[serde(default, deserialize_with = "diagnoses")]
    #[schema(value_type = Vec<DiagnosisBody>, max_items = 20, required = false)]
    diagnoses: Diagnoses,
    /// The treatment, done or planned.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    treatment: Option<ClinicalText>,
    /// Free text.
    #[schema(value_type = Option<schemas::ClinicalText>)]
    text: Option<ClinicalText>,
    /// Changes to its derived sensitive categories.
    sensitivity: Option<SensitivityBody>,
}

/// The content of an addendum.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddendumContentBody {
    /// The text.
    #[schema(value_type = schemas::ClinicalText)]
    text: ClinicalText,
    /// Diagnoses that it adds.
    #[serde(default, deserialize_with = "diagnoses")]
    #[schema(value_type = Vec<DiagnosisBody>, max_items = 20, required = false)]
    diagnoses: Diagnoses,
    /// Changes to the sensitive categories that are derived from these diagnoses.
    sensitivity: Option<SensitivityBody>,
}

/// A diagnosis.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DiagnosisBody {
    /// The condition in words.
    #[schema(value_type = schemas::ConditionName)]
    condition: ConditionName,
    /// Its code.
    #[schema(value_type = Option<schemas::Icd10Code>)]
    icd10: Option<Icd10Code>,
}

fn diagnoses<'de, D: Deserializer<'de>>(request: D) -> Result<Diagnoses, D::Error> {
    let bodies = Vec::<DiagnosisBody>::deserialize(request)?;
    let diagnoses = bodies.into_iter().map(Diagnosis::from);
    Diagnoses::try_from(diagnoses.collect::<Vec<_>>()).map_err(D::Error::custom)
}

impl From<DiagnosisBody> for Diagnosis {
    fn from(body: DiagnosisBody) -> Self {
        let DiagnosisBody { condition, icd10 } = body;
        Self { condition, icd10 }
    }
}

impl From<NoteContentBody> for NoteContent {
    fn from(body: NoteContentBody) -> Self {
        let NoteContentBody {
            complaint,
            symptoms,
            findings,
            diagnoses,
            treatment,
            text,
            sensitivity,
        } = body;
        Self {
            complaint,
            symptoms,
            findings,
            diagnoses,
            treatment,
            text,
            sensitivity: sensitivity.map(Sensitivity::from),
        }
    }
}

impl From<AddendumContentBody> for AddendumContent {
    fn from(body: AddendumContentBody) -> Self {
        let AddendumContentBody {
            text,
            diagnoses,
            sensitivity,
        } = body;
        Self {
            text,
            diagnoses,
            sensitivity: sensitivity.map(Sensitivity::from),
        }
    }
}
