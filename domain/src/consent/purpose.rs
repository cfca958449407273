//! Purposes of consents, and those who give them.

use serde::{Deserialize, Serialize};

use crate::values::{AccountId, SensitiveCategory};

/// The purpose of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentPurpose {
    /// Doctors who treat the patient at one clinic read what was written at the others.
    SharingAcrossClinics,
    /// The assistant reads the record.
    Assistant,
    /// The record is used for research.
    Research,
    /// A proxy goes on reading the record of a patient who is no longer a child.
    Proxy {
        /// The account of the proxy.
        account: AccountId,
    },
    /// Proxies and doctors who treat the patient read what belongs to a sensitive category.
    Sensitive {
        /// The category.
        category: SensitiveCategory,
    },
}

/// The person who gave a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConsentGiver {
    /// The patient.
    Patient,
    /// A proxy. It counts until the patient is old enough to decide.
    Proxy,
    /// The patient or a guardian by a signed form, which the front desk keeps.
    SignedForm,
}

impl ConsentGiver {
    /// Returns the name that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patient => "PATIENT",
            Self::Proxy => "PROXY",
            Self::SignedForm => "SIGNED_FORM",
        }
    }
}
