//! Gender of a person for administrative purposes.

use serde::{Deserialize, Serialize};

/// Gender for administrative purposes, with the codes of FHIR R4
/// ([administrative-gender](https://hl7.org/fhir/R4/valueset-administrative-gender.html)).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Male.
    Male,
    /// Female.
    Female,
    /// Another one.
    Other,
    /// Not known, or not told.
    Unknown,
}

impl Gender {
    /// All codes.
    pub const ALL: [Self; 4] = [Self::Male, Self::Female, Self::Other, Self::Unknown];
}

super::text::redacted_debug!(Gender);
