//! Events of a doctor. Only the name is personal data; the rest is public information for patients.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    Actor, ClinicId, ClinicZone, DayHours, DoctorId, Language, Money, PersonName, SlotLength,
    Specialisation, SubjectId, WeeklyHours,
};

/// An event of a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum DoctorEvent {
    /// The doctor was registered.
    #[serde(rename = "doctor.registered")]
    Registered(DoctorRegistered),
    /// The doctor works at one more clinic.
    #[serde(rename = "doctor.affiliated")]
    Affiliated(DoctorAffiliated),
    /// Fee or length of a visit at a clinic were changed.
    #[serde(rename = "doctor.terms_set")]
    TermsSet(DoctorTermsSet),
    /// The weekly hours at a clinic were set.
    #[serde(rename = "doctor.weekly_hours_set")]
    WeeklyHoursSet(DoctorWeeklyHoursSet),
    /// The hours of one date at a clinic were set.
    #[serde(rename = "doctor.date_hours_set")]
    DateHoursSet(DoctorDateHoursSet),
    /// The weekly hours apply on a date at a clinic again.
    #[serde(rename = "doctor.date_hours_cleared")]
    DateHoursCleared(DoctorDateHoursCleared),
    /// The doctor's qualification was verified.
    #[serde(rename = "doctor.verified")]
    Verified(DoctorVerified),
    /// The doctor was suspended.
    #[serde(rename = "doctor.suspended")]
    Suspended(DoctorSuspended),
    /// The doctor was reinstated.
    #[serde(rename = "doctor.reinstated")]
    Reinstated(DoctorReinstated),
}

event_types!(DoctorEvent {
    Registered => "doctor.registered",
    Affiliated => "doctor.affiliated",
    TermsSet => "doctor.terms_set",
    WeeklyHoursSet => "doctor.weekly_hours_set",
    DateHoursSet => "doctor.date_hours_set",
    DateHoursCleared => "doctor.date_hours_cleared",
    Verified => "doctor.verified",
    Suspended => "doctor.suspended",
    Reinstated => "doctor.reinstated",
});

/// The doctor was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRegistered {
    /// The doctor.
    pub doctor: DoctorId,
    /// Specialisations.
    pub specialisations: BTreeSet<Specialisation>,
    /// Languages spoken.
    pub languages: BTreeSet<Language>,
    /// The actor who registered the doctor.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The doctor, as the owner of the personal data.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<DoctorRegisteredPhi>,
}

/// Personal data of [`DoctorRegistered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRegisteredPhi {
    /// Name of the doctor.
    pub name: PersonName,
}

/// The doctor works at one more clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorAffiliated {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The clinic's time zone.
    pub zone: ClinicZone,
    /// Fee of a visit.
    pub fee: Money,
    /// Length of a visit, in minutes.
    pub slot_length: SlotLength,
    /// The actor who affiliated the doctor.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// Fee or length of a visit at a clinic were changed. Earlier bookings keep theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorTermsSet {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// New fee.
    pub fee: Money,
    /// New length of a visit, in minutes.
    pub slot_length: SlotLength,
    /// The actor who set them.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The weekly hours at a clinic were set. Earlier bookings stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorWeeklyHoursSet {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The whole week, in the clinic's local time.
    pub hours: WeeklyHours,
    /// The actor who set it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The hours of one date at a clinic were set; they replace the weekly ones. Earlier bookings stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorDateHoursSet {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// Openings of that date, in the clinic's local time; an empty list is a day off.
    pub hours: DayHours,
    /// The actor who set it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The weekly hours apply on a date at a clinic again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorDateHoursCleared {
    /// The doctor.
    pub doctor: DoctorId,
    /// The clinic.
    pub clinic: ClinicId,
    /// The date in the clinic's time zone.
    pub date: NaiveDate,
    /// The actor who set it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The doctor's qualification was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorVerified {
    /// The doctor.
    pub doctor: DoctorId,
    /// The actor who verified it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// No more bookings are accepted for the doctor. Earlier bookings stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorSuspended {
    /// The doctor.
    pub doctor: DoctorId,
    /// The actor who suspended the doctor.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// Bookings for the doctor are accepted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReinstated {
    /// The doctor.
    pub doctor: DoctorId,
    /// The actor who reinstated the doctor.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
