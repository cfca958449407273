//! Decisions of an encounter note: one function per command.

use super::command::{MarkNoteEnteredInError, NoteCommand, SignAddendum, SignNote};
use super::error::NoteRefusal;
use super::event::{NoteAddendumSigned, NoteEnteredInError, NoteEvent, NoteSigned};
use super::state::{Note, NoteStatus, SignedNote};
use crate::decision::Decision;
use crate::phi::Phi;
use crate::record::EnteredInErrorPhi;

/// The most addenda of one note.
pub const MAX_ADDENDA: u32 = 100;

/// Returns the events that follow from a command.
///
/// # Errors
/// The [`NoteRefusal`] that forbids it.
pub fn decide(note: &Note, command: NoteCommand) -> Decision<Note> {
    match command {
        NoteCommand::Sign(command) => sign(note, command),
        NoteCommand::SignAddendum(command) => sign_addendum(signed(note)?, command),
        NoteCommand::MarkEnteredInError(command) => {
            Ok(mark_entered_in_error(signed(note)?, command))
        }
    }
}

/// The same version of a draft, signed again by its author, is no new fact.
fn sign(note: &Note, command: SignNote) -> Decision<Note> {
    let SignNote {
        note: id,
        patient,
        doctor,
        draft,
        draft_version,
        by,
        at,
    } = command;
    match note {
        Note::Unsigned => {}
        Note::Signed(before) if (before.draft_version, before.author) == (draft_version, by) => {
            return Ok(Vec::new());
        }
        Note::Signed(_) => return Err(NoteRefusal::AlreadySigned),
    }
    if draft.content.is_empty() {
        return Err(NoteRefusal::Empty);
    }
    if draft.visited_at > at {
        return Err(NoteRefusal::VisitInFuture);
    }
    Ok(vec![NoteEvent::Signed(NoteSigned {
        note: id,
        patient,
        doctor,
        clinic: draft.clinic,
        appointment: draft.appointment,
        visited_at: draft.visited_at,
        draft_version,
        by,
        at,
        subject: patient.subject(),
        phi: Phi::Clear(draft.content),
    })])
}

fn sign_addendum(note: &SignedNote, command: SignAddendum) -> Decision<Note> {
    let SignAddendum {
        doctor,
        addendum,
        by,
        at,
    } = command;
    if note.status == NoteStatus::EnteredInError {
        return Err(NoteRefusal::EnteredInError);
    }
    if note.addenda >= MAX_ADDENDA {
        return Err(NoteRefusal::TooManyAddenda { max: MAX_ADDENDA });
    }
    Ok(vec![NoteEvent::AddendumSigned(NoteAddendumSigned {
        note: note.note,
        addendum: note.addenda + 1,
        patient: note.patient,
        doctor,
        by,
        at,
        subject: note.patient.subject(),
        phi: Phi::Clear(addendum),
    })])
}

fn mark_entered_in_error(note: &SignedNote, command: MarkNoteEnteredInError) -> Vec<NoteEvent> {
    let MarkNoteEnteredInError { reason, by, at } = command;
    if note.status == NoteStatus::EnteredInError {
        return Vec::new();
    }
    vec![NoteEvent::EnteredInError(NoteEnteredInError {
        note: note.note,
        patient: note.patient,
        by,
        at,
        subject: note.patient.subject(),
        phi: Phi::Clear(EnteredInErrorPhi { reason }),
    })]
}

fn signed(note: &Note) -> Result<&SignedNote, NoteRefusal> {
    note.signed().ok_or(NoteRefusal::NotFound)
}
