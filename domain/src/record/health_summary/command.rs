//! Commands of a health summary.

use chrono::{DateTime, Utc};

use super::content::SummaryContent;
use crate::record::{PartialDate, Sensitivity};
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, SummaryItemId};

/// A command to a health summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthSummaryCommand {
    /// Add an item.
    Add(AddItem),
    /// Replace what an item says.
    Correct(CorrectItem),
    /// Say that an item is over.
    End(EndItem),
    /// Say that an item should never have been there.
    EnterInError(EnterItemInError),
}

/// Adds an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddItem {
    /// The patient.
    pub patient: PatientId,
    /// Id of the new item.
    pub item: SummaryItemId,
    /// What it says.
    pub content: SummaryContent,
    /// Changes to its derived sensitive categories.
    pub sensitivity: Option<Sensitivity>,
    /// The visit at which it was learnt, if it was at one.
    pub appointment: Option<AppointmentId>,
    /// The clinic of that visit.
    pub clinic: Option<ClinicId>,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who adds it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Replaces what an item says, as a whole. Its kind stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectItem {
    /// The item.
    pub item: SummaryItemId,
    /// What it says.
    pub content: SummaryContent,
    /// Changes to its derived sensitive categories; none if those of before stay.
    pub sensitivity: Option<Sensitivity>,
    /// Reason of the correction.
    pub reason: Reason,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who corrects it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Says that an item is over: a problem is resolved, a habit was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndItem {
    /// The item.
    pub item: SummaryItemId,
    /// Date of its end, as far as it is known.
    pub ended_on: Option<PartialDate>,
    /// Reason, if one is given.
    pub reason: Option<Reason>,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who says so.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Says that an item should never have been there, as when it was another patient's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnterItemInError {
    /// The item.
    pub item: SummaryItemId,
    /// The reason.
    pub reason: Reason,
    /// The actor's doctor, if a doctor acts.
    pub doctor: Option<DoctorId>,
    /// The actor who says so.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
