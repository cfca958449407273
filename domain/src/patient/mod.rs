//! A patient: personal data, contact details and proxies.
//!
//! ```text
//! Unregistered ──Register──▶ Registered ──ChangeContact, ChangeProfile, RecordIllnesses,
//!                                         AddProxy, RemoveProxy──▶ Registered
//! ```
//!
//! The state holds no personal data, since no rule reads any.

mod command;
mod decide;
mod error;
mod event;
mod evidence;
mod profile;
mod state;

#[cfg(test)]
mod profile_tests;
#[cfg(test)]
mod tests;

pub use command::{
    AddProxy, ChangeContact, ChangeProfile, PatientCommand, RecordIllnesses, RegisterPatient,
    RemoveProxy,
};
pub use decide::{MAX_PROXIES, decide};
pub use error::PatientRefusal;
pub use event::{
    PatientContactChanged, PatientContactChangedPhi, PatientEvent, PatientIllnessesRecorded,
    PatientIllnessesRecordedPhi, PatientProfileChanged, PatientProxyAdded, PatientProxyRemoved,
    PatientRegistered, PatientRegisteredPhi,
};
pub use evidence::ProxyEvidence;
pub use profile::{Completeness, Profile, ProfileChange, ProfileField};
pub use state::{Patient, RegisteredPatient, evolve};
