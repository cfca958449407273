//! A leave: a stretch of time in which a doctor sees nobody, at no clinic.
//!
//! ```text
//! Unplanned ──Plan──▶ Planned ──Withdraw──▶ Withdrawn
//! ```
//!
//! That a doctor on leave has no visits can't be seen from inside a leave: its time is a claim on the
//! doctor like that of a visit, and the store's claims never overlap.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
mod state;

#[cfg(test)]
mod tests;

pub use command::{LeaveCommand, PlanLeave, WithdrawLeave};
pub use decide::{MAX_DAYS, decide};
pub use error::LeaveRefusal;
pub use event::{LeaveEvent, LeavePlanned, LeavePlannedPhi, LeaveWithdrawn};
pub use state::{Leave, PlannedLeave, evolve};
