//! A draft of a note: what its author has written so far.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::content::NoteContent;
use crate::values::{AppointmentId, ClinicId};

/// A draft of a note. It may be incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteDraft {
    /// The clinic of the visit.
    pub clinic: ClinicId,
    /// The appointment, if the visit has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The time of the visit.
    pub visited_at: DateTime<Utc>,
    /// The content.
    pub content: NoteContent,
}

/// A field of a draft, as answers name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DraftField {
    /// The clinic.
    ClinicId,
    /// The appointment.
    AppointmentId,
    /// The time of the visit.
    VisitedAt,
    /// The complaint.
    Complaint,
    /// The symptoms.
    Symptoms,
    /// The findings.
    Findings,
    /// The diagnoses.
    Diagnoses,
    /// The treatment.
    Treatment,
    /// The free text.
    Text,
    /// The changes to its sensitive categories.
    Sensitivity,
}

/// The version of a draft in which each of its fields changed last, so that the writer of an earlier version learns what
/// changed since.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldVersions(BTreeMap<DraftField, i64>);

impl DraftField {
    /// All fields.
    pub const ALL: [Self; 10] = [
        Self::ClinicId,
        Self::AppointmentId,
        Self::VisitedAt,
        Self::Complaint,
        Self::Symptoms,
        Self::Findings,
        Self::Diagnoses,
        Self::Treatment,
        Self::Text,
        Self::Sensitivity,
    ];

    /// True if two drafts differ in this field.
    fn differs(self, one: &NoteDraft, other: &NoteDraft) -> bool {
        let (a, b) = (&one.content, &other.content);
        match self {
            Self::ClinicId => one.clinic != other.clinic,
            Self::AppointmentId => one.appointment != other.appointment,
            Self::VisitedAt => one.visited_at != other.visited_at,
            Self::Complaint => a.complaint != b.complaint,
            Self::Symptoms => a.symptoms != b.symptoms,
            Self::Findings => a.findings != b.findings,
            Self::Diagnoses => a.diagnoses != b.diagnoses,
            Self::Treatment => a.treatment != b.treatment,
            Self::Text => a.text != b.text,
            Self::Sensitivity => a.sensitivity != b.sensitivity,
        }
    }
}

impl NoteDraft {
    /// Returns the fields in which two drafts differ.
    pub fn differences<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = DraftField> + 'a {
        let fields = DraftField::ALL.into_iter();
        fields.filter(move |field| field.differs(self, other))
    }
}

impl FieldVersions {
    /// Adds that these fields changed in a version.
    #[must_use]
    pub fn changed(mut self, fields: impl Iterator<Item = DraftField>, version: i64) -> Self {
        self.0.extend(fields.map(|field| (field, version)));
        self
    }

    /// Returns the fields that changed after a version.
    pub fn since(&self, version: i64) -> Vec<DraftField> {
        let later = self.0.iter().filter(|(_, changed)| **changed > version);
        later.map(|(field, _)| *field).collect()
    }
}
