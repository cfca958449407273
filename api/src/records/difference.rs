//! What changed since a client read a record: the second of two writers sees what the first one wrote.

use serde::Serialize;
use serde_json::{Value, to_value};
use utoipa::ToSchema;

/// What changed since the version that a request names.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Difference {
    /// The record as it is now, as its own path shows it.
    #[schema(value_type = Object)]
    current: Value,
    /// The fields that changed since; of allergies, the ids of those that did.
    #[schema(value_type = Vec<String>)]
    changed: Vec<Value>,
}

impl Difference {
    /// The present record, and what changed of it.
    pub fn new<T: Serialize>(
        current: &impl Serialize,
        changed: impl IntoIterator<Item = T>,
    ) -> Self {
        let changed = changed
            .into_iter()
            .map(|field| to_value(field).unwrap_or_default());
        Self {
            current: to_value(current).unwrap_or_default(),
            changed: changed.collect(),
        }
    }
}
