//! Commands of a clinic.

use chrono::{DateTime, NaiveDate, Utc};

use super::booking_settings::BookingSettings;
use crate::payment::RefundPolicy;
use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};

/// A command to a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClinicCommand {
    /// Open a new clinic.
    Open(OpenClinic),
    /// Change its name or its town.
    Rename(RenameClinic),
    /// Close it on a day.
    DeclareHoliday(DeclareHoliday),
    /// Cancel a holiday.
    WithdrawHoliday(WithdrawHoliday),
    /// Set the refund policy.
    SetRefundPolicy(SetRefundPolicy),
    /// Set the settings for bookings.
    SetBookingSettings(SetBookingSettings),
    /// Say whether its staff needs a second factor.
    SetStaffSecondFactor(SetStaffSecondFactor),
}

/// Opens a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenClinic {
    /// Id of the new clinic.
    pub clinic: ClinicId,
    /// Public name.
    pub name: ClinicName,
    /// Time zone of its opening hours.
    pub zone: ClinicZone,
    /// Town.
    pub city: City,
    /// Currency in which it charges.
    pub currency: Currency,
    /// The actor who opens it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Changes the name or the town of a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameClinic {
    /// New public name.
    pub name: ClinicName,
    /// New town.
    pub city: City,
    /// The actor who renames it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Closes a clinic on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareHoliday {
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// Name of the holiday.
    pub name: HolidayName,
    /// The actor who declares it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Cancels a holiday of a clinic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawHoliday {
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// The actor who withdraws it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Sets the share of the fee that patients who cancel are refunded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRefundPolicy {
    /// The new policy.
    pub policy: RefundPolicy,
    /// The actor who sets it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Sets the clinic's own settings for bookings. Earlier bookings keep their holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBookingSettings {
    /// The new settings, as a whole.
    pub settings: BookingSettings,
    /// The actor who sets them.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Says whether the clinic's staff needs a second factor to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetStaffSecondFactor {
    /// True if it is required, false if not; `None` for the group's setting.
    pub required: Option<bool>,
    /// The actor who sets it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
