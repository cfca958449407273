//! Whose account it is.

use serde::{Deserialize, Serialize};

use crate::values::{AccountId, DoctorId, PatientId, SubjectId};

/// The person behind an account, as the clinic knows them.
///
/// Stored as `{"kind": "none"}` or, say, `{"kind": "patient", "id": "…"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "camelCase")]
pub enum Person {
    /// Staff who neither treat nor are treated.
    None,
    /// A patient.
    Patient(PatientId),
    /// A doctor.
    Doctor(DoctorId),
}

impl Person {
    /// Whose key seals what the account's events say about the person.
    ///
    /// A patient's or a doctor's own, so that erasing them takes the account's address along; else
    /// the account's.
    pub const fn subject(&self, account: AccountId) -> SubjectId {
        match self {
            Self::None => account.subject(),
            Self::Patient(patient) => patient.subject(),
            Self::Doctor(doctor) => doctor.subject(),
        }
    }
}
