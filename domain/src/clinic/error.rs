//! What forbids a request to a clinic.

use thiserror::Error;

/// Why a clinic says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClinicRefusal {
    /// A clinic with this id is open already.
    #[error("the clinic is already open")]
    AlreadyOpen,
    /// No clinic was ever opened with this id.
    #[error("there is no such clinic")]
    NotFound,
}
