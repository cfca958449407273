//! What forbids a request to a patient's record.

use thiserror::Error;

/// Why a patient's record says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatientRefusal {
    /// A patient with this id is registered already.
    #[error("the patient is already registered")]
    AlreadyRegistered,
    /// No patient was ever registered with this id.
    #[error("there is no such patient")]
    NotFound,
    /// As many people as may act for a patient already do.
    #[error("a patient has at most {max} proxies")]
    TooManyProxies {
        /// The most that is accepted.
        max: usize,
    },
}
