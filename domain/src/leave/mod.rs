//! A leave: a time in which a doctor sees no patients at any clinic.
//!
//! ```text
//! Unplanned ──Plan──▶ Planned ──Withdraw──▶ Withdrawn
//! ```
//!
//! A leave can't see the doctor's visits. It claims the doctor's time as a visit does, and the
//! store keeps claims from overlapping.

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
