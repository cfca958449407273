//! A doctor, with hours at one clinic or several.
//!
//! ```text
//! Unregistered ──Register──▶ Registered ──Verify──▶ Registered, verified
//!                                │
//!                                └─ per clinic: Affiliate ─▶ SetTerms, SetWeeklyHours,
//!                                                       SetDateHours, ClearDateHours
//! ```
//!
//! A suspended doctor gets no new bookings; earlier ones stay. Disabling a doctor's account
//! suspends the doctor.
//!
//! A doctor may be affiliated before the verification; a booking needs both.

mod command;
mod decide;
mod error;
mod event;
mod hours;
mod state;

#[cfg(test)]
mod hours_tests;
#[cfg(test)]
mod tests;

pub use command::{
    AffiliateDoctor, ClearDateHours, DoctorCommand, RegisterDoctor, ReinstateDoctor, SetDateHours,
    SetTerms, SetWeeklyHours, SuspendDoctor, VerifyDoctor,
};
pub use decide::{MAX_LANGUAGES, MAX_SPECIALISATIONS, decide};
pub use error::DoctorRefusal;
pub use event::{
    DoctorAffiliated, DoctorDateHoursCleared, DoctorDateHoursSet, DoctorEvent, DoctorRegistered,
    DoctorRegisteredPhi, DoctorReinstated, DoctorSuspended, DoctorTermsSet, DoctorVerified,
    DoctorWeeklyHoursSet,
};
pub use state::{Affiliation, Doctor, DoctorFacts, RegisteredDoctor, evolve};
