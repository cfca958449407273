//! State of an encounter note.

use serde::{Deserialize, Serialize};

use super::event::{NoteEvent, NoteSigned};
use crate::values::{Actor, ClinicId, DoctorId, NoteId, PatientId};

/// An encounter note, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// No one has signed it.
    #[default]
    Unsigned,
    /// Its author has signed it.
    Signed(SignedNote),
}

/// A note after its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedNote {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who wrote it.
    pub doctor: DoctorId,
    /// The clinic of the visit.
    pub clinic: ClinicId,
    /// The actor who signed it.
    pub author: Actor,
    /// The version of the draft that was signed.
    pub draft_version: i64,
    /// Number of addenda.
    pub addenda: u32,
    /// The status.
    pub status: NoteStatus,
}

/// The status of a signed note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoteStatus {
    /// Signed, and nothing more.
    Signed,
    /// Signed, with addenda.
    Amended,
    /// Entered in error: hidden from the chart.
    EnteredInError,
}

impl Note {
    /// Returns the signed note; none before its signature.
    pub const fn signed(&self) -> Option<&SignedNote> {
        match self {
            Self::Unsigned => None,
            Self::Signed(note) => Some(note),
        }
    }
}

impl From<&NoteSigned> for SignedNote {
    fn from(signed: &NoteSigned) -> Self {
        Self {
            note: signed.note,
            patient: signed.patient,
            doctor: signed.doctor,
            clinic: signed.clinic,
            author: signed.by,
            draft_version: signed.draft_version,
            addenda: 0,
            status: NoteStatus::Signed,
        }
    }
}

/// Returns the note after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: Note, event: &NoteEvent) -> Note {
    match (state, event) {
        (Note::Unsigned, NoteEvent::Signed(signed)) => Note::Signed(signed.into()),
        (Note::Signed(note), NoteEvent::AddendumSigned(added)) => Note::Signed(SignedNote {
            addenda: added.addendum,
            status: match note.status {
                NoteStatus::Signed | NoteStatus::Amended => NoteStatus::Amended,
                NoteStatus::EnteredInError => NoteStatus::EnteredInError,
            },
            ..note
        }),
        (Note::Signed(note), NoteEvent::EnteredInError(_)) => Note::Signed(SignedNote {
            status: NoteStatus::EnteredInError,
            ..note
        }),
        (state @ Note::Signed(_), NoteEvent::Signed(_))
        | (state @ Note::Unsigned, NoteEvent::AddendumSigned(_) | NoteEvent::EnteredInError(_)) => {
            state
        }
    }
}
