//! Events of an encounter note.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::content::{AddendumContent, NoteContent};
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;
use crate::values::{Actor, AppointmentId, ClinicId, DoctorId, NoteId, PatientId, SubjectId};

/// An event of an encounter note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum NoteEvent {
    /// Its author signed the note.
    #[serde(rename = "note.signed")]
    Signed(NoteSigned),
    /// A doctor signed an addendum to it.
    #[serde(rename = "note.addendum_signed")]
    AddendumSigned(NoteAddendumSigned),
    /// Its author marked it as entered in error.
    #[serde(rename = "note.entered_in_error")]
    EnteredInError(NoteEnteredInError),
}

event_types!(NoteEvent {
    Signed => "note.signed",
    AddendumSigned => "note.addendum_signed",
    EnteredInError => "note.entered_in_error",
});

impl NoteEvent {
    /// Returns the time of the event.
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Signed(event) => event.at,
            Self::AddendumSigned(event) => event.at,
            Self::EnteredInError(event) => event.at,
        }
    }
}

/// Its author signed the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteSigned {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who wrote and signed it.
    pub doctor: DoctorId,
    /// The clinic of the visit.
    pub clinic: ClinicId,
    /// The appointment, if the visit had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentId>,
    /// The time of the visit.
    pub visited_at: DateTime<Utc>,
    /// The version of the draft that was signed. The draft is removed, unless it was changed since.
    pub draft_version: i64,
    /// The actor who signed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// The content, which is protected health information.
    pub phi: Phi<NoteContent>,
}

/// A doctor signed an addendum to the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteAddendumSigned {
    /// The note that it adds to.
    pub note: NoteId,
    /// Number of the addendum, from 1.
    pub addendum: u32,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who wrote and signed the addendum.
    pub doctor: DoctorId,
    /// The actor who signed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// The content, which is protected health information.
    pub phi: Phi<AddendumContent>,
}

/// Its author marked the note as entered in error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteEnteredInError {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who marked it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<EnteredInErrorPhi>,
}
