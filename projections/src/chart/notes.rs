//! Signed notes as entries of a chart, each with its addenda.

use domain::note::{Note, NoteEvent};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent, NoteAddendum, SignedNote};
use super::entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryKind, EntryStatus};
use super::source::Charted;

impl Charted for Note {
    fn entry_of(_event: &NoteEvent, aggregate: Uuid) -> Uuid {
        aggregate
    }

    fn makes_entry(event: &NoteEvent) -> bool {
        matches!(event, NoteEvent::Signed(_))
    }

    fn change(event: &NoteEvent) -> EntryChange {
        let (kind, by, doctor, reason) = match event {
            NoteEvent::Signed(event) => (ChangeKind::Recorded, event.by, Some(event.doctor), None),
            NoteEvent::AddendumSigned(event) => {
                (ChangeKind::Amended, event.by, Some(event.doctor), None)
            }
            NoteEvent::EnteredInError(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::EnteredInError, event.by, None, reason)
            }
        };
        EntryChange::new(kind, event.at(), EntryAuthor::new(by, doctor), reason)
    }

    fn evolve(entry: Option<ChartEntry>, event: NoteEvent, version: i64) -> Option<ChartEntry> {
        Some(match event {
            NoteEvent::Signed(signed) => ChartEntry {
                entry: signed.note.as_uuid(),
                patient: signed.patient,
                kind: EntryKind::Note,
                status: EntryStatus::Active,
                occurred_at: signed.visited_at,
                recorded_at: signed.at,
                revision: 1,
                author: EntryAuthor::new(signed.by, Some(signed.doctor)),
                clinic: Some(signed.clinic),
                appointment: signed.appointment,
                subject: signed.subject,
                phi: signed.phi.map(|content| {
                    let addenda = Vec::new();
                    EntryContent::Note(SignedNote { content, addenda }).into()
                }),
                version,
            },
            NoteEvent::AddendumSigned(added) => {
                let (number, doctor, signed_at) = (added.addendum, added.doctor, added.at);
                let entry = entry?.with_phi(added.phi, |known, content| {
                    known.with_addendum(NoteAddendum {
                        number,
                        doctor,
                        signed_at,
                        content,
                    })
                });
                entry.revised()
            }
            NoteEvent::EnteredInError(marked) => {
                let entry = entry?.with_phi(marked.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                entry.with_status(EntryStatus::EnteredInError)
            }
        })
    }
}
