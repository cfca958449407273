//! Notes.

use std::collections::BTreeMap;

use domain::note::{MarkNoteEnteredInError, Note, NoteCommand, NoteDraft, SignAddendum, SignNote};
use domain::{NoteId, Reason};
use event_store::History;

use super::{Author, Entry, Names, taken};
use crate::charts::step::NoteStep;
use crate::tale::Tale;

/// Notes of a patient.
#[derive(Default)]
pub(super) struct Notes(BTreeMap<Entry, Tale<Note>>);

impl Notes {
    pub(super) async fn tell(
        &mut self,
        entry: Entry,
        what: NoteStep,
        names: &Names<'_>,
        author: Author,
    ) -> anyhow::Result<()> {
        let Author { by, at, id, .. } = author;
        let (tale, command) = match what {
            NoteStep::Sign(occasion, content) => {
                let draft = NoteDraft {
                    clinic: author.clinic()?,
                    appointment: names.appointment(occasion),
                    visited_at: occasion.visited_at,
                    content,
                };
                let sign = SignNote {
                    note: NoteId::from_uuid(id),
                    patient: author.patient,
                    doctor: author.doctor()?,
                    draft,
                    draft_version: 1,
                    by,
                    at,
                };
                (Tale::new(id), NoteCommand::Sign(sign))
            }
            NoteStep::Add(addendum) => {
                let doctor = author.doctor()?;
                let add = SignAddendum {
                    doctor,
                    addendum,
                    by,
                    at,
                };
                let tale = taken(&mut self.0, entry)?;
                (tale, NoteCommand::SignAddendum(add))
            }
            NoteStep::MarkInError(reason) => {
                let reason = Reason::parse(reason)?;
                let mark = MarkNoteEnteredInError { reason, by, at };
                let tale = taken(&mut self.0, entry)?;
                (tale, NoteCommand::MarkEnteredInError(mark))
            }
        };
        self.0
            .insert(entry, tale.then(author.act(), command).await?);
        Ok(())
    }

    pub(super) fn told(self) -> Vec<History> {
        self.0.into_values().map(Tale::told).collect()
    }
}
