//! The party who cancels a visit.

use serde::{Deserialize, Serialize};

/// The party who cancelled a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CancelledBy {
    /// The patient, or a person who acts for the patient.
    Patient,
    /// The doctor.
    Doctor,
    /// The clinic.
    Clinic,
}
