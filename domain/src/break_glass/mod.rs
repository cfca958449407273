//! Emergency access to a patient's record (*break-glass*): for a reason, for a limited time, and reviewed afterwards.
//!
//! ```text
//! Unopened ──Open──▶ Opened ──Review──▶ Reviewed
//! ```
//!
//! The access ends at its time, whether or not it was reviewed. It takes nothing that others could want, so its events
//! claim nothing.

mod command;
mod decide;
mod error;
mod event;
mod state;
mod verdict;

#[cfg(test)]
mod tests;

pub use command::{BreakGlassCommand, OpenBreakGlass, ReviewBreakGlass};
pub use decide::{MAX_MINUTES, decide};
pub use error::BreakGlassRefusal;
pub use event::{
    BreakGlassEvent, BreakGlassOpened, BreakGlassOpenedPhi, BreakGlassReviewed,
    BreakGlassReviewedPhi,
};
pub use state::{BreakGlass, OpenedBreakGlass, evolve};
pub use verdict::Verdict;
