//! Commands of an encounter note.

use chrono::{DateTime, Utc};

use super::content::AddendumContent;
use super::draft::NoteDraft;
use crate::values::{Actor, DoctorId, NoteId, PatientId, Reason};

/// A command to an encounter note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteCommand {
    /// Sign a draft.
    Sign(SignNote),
    /// Sign an addendum.
    SignAddendum(SignAddendum),
    /// Mark the note as entered in error.
    MarkEnteredInError(MarkNoteEnteredInError),
}

/// Signs a draft: the note exists from then on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignNote {
    /// The note.
    pub note: NoteId,
    /// The patient.
    pub patient: PatientId,
    /// The doctor who signs.
    pub doctor: DoctorId,
    /// The draft.
    pub draft: NoteDraft,
    /// The version of the draft.
    pub draft_version: i64,
    /// The actor who signs.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Signs an addendum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignAddendum {
    /// The doctor who signs.
    pub doctor: DoctorId,
    /// The addendum.
    pub addendum: AddendumContent,
    /// The actor who signs.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Marks the note as entered in error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkNoteEnteredInError {
    /// The reason.
    pub reason: Reason,
    /// The actor who marks it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
