//! Events of a health summary.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::content::{SummaryContent, SummaryKind};
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::record::{EnteredInErrorPhi, PartialDate, Sensitivity};
use crate::values::{
    Actor, AppointmentId, ClinicId, DoctorId, PatientId, Reason, SubjectId, SummaryItemId,
};

/// An event of a health summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum HealthSummaryEvent {
    /// An item was added.
    #[serde(rename = "health_summary.item_added")]
    Added(ItemAdded),
    /// What an item says was corrected.
    #[serde(rename = "health_summary.item_corrected")]
    Corrected(ItemCorrected),
    /// An item is over.
    #[serde(rename = "health_summary.item_ended")]
    Ended(ItemEnded),
    /// An item should never have been there.
    #[serde(rename = "health_summary.item_entered_in_error")]
    EnteredInError(ItemEnteredInError),
}

event_types!(HealthSummaryEvent {
    Added => "health_summary.item_added",
    Corrected => "health_summary.item_corrected",
    Ended => "health_summary.item_ended",
    EnteredInError => "health_summary.item_entered_in_error",
});

impl HealthSummaryEvent {
    /// Returns the time of the event.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Added(event) => event.at,
            Self::Corrected(event) => event.at,
            Self::Ended(event) => event.at,
            Self::EnteredInError(event) => event.at,
        }
    }

    /// Returns the item.
    pub const fn item(&self) -> SummaryItemId {
        match self {
            Self::Added(added) => added.item,
            Self::Corrected(corrected) => corrected.item,
            Self::Ended(ended) => ended.item,
            Self::EnteredInError(in_error) => in_error.item,
        }
    }
}

/// An item was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemAdded {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// Its kind.
    pub kind: SummaryKind,
    /// The visit at which it was learnt, if it was at one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The clinic of that visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clinic: Option<ClinicId>,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who added it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<ItemAddedPhi>,
}

/// Protected health information of [`ItemAdded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemAddedPhi {
    /// What it says.
    pub content: SummaryContent,
    /// Changes to its derived sensitive categories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// What an item says was corrected, as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemCorrected {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// The revision that it corrects; the first one is 1.
    pub corrects: u32,
    /// The revision that it makes.
    pub revision: u32,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who corrected it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<ItemCorrectedPhi>,
}

/// Protected health information of [`ItemCorrected`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemCorrectedPhi {
    /// What it says.
    pub content: SummaryContent,
    /// Reason of the correction.
    pub reason: Reason,
    /// Changes to its derived sensitive categories; none if those of before stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// An item is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemEnded {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// The revision that it makes.
    pub revision: u32,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who said so.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<ItemEndedPhi>,
}

/// Protected health information of [`ItemEnded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemEndedPhi {
    /// Date of its end, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<PartialDate>,
    /// Reason, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// An item should never have been there. It is hidden, and stays in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemEnteredInError {
    /// The patient.
    pub patient: PatientId,
    /// The item.
    pub item: SummaryItemId,
    /// The last revision, which this event hides.
    pub corrects: u32,
    /// The revision that it makes.
    pub revision: u32,
    /// The actor's doctor, if a doctor acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doctor: Option<DoctorId>,
    /// The actor who said so.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<EnteredInErrorPhi>,
}
