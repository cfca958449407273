//! Events of a clinic. None holds personal data, so none is sealed.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::booking_settings::BookingSettings;
use crate::event_types::event_types;
use crate::payment::RefundPolicy;
use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};

/// An event of a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClinicEvent {
    /// The clinic was opened.
    #[serde(rename = "clinic.opened")]
    Opened(ClinicOpened),
    /// The clinic has a new name or a new town.
    #[serde(rename = "clinic.renamed")]
    Renamed(ClinicRenamed),
    /// The clinic will be closed on a day.
    #[serde(rename = "clinic.holiday_declared")]
    HolidayDeclared(ClinicHolidayDeclared),
    /// The clinic will be open on that day again.
    #[serde(rename = "clinic.holiday_withdrawn")]
    HolidayWithdrawn(ClinicHolidayWithdrawn),
    /// The clinic has set its refund policy.
    #[serde(rename = "clinic.refund_policy_set")]
    RefundPolicySet(ClinicRefundPolicySet),
    /// The clinic has set its settings for bookings.
    #[serde(rename = "clinic.booking_settings_set")]
    BookingSettingsSet(ClinicBookingSettingsSet),
    /// The clinic has said whether its staff needs a second factor.
    #[serde(rename = "clinic.staff_second_factor_set")]
    StaffSecondFactorSet(ClinicStaffSecondFactorSet),
}

event_types!(ClinicEvent {
    Opened => "clinic.opened",
    Renamed => "clinic.renamed",
    HolidayDeclared => "clinic.holiday_declared",
    HolidayWithdrawn => "clinic.holiday_withdrawn",
    RefundPolicySet => "clinic.refund_policy_set",
    BookingSettingsSet => "clinic.booking_settings_set",
    StaffSecondFactorSet => "clinic.staff_second_factor_set",
});

/// The clinic was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicOpened {
    /// The clinic.
    pub clinic: ClinicId,
    /// Public name.
    pub name: ClinicName,
    /// Time zone of its opening hours.
    pub zone: ClinicZone,
    /// Town.
    pub city: City,
    /// Currency in which it charges.
    pub currency: Currency,
    /// The actor who opened it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic has a new name or a new town.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRenamed {
    /// The clinic.
    pub clinic: ClinicId,
    /// New public name.
    pub name: ClinicName,
    /// New town.
    pub city: City,
    /// The actor who renamed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic is closed on a day; its doctors' hours do not apply. Earlier bookings stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicHolidayDeclared {
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// Name of the holiday.
    pub name: HolidayName,
    /// The actor who declared it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic is open on the day again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicHolidayWithdrawn {
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// The actor who withdrew it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic has set its refund policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRefundPolicySet {
    /// The clinic.
    pub clinic: ClinicId,
    /// The policy.
    pub policy: RefundPolicy,
    /// The actor who set it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic has set its settings for bookings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicBookingSettingsSet {
    /// The clinic.
    pub clinic: ClinicId,
    /// The settings.
    pub settings: BookingSettings,
    /// The actor who set them.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The clinic has said whether its staff needs a second factor to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicStaffSecondFactorSet {
    /// The clinic.
    pub clinic: ClinicId,
    /// True if it is required, false if not; `None` for the group's setting.
    pub required: Option<bool>,
    /// The actor who set it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
