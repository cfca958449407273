//! A patient: personal data, contact details and proxies.
//!
//! ```text
//! Unregistered ──Register──▶ Registered ──ChangeContact, AddProxy, RemoveProxy──▶ Registered
//! ```
//!
//! The state holds no personal data, since no rule reads any.

mod command;
mod decide;
mod error;
mod event;
mod evidence;
mod state;

#[cfg(test)]
mod tests;

pub use command::{AddProxy, ChangeContact, PatientCommand, RegisterPatient, RemoveProxy};
pub use decide::{MAX_PROXIES, decide};
pub use error::PatientRefusal;
pub use event::{
    PatientContactChanged, PatientContactChangedPhi, PatientEvent, PatientProxyAdded,
    PatientProxyRemoved, PatientRegistered, PatientRegisteredPhi,
};
pub use evidence::ProxyEvidence;
pub use state::{Patient, RegisteredPatient, evolve};
