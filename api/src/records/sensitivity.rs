//! The sensitive categories of an entry, as requests change them.

use std::collections::BTreeSet;

use domain::SensitiveCategory;
use domain::record::Sensitivity;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::schemas;

/// Changes to the sensitive categories that are derived from the diagnoses of an entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SensitivityBody {
    /// Categories that it belongs to, whatever is derived.
    #[serde(default)]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, max_items = 3, required = false)]
    added: BTreeSet<SensitiveCategory>,
    /// Derived categories that it does not belong to. One that is also added stays.
    #[serde(default)]
    #[schema(value_type = Vec<schemas::SensitiveCategory>, max_items = 3, required = false)]
    removed: BTreeSet<SensitiveCategory>,
}

impl From<SensitivityBody> for Sensitivity {
    fn from(body: SensitivityBody) -> Self {
        let SensitivityBody { added, removed } = body;
        Self { added, removed }
    }
}
