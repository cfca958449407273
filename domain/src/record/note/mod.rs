//! An encounter note: what a doctor writes about one visit of a patient.
//!
//! ```text
//! Unsigned ──Sign──▶ Signed ──MarkEnteredInError──▶ EnteredInError
//!                    │    ▲
//!                    └────┘ SignAddendum
//! ```
//!
//! A note has no event before its author signs it: until then it is a draft, which is overwritten as it is written
//! (`commands/src/records/`). What is signed stays: an addendum adds to it, and the mark *entered in error* hides it.

mod command;
mod content;
mod decide;
mod draft;
mod error;
mod event;
mod state;
mod view;

#[cfg(test)]
mod tests;

pub use command::{MarkNoteEnteredInError, NoteCommand, SignAddendum, SignNote};
pub use content::{AddendumContent, InvalidSymptoms, NoteContent, Symptoms};
pub use decide::{MAX_ADDENDA, decide};
pub use draft::{DraftField, FieldVersions, NoteDraft};
pub use error::NoteRefusal;
pub use event::{NoteAddendumSigned, NoteEnteredInError, NoteEvent, NoteSigned};
pub use state::{Note, NoteStatus, SignedNote, evolve};
pub use view::{Addendum, NoteView};
