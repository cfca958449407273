//! A clinic: the place, its wall clock and the currency it charges in.
//!
//! ```text
//! Unopened ──Open──▶ Open ──Rename──▶ Open
//! ```
//!
//! Zone and currency never change: opening hours and fees were agreed in them.

mod aggregate;
mod command;
mod decide;
mod error;
mod event;
mod state;

#[cfg(test)]
mod tests;

pub use command::{ClinicCommand, OpenClinic, RenameClinic};
pub use decide::decide;
pub use error::ClinicRefusal;
pub use event::{ClinicEvent, ClinicOpened, ClinicRenamed};
pub use state::{Clinic, ClinicFacts, OpenedClinic, evolve};
