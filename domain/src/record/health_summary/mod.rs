//! Health summary of a patient: problems, immunisations, family and social history. One stream for each patient.
//!
//! Each item has a life of its own:
//!
//! ```text
//! none ──Add──▶ Active ──Correct──▶ Active ──End──▶ Ended ──Correct──▶ Ended
//!               Active, Ended ──EnterInError──▶ EnteredInError
//! ```
//!
//! Problems and social history end; an immunisation and what a relative had do not. An ended item stays in the summary:
//! it is the patient's past.

mod command;
mod content;
mod decide;
mod error;
mod event;
mod state;

#[cfg(test)]
mod tests;

pub use command::{AddItem, CorrectItem, EndItem, EnterItemInError, HealthSummaryCommand};
pub use content::{
    DoseNumber, FamilyHistory, FamilyMember, Immunisation, InvalidDoseNumber, InvalidOnsetAge,
    OnsetAge, Problem, SocialHistory, SocialTopic, SummaryContent, SummaryKind,
};
pub use decide::{MAX_ITEMS, decide};
pub use error::HealthSummaryRefusal;
pub use event::{
    HealthSummaryEvent, ItemAdded, ItemAddedPhi, ItemCorrected, ItemCorrectedPhi, ItemEnded,
    ItemEndedPhi, ItemEnteredInError,
};
pub use state::{HealthSummary, ItemStatus, SummaryItem, evolve};
