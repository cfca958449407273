//! Warnings about a prescription, as answers show them and requests override them.

use commands::Fault;
use domain::prescription::{OverriddenWarnings, Warning};
use domain::{AllergyId, PatientId, PrescriptionId, Reason};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::schemas;
use crate::records::chart::ReadableChart;

/// A warning about a line of a prescription, by its place from 0.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(
    tag = "kind",
    rename_all = "SCREAMING_SNAKE_CASE",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum WarningBody {
    /// The patient is allergic to the drug or an ingredient.
    Allergy {
        /// Place of the line.
        line: u8,
        /// The allergy.
        #[schema(value_type = Uuid)]
        allergy_id: AllergyId,
        /// Set if that entry is withheld from you: it belongs to a sensitive category, or was written at another clinic. It
        /// is ignored in an override.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false, default = false)]
        withheld: bool,
    },
    /// The patient takes the drug or an ingredient already.
    DuplicateDrug {
        /// Place of the line.
        line: u8,
        /// The prescription that it is in.
        #[schema(value_type = Uuid)]
        prescription_id: PrescriptionId,
        /// Set if that entry is withheld from you: it belongs to a sensitive category, or was written at another clinic. It
        /// is ignored in an override.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[schema(required = false, default = false)]
        withheld: bool,
    },
    /// Another line of the same prescription has the drug or an ingredient.
    RepeatedDrug {
        /// Place of the line.
        line: u8,
        /// Place of the line before.
        earlier_line: u8,
    },
}

/// Warnings that a doctor has seen and overrides, with the reason.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideBody {
    /// The warnings, as the refusal listed them. A warning that is not among them still refuses the prescription.
    warnings: Vec<WarningBody>,
    /// The reason.
    #[schema(value_type = schemas::Reason)]
    reason: Reason,
}

impl From<Warning> for WarningBody {
    fn from(warning: Warning) -> Self {
        match warning {
            Warning::Allergy { line, allergy } => Self::Allergy {
                line,
                allergy_id: allergy,
                withheld: false,
            },
            Warning::DuplicateDrug { line, prescription } => Self::DuplicateDrug {
                line,
                prescription_id: prescription,
                withheld: false,
            },
            Warning::RepeatedDrug { line, earlier } => Self::RepeatedDrug {
                line,
                earlier_line: earlier,
            },
        }
    }
}

impl From<WarningBody> for Warning {
    fn from(body: WarningBody) -> Self {
        match body {
            WarningBody::Allergy {
                line, allergy_id, ..
            } => Self::Allergy {
                line,
                allergy: allergy_id,
            },
            WarningBody::DuplicateDrug {
                line,
                prescription_id,
                ..
            } => Self::DuplicateDrug {
                line,
                prescription: prescription_id,
            },
            WarningBody::RepeatedDrug { line, earlier_line } => Self::RepeatedDrug {
                line,
                earlier: earlier_line,
            },
        }
    }
}

impl From<OverrideBody> for OverriddenWarnings {
    fn from(body: OverrideBody) -> Self {
        Self {
            warnings: body.warnings.into_iter().map(Warning::from).collect(),
            reason: body.reason,
        }
    }
}

impl From<OverriddenWarnings> for OverrideBody {
    fn from(overridden: OverriddenWarnings) -> Self {
        Self {
            warnings: overridden
                .warnings
                .into_iter()
                .map(WarningBody::from)
                .collect(),
            reason: overridden.reason,
        }
    }
}

/// Marks those warnings whose entry is withheld from the caller.
pub async fn shown_warnings(
    app: &App,
    chart: &ReadableChart<'_>,
    patient: PatientId,
    warnings: Vec<Warning>,
) -> Result<Vec<WarningBody>, Fault> {
    let allergies = app.records.allergies(patient, None).await?.allergies;
    let mut shown = Vec::new();
    for warning in warnings {
        let mut body = WarningBody::from(warning);
        match &mut body {
            WarningBody::Allergy {
                allergy_id,
                withheld,
                ..
            } => {
                let mut all = allergies.iter();
                let about = all.find(|allergy| allergy.allergy == *allergy_id);
                *withheld = about.is_some_and(|allergy| !chart.shows(allergy));
            }
            WarningBody::DuplicateDrug {
                prescription_id,
                withheld,
                ..
            } => {
                let about = app.records.prescription(*prescription_id, None).await?;
                *withheld = about.is_some_and(|prescription| !chart.shows(&prescription));
            }
            WarningBody::RepeatedDrug { .. } => {}
        }
        shown.push(body);
    }
    Ok(shown)
}
