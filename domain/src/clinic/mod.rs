//! A clinic, with its time zone and its currency.
//!
//! ```text
//! Unopened ──Open──▶ Open ──Rename, DeclareHoliday, WithdrawHoliday, SetRefundPolicy,
//!                           SetBookingSettings, SetStaffSecondFactor──▶ Open
//! ```
//!
//! Zone and currency never change: opening hours and fees depend on them.

mod booking_settings;
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
mod second_factor_tests;
#[cfg(test)]
mod tests;

pub use booking_settings::{
    BookingSettings, HOLD_MINUTES, HORIZON_DAYS, InvalidBookingSettings, MAX_DAILY_EMERGENCIES,
    MAX_HOLDS, MAX_OPEN_EMERGENCIES,
};
pub use command::{
    ClinicCommand, DeclareHoliday, OpenClinic, RenameClinic, SetBookingSettings, SetRefundPolicy,
    SetStaffSecondFactor, WithdrawHoliday,
};
pub use decide::{MAX_HOLIDAYS, decide};
pub use error::ClinicRefusal;
pub use event::{
    ClinicBookingSettingsSet, ClinicEvent, ClinicHolidayDeclared, ClinicHolidayWithdrawn,
    ClinicOpened, ClinicRefundPolicySet, ClinicRenamed, ClinicStaffSecondFactorSet,
};
pub use state::{Clinic, ClinicFacts, OpenedClinic, evolve};
