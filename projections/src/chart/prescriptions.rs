//! Prescriptions as entries of a chart.

use domain::prescription::{Prescription, PrescriptionEvent};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent};
use super::entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryKind, EntryStatus};
use super::source::Charted;

impl Charted for Prescription {
    fn entry_of(_event: &PrescriptionEvent, aggregate: Uuid) -> Uuid {
        aggregate
    }

    fn makes_entry(event: &PrescriptionEvent) -> bool {
        matches!(event, PrescriptionEvent::Issued(_))
    }

    fn change(event: &PrescriptionEvent) -> EntryChange {
        let (kind, by, doctor, reason) = match event {
            PrescriptionEvent::Issued(event) => {
                (ChangeKind::Recorded, event.by, Some(event.doctor), None)
            }
            PrescriptionEvent::Amended(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::Amended, event.by, Some(event.doctor), reason)
            }
            PrescriptionEvent::Cancelled(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::Cancelled, event.by, None, reason)
            }
            PrescriptionEvent::EnteredInError(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::EnteredInError, event.by, None, reason)
            }
        };
        EntryChange::new(kind, event.at(), EntryAuthor::new(by, doctor), reason)
    }

    fn evolve(
        entry: Option<ChartEntry>,
        event: PrescriptionEvent,
        version: i64,
    ) -> Option<ChartEntry> {
        let content = |phi| ChartPhi::from(EntryContent::Prescription(phi));
        Some(match event {
            PrescriptionEvent::Issued(issued) => ChartEntry {
                entry: issued.prescription.as_uuid(),
                patient: issued.patient,
                kind: EntryKind::Prescription,
                status: EntryStatus::Active,
                occurred_at: issued.at,
                recorded_at: issued.at,
                revision: 1,
                author: EntryAuthor::new(issued.by, Some(issued.doctor)),
                clinic: Some(issued.clinic),
                appointment: issued.appointment,
                subject: issued.subject,
                phi: issued.phi.map(content),
                version,
            },
            PrescriptionEvent::Amended(amended) => {
                let entry = entry?.with_phi(amended.phi, |known, amendment| {
                    known.amend_prescription(amendment)
                });
                entry.revised()
            }
            PrescriptionEvent::Cancelled(cancelled) => {
                let entry = entry?.with_phi(cancelled.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                entry.with_status(EntryStatus::Cancelled)
            }
            PrescriptionEvent::EnteredInError(marked) => {
                let entry = entry?.with_phi(marked.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                entry.with_status(EntryStatus::EnteredInError)
            }
        })
    }
}
