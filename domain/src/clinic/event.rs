//! What can happen to a clinic. Nothing here is about a person, so nothing is sealed.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::payment::RefundPolicy;
use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};

/// A fact about a clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ClinicEvent {
    /// The clinic was opened.
    #[serde(rename = "clinic.opened")]
    Opened(ClinicOpened),
    /// The clinic, or its town, is called something else.
    #[serde(rename = "clinic.renamed")]
    Renamed(ClinicRenamed),
    /// The clinic will be closed on a day.
    #[serde(rename = "clinic.holiday_declared")]
    HolidayDeclared(ClinicHolidayDeclared),
    /// The clinic will be open on that day after all.
    #[serde(rename = "clinic.holiday_withdrawn")]
    HolidayWithdrawn(ClinicHolidayWithdrawn),
    /// The clinic said how much patients get back who call off.
    #[serde(rename = "clinic.refund_policy_set")]
    RefundPolicySet(ClinicRefundPolicySet),
}

event_types!(ClinicEvent {
    Opened => "clinic.opened",
    Renamed => "clinic.renamed",
    HolidayDeclared => "clinic.holiday_declared",
    HolidayWithdrawn => "clinic.holiday_withdrawn",
    RefundPolicySet => "clinic.refund_policy_set",
});

/// The clinic was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicOpened {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// The wall clock that its opening hours are read on.
    pub zone: ClinicZone,
    /// Where it stands.
    pub city: City,
    /// What it charges in.
    pub currency: Currency,
    /// Who opened it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The clinic, or its town, is called something else from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRenamed {
    /// Which clinic.
    pub clinic: ClinicId,
    /// Its public name from now on.
    pub name: ClinicName,
    /// Where it stands, as it is called from now on.
    pub city: City,
    /// Who renamed it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The clinic is closed on a day, whatever the hours of its doctors say. Bookings made before stay
/// where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicHolidayDeclared {
    /// Which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// What is celebrated.
    pub name: HolidayName,
    /// Who declared it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The clinic is open on a day after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicHolidayWithdrawn {
    /// Which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// Who withdrew it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// How much of a fee patients get back who call a visit off, from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicRefundPolicySet {
    /// Which clinic.
    pub clinic: ClinicId,
    /// The table.
    pub policy: RefundPolicy,
    /// Who set it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
