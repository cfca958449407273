//! Allergies of a patient as entries of a chart, one for each.

use domain::allergy_list::{AllergyList, AllergyListEvent};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent};
use super::entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryKind, EntryStatus};
use super::source::Charted;

impl Charted for AllergyList {
    fn entry_of(event: &AllergyListEvent, _aggregate: Uuid) -> Uuid {
        let allergy = match event {
            AllergyListEvent::Recorded(event) => event.allergy,
            AllergyListEvent::Corrected(event) => event.allergy,
            AllergyListEvent::Ended(event) => event.allergy,
            AllergyListEvent::EnteredInError(event) => event.allergy,
        };
        allergy.as_uuid()
    }

    fn makes_entry(event: &AllergyListEvent) -> bool {
        matches!(event, AllergyListEvent::Recorded(_))
    }

    fn change(event: &AllergyListEvent) -> EntryChange {
        let (kind, by, doctor, reason) = match event {
            AllergyListEvent::Recorded(event) => {
                (ChangeKind::Recorded, event.by, Some(event.doctor), None)
            }
            AllergyListEvent::Corrected(event) => {
                (ChangeKind::Corrected, event.by, Some(event.doctor), None)
            }
            AllergyListEvent::Ended(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::Ended, event.by, None, reason)
            }
            AllergyListEvent::EnteredInError(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::EnteredInError, event.by, None, reason)
            }
        };
        EntryChange::new(kind, event.at(), EntryAuthor::new(by, doctor), reason)
    }

    fn evolve(
        entry: Option<ChartEntry>,
        event: AllergyListEvent,
        version: i64,
    ) -> Option<ChartEntry> {
        let content = |phi| ChartPhi::from(EntryContent::Allergy(phi));
        Some(match event {
            AllergyListEvent::Recorded(recorded) => ChartEntry {
                entry: recorded.allergy.as_uuid(),
                patient: recorded.patient,
                kind: EntryKind::Allergy,
                status: EntryStatus::Active,
                occurred_at: recorded.at,
                recorded_at: recorded.at,
                revision: 1,
                author: EntryAuthor::new(recorded.by, Some(recorded.doctor)),
                clinic: None,
                appointment: None,
                subject: recorded.subject,
                phi: recorded.phi.map(content),
                version,
            },
            AllergyListEvent::Corrected(corrected) => {
                let entry = entry?.with_phi(corrected.phi, |known, correction| {
                    known.correct_allergy(correction)
                });
                entry.revised()
            }
            AllergyListEvent::Ended(ended) => {
                let entry = entry?.with_phi(ended.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                entry.with_status(EntryStatus::Ended)
            }
            AllergyListEvent::EnteredInError(marked) => {
                let entry = entry?.with_phi(marked.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                entry.with_status(EntryStatus::EnteredInError)
            }
        })
    }
}
