//! What can be asked of a clinic.

use chrono::{DateTime, NaiveDate, Utc};

use crate::payment::RefundPolicy;
use crate::values::{Actor, City, ClinicId, ClinicName, ClinicZone, Currency, HolidayName};

/// A request to a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClinicCommand {
    /// Open a new clinic.
    Open(OpenClinic),
    /// Give it another name, or another town's name.
    Rename(RenameClinic),
    /// Close it on a day.
    DeclareHoliday(DeclareHoliday),
    /// Let it be open on such a day after all.
    WithdrawHoliday(WithdrawHoliday),
    /// Say how much patients get back who call off.
    SetRefundPolicy(SetRefundPolicy),
}

/// Opens a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenClinic {
    /// The id that it will have.
    pub clinic: ClinicId,
    /// Its public name.
    pub name: ClinicName,
    /// The wall clock that its opening hours are read on.
    pub zone: ClinicZone,
    /// Where it stands.
    pub city: City,
    /// What it charges in.
    pub currency: Currency,
    /// Who opens it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Renames a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenameClinic {
    /// Its public name from now on.
    pub name: ClinicName,
    /// Where it stands, as it is called from now on.
    pub city: City,
    /// Who renames it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Closes a clinic on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclareHoliday {
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// What is celebrated.
    pub name: HolidayName,
    /// Who declares it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lets a clinic be open on a day after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawHoliday {
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// Who withdraws it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Says how much of a fee patients get back who call a visit off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetRefundPolicy {
    /// The table that counts from now on.
    pub policy: RefundPolicy,
    /// Who sets it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
