//! A clinic: the place, its wall clock and the currency it charges in.
//!
//! ```text
//! Unopened ──Open──▶ Open ──Rename, DeclareHoliday, WithdrawHoliday, SetRefundPolicy──▶ Open
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
mod holiday_tests;
#[cfg(test)]
mod refund_policy_tests;
#[cfg(test)]
mod tests;

pub use command::{
    ClinicCommand, DeclareHoliday, OpenClinic, RenameClinic, SetRefundPolicy, WithdrawHoliday,
};
pub use decide::{MAX_HOLIDAYS, decide};
pub use error::ClinicRefusal;
pub use event::{
    ClinicEvent, ClinicHolidayDeclared, ClinicHolidayWithdrawn, ClinicOpened,
    ClinicRefundPolicySet, ClinicRenamed,
};
pub use state::{Clinic, ClinicFacts, OpenedClinic, evolve};
