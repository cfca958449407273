//! Sets of vital signs as entries of a chart.

use domain::record::vitals::{Vitals, VitalsEvent};
use uuid::Uuid;

use super::entry::{
    ChangeKind, ChartEntry, ChartPhi, EntryAuthor, EntryChange, EntryContent, EntryKind,
    EntryStatus,
};
use super::source::Charted;

impl Charted for Vitals {
    fn entry_of(_event: &VitalsEvent, aggregate: Uuid) -> Uuid {
        aggregate
    }

    fn makes_entry(event: &VitalsEvent) -> bool {
        matches!(event, VitalsEvent::Recorded(_))
    }

    fn keeps_content(event: &VitalsEvent) -> bool {
        matches!(event, VitalsEvent::EnteredInError(_))
    }

    fn change(event: &VitalsEvent) -> EntryChange {
        let (kind, by, doctor, reason) = match event {
            VitalsEvent::Recorded(event) => (ChangeKind::Recorded, event.by, event.doctor, None),
            VitalsEvent::Corrected(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::Corrected, event.by, event.doctor, reason)
            }
            VitalsEvent::EnteredInError(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::EnteredInError, event.by, event.doctor, reason)
            }
        };
        EntryChange::new(kind, event.at(), EntryAuthor::new(by, doctor), reason)
    }

    fn evolve(entry: Option<ChartEntry>, event: VitalsEvent, version: i64) -> Option<ChartEntry> {
        let content = |measurements| ChartPhi::from(EntryContent::Vitals(measurements));
        Some(match event {
            VitalsEvent::Recorded(recorded) => ChartEntry {
                entry: recorded.vitals.as_uuid(),
                patient: recorded.patient,
                kind: EntryKind::Vitals,
                status: EntryStatus::Active,
                occurred_at: recorded.taken_at,
                recorded_at: recorded.at,
                revision: 1,
                author: EntryAuthor::new(recorded.by, recorded.doctor),
                clinic: recorded.clinic,
                appointment: recorded.appointment,
                subject: recorded.subject,
                phi: recorded.phi.map(|phi| content(phi.measurements)),
                version,
            },
            VitalsEvent::Corrected(corrected) => ChartEntry {
                occurred_at: corrected.taken_at,
                revision: corrected.revision,
                phi: corrected.phi.map(|phi| content(phi.measurements)),
                ..entry?
            },
            VitalsEvent::EnteredInError(in_error) => {
                let entry = entry?.with_phi(in_error.phi, |known, phi| ChartPhi {
                    reason: Some(phi.reason),
                    ..known
                });
                ChartEntry {
                    status: EntryStatus::EnteredInError,
                    revision: in_error.revision,
                    ..entry
                }
            }
        })
    }
}
