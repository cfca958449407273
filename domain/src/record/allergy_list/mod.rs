//! The allergies and intolerances of a patient, one stream for all of them: prescriptions are checked against each.
//!
//! ```text
//! unknown ──Record──▶ active ──End──▶ ended ──┐
//!                     │  ▲ │                  ├─MarkEnteredInError─▶ entered in error
//!                     └──┘ └──────────────────┘
//!                   Correct
//! ```
//!
//! The id of the stream is the patient's.

mod command;
mod content;
mod decide;
mod error;
mod event;
mod state;
mod view;

#[cfg(test)]
mod tests;

pub use command::{
    AllergyListCommand, CorrectAllergy, EndAllergy, MarkAllergyEnteredInError, RecordAllergy,
};
pub use content::{AllergyContent, Severity};
pub use decide::{MAX_ALLERGIES, decide};
pub use error::AllergyListRefusal;
pub use event::{
    AllergyCorrected, AllergyEnded, AllergyEndedPhi, AllergyEnteredInError, AllergyListEvent,
    AllergyRecorded,
};
pub use state::{AllergyEntry, AllergyList, AllergyStatus, evolve};
pub use view::{AllergyEnding, AllergyListView, AllergyView};
