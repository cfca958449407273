//! What can be asked of a doctor.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::clinic::ClinicFacts;
use crate::values::{
    Actor, ClinicId, DayHours, DoctorId, Language, Money, PersonName, SlotLength, Specialisation,
    WeeklyHours,
};

/// A request to a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoctorCommand {
    /// Take a doctor on.
    Register(RegisterDoctor),
    /// Let the doctor work at one more clinic.
    Affiliate(AffiliateDoctor),
    /// Agree on another fee or another length of visit at a clinic.
    SetTerms(SetTerms),
    /// Say when the doctor sees patients at a clinic, week by week.
    SetWeeklyHours(SetWeeklyHours),
    /// Say what holds on one date at a clinic instead of the week.
    SetDateHours(SetDateHours),
    /// Let the week hold on a date at a clinic again.
    ClearDateHours(ClearDateHours),
    /// State that the doctor's papers were checked.
    Verify(VerifyDoctor),
    /// Take no more bookings for the doctor.
    Suspend(SuspendDoctor),
    /// Take bookings again.
    Reinstate(ReinstateDoctor),
}

/// Takes a doctor on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterDoctor {
    /// The id that the doctor will have.
    pub doctor: DoctorId,
    /// What the doctor is called.
    pub name: PersonName,
    /// What the doctor is consulted about; one to five.
    pub specialisations: BTreeSet<Specialisation>,
    /// What the doctor speaks; one to ten.
    pub languages: BTreeSet<Language>,
    /// Who registers.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lets a doctor work at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffiliateDoctor {
    /// The clinic, as looked up.
    pub clinic: ClinicFacts,
    /// What a visit costs there, in the clinic's currency.
    pub fee: Money,
    /// How long a visit takes there.
    pub slot_length: SlotLength,
    /// Who affiliates.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Changes the terms at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTerms {
    /// At which clinic.
    pub clinic: ClinicId,
    /// What a visit costs from now on, in the clinic's currency.
    pub fee: Money,
    /// How long a visit takes from now on.
    pub slot_length: SlotLength,
    /// Who sets them.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Sets the regular week at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetWeeklyHours {
    /// At which clinic.
    pub clinic: ClinicId,
    /// The whole week; it replaces the one before.
    pub hours: WeeklyHours,
    /// Who sets it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Says what holds on one date at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDateHours {
    /// At which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// The openings of that date; none is a day off.
    pub hours: DayHours,
    /// Who says so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Lets the week hold on a date again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClearDateHours {
    /// At which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// Who says so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// States that the papers were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyDoctor {
    /// Who checked.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Takes no more bookings for the doctor. What is booked stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspendDoctor {
    /// Who suspends.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Takes bookings for the doctor again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReinstateDoctor {
    /// Who reinstates.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
