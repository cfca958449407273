//! The person whom the account belongs to.

use serde::{Deserialize, Serialize};

use crate::values::{AccountId, DoctorId, PatientId, SubjectId};

/// The person whom an account belongs to.
///
/// Stored as `{"kind": "none"}` or `{"kind": "patient", "id": "…"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Person {
    /// Staff who are neither a patient nor a doctor.
    None,
    /// A patient.
    Patient(PatientId),
    /// A doctor.
    Doctor(DoctorId),
}

impl Person {
    /// Returns the subject whose key seals the personal data in the account's events.
    ///
    /// It is the patient or the doctor, so that erasing the person erases the account's address as
    /// well; for other staff it is the account.
    pub const fn subject(&self, account: AccountId) -> SubjectId {
        match self {
            Self::None => account.subject(),
            Self::Patient(patient) => patient.subject(),
            Self::Doctor(doctor) => doctor.subject(),
        }
    }
}
