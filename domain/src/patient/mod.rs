//! A patient: who they are, how to reach them, and who may act for them.
//!
//! ```text
//! Unregistered ──Register──▶ Registered ──ChangeContact, AddProxy, RemoveProxy──▶ Registered
//! ```
//!
//! The state holds no personal data: no rule reads any, and what is not remembered can't leak.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
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
pub use state::{Patient, RegisteredPatient, evolve};
