//! Sets of vital signs as entries of a chart.

use domain::record::vitals::{Vitals, VitalsEvent};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent};
use super::entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryKind, EntryStatus};
use super::source::Charted;

impl Charted for Vitals {
    fn entry_of(_event: &VitalsEvent, aggregate: Uuid) -> Uuid {
        aggregate
    }

    fn makes_entry(event: &VitalsEvent) -> bool {
        matches!(event, VitalsEvent::Recorded(_))
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
                phi: recorded.phi.map(|phi| ChartPhi {
                    sensitivity: phi.sensitivity,
                    ..EntryContent::Vitals(phi.measurements).into()
                }),
                version,
            },
            VitalsEvent::Corrected(corrected) => {
                let entry = entry?.with_phi(corrected.phi, |known, phi| {
                    known.revised(EntryContent::Vitals(phi.measurements), phi.sensitivity)
                });
                ChartEntry {
                    occurred_at: corrected.taken_at,
                    revision: corrected.revision,
                    ..entry
                }
            }
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
