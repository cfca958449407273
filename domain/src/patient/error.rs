//! Reasons to refuse a command to a patient.

use thiserror::Error;

/// Reason to refuse a command to a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatientRefusal {
    /// A patient with this id is registered already.
    #[error("the patient is already registered")]
    AlreadyRegistered,
    /// No patient has this id.
    #[error("there is no such patient")]
    NotFound,
    /// The account of a proxy is a patient's.
    #[error("a proxy signs in as a patient")]
    ProxyWithoutPatientRole,
    /// Staff do not make their own accounts proxies.
    #[error("staff can't make itself a proxy")]
    ProxyIsOwnAccount,
    /// Staff name the evidence that they have seen.
    #[error("the front desk names the evidence for a proxy")]
    ProxyNeedsEvidence,
    /// The patient has the most proxies already.
    #[error("a patient has at most {max} proxies")]
    TooManyProxies {
        /// The most that is accepted.
        max: usize,
    },
}
