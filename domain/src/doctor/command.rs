//! Commands of a doctor.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};

use crate::clinic::ClinicFacts;
use crate::values::{
    Actor, ClinicId, DayHours, DoctorId, Language, Money, PersonName, SlotLength, Specialisation,
    WeeklyHours,
};

/// A command to a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoctorCommand {
    /// Register a doctor.
    Register(RegisterDoctor),
    /// Add a clinic at which the doctor works.
    Affiliate(AffiliateDoctor),
    /// Change the fee or the length of a visit at a clinic.
    SetTerms(SetTerms),
    /// Set the weekly hours at a clinic.
    SetWeeklyHours(SetWeeklyHours),
    /// Set the hours of one date at a clinic, which replace the weekly ones.
    SetDateHours(SetDateHours),
    /// Return to the weekly hours on a date at a clinic.
    ClearDateHours(ClearDateHours),
    /// Record that the doctor's qualification was verified.
    Verify(VerifyDoctor),
    /// Stop bookings for the doctor.
    Suspend(SuspendDoctor),
    /// Allow bookings again.
    Reinstate(ReinstateDoctor),
}

/// Registers a doctor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterDoctor {
    /// Id of the new doctor.
    pub doctor: DoctorId,
    /// Name of the doctor.
    pub name: PersonName,
    /// Specialisations; one to five.
    pub specialisations: BTreeSet<Specialisation>,
    /// Languages spoken; one to ten.
    pub languages: BTreeSet<Language>,
    /// The actor who registers.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Adds a clinic at which a doctor works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffiliateDoctor {
    /// The clinic's facts, as read from its stream.
    pub clinic: ClinicFacts,
    /// Fee of a visit, in the clinic's currency.
    pub fee: Money,
    /// Length of a visit.
    pub slot_length: SlotLength,
    /// The actor who affiliates the doctor.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Changes the terms at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTerms {
    /// The clinic.
    pub clinic: ClinicId,
    /// New fee, in the clinic's currency.
    pub fee: Money,
    /// New length of a visit.
    pub slot_length: SlotLength,
    /// The actor who sets them.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Sets the weekly hours at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetWeeklyHours {
    /// The clinic.
    pub clinic: ClinicId,
    /// The whole week, which replaces the one before.
    pub hours: WeeklyHours,
    /// The actor who sets it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Sets the hours of one date at a clinic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDateHours {
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// Openings of that date; an empty list is a day off.
    pub hours: DayHours,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Returns to the weekly hours on a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClearDateHours {
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// The actor who records it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Records that the qualification was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyDoctor {
    /// The actor who verified it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Stops bookings for the doctor. Earlier bookings stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspendDoctor {
    /// The actor who suspends the doctor.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Allows bookings for the doctor again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReinstateDoctor {
    /// The actor who reinstates the doctor.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
