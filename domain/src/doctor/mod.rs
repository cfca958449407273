//! A doctor: one person with one week, at one clinic or at several.
//!
//! ```text
//! Unregistered ──Register──▶ Registered ──Verify──▶ Registered, verified
//!                                │
//!                                └─ per clinic: Affiliate ─▶ SetTerms, SetWeeklyHours,
//!                                                       SetDateHours, ClearDateHours
//! ```
//!
//! While suspended, a doctor takes no bookings; what is booked stays. Whoever may not sign in any more is.
//!
//! A doctor may be affiliated before the papers are checked; a booking needs both.

mod aggregate;
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
