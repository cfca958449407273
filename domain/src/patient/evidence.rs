//! Evidence that an account may act for a patient.

use serde::{Deserialize, Serialize};

/// Evidence, seen at the front desk, that a person may act for a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProxyEvidence {
    /// A birth certificate, which names the parents.
    BirthCertificate,
    /// A court's appointment of a guardian.
    GuardianshipOrder,
    /// A power of attorney.
    PowerOfAttorney,
    /// The patient's own consent, signed.
    SignedConsent,
}
