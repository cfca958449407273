//! What can happen to a doctor. Only the name is personal; what patients choose a doctor by is
//! public.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    Actor, ClinicId, ClinicZone, DayHours, DoctorId, Language, Money, PersonName, SlotLength,
    Specialisation, SubjectId, WeeklyHours,
};

/// A fact about a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum DoctorEvent {
    /// The doctor was taken on.
    #[serde(rename = "doctor.registered")]
    Registered(DoctorRegistered),
    /// The doctor works at one more clinic.
    #[serde(rename = "doctor.affiliated")]
    Affiliated(DoctorAffiliated),
    /// Fee or length of visit at a clinic were set anew.
    #[serde(rename = "doctor.terms_set")]
    TermsSet(DoctorTermsSet),
    /// The regular week at a clinic was set.
    #[serde(rename = "doctor.weekly_hours_set")]
    WeeklyHoursSet(DoctorWeeklyHoursSet),
    /// What holds on one date at a clinic instead of the week was said.
    #[serde(rename = "doctor.date_hours_set")]
    DateHoursSet(DoctorDateHoursSet),
    /// The week holds on a date at a clinic again.
    #[serde(rename = "doctor.date_hours_cleared")]
    DateHoursCleared(DoctorDateHoursCleared),
    /// The doctor's papers were checked.
    #[serde(rename = "doctor.verified")]
    Verified(DoctorVerified),
    /// No more bookings are taken for the doctor.
    #[serde(rename = "doctor.suspended")]
    Suspended(DoctorSuspended),
    /// Bookings are taken again.
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

/// The doctor was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRegistered {
    /// Which doctor.
    pub doctor: DoctorId,
    /// What the doctor is consulted about.
    pub specialisations: BTreeSet<Specialisation>,
    /// What the doctor speaks.
    pub languages: BTreeSet<Language>,
    /// Who registered the doctor.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// What names the doctor.
    pub phi: Phi<DoctorRegisteredPhi>,
}

/// What names a doctor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorRegisteredPhi {
    /// What the doctor is called.
    pub name: PersonName,
}

/// The doctor works at one more clinic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorAffiliated {
    /// Which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// The clinic's wall clock.
    pub zone: ClinicZone,
    /// What a visit costs there.
    pub fee: Money,
    /// How long a visit takes there, in minutes.
    pub slot_length: SlotLength,
    /// Who affiliated the doctor.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Fee or length of visit at a clinic were set anew. Bookings made before keep theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorTermsSet {
    /// Which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// What a visit costs from now on.
    pub fee: Money,
    /// How long a visit takes from now on, in minutes.
    pub slot_length: SlotLength,
    /// Who set them.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The regular week at a clinic was set. Bookings made before stay where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorWeeklyHoursSet {
    /// Which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// The whole week, in the clinic's local time.
    pub hours: WeeklyHours,
    /// Who set it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// What holds on one date at a clinic instead of the week was said. Bookings made before stay where
/// they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorDateHoursSet {
    /// Which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// The openings of that date, in the clinic's local time; none is a day off.
    pub hours: DayHours,
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The week holds on a date at a clinic again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorDateHoursCleared {
    /// Which doctor.
    pub doctor: DoctorId,
    /// At which clinic.
    pub clinic: ClinicId,
    /// On which date, on the clinic's calendar.
    pub date: NaiveDate,
    /// Who said so.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// The doctor's papers were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorVerified {
    /// Which doctor.
    pub doctor: DoctorId,
    /// Who checked.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// No more bookings are taken for the doctor. Bookings made before stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorSuspended {
    /// Which doctor.
    pub doctor: DoctorId,
    /// Who suspended the doctor.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Bookings are taken for the doctor again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoctorReinstated {
    /// Which doctor.
    pub doctor: DoctorId,
    /// Who reinstated the doctor.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
