//! Items of a health summary as entries of a chart.

use domain::record::health_summary::{HealthSummary, HealthSummaryEvent, ItemAdded};
use uuid::Uuid;

use super::content::{ChartPhi, EntryContent};
use super::entry::{ChangeKind, ChartEntry, EntryAuthor, EntryChange, EntryStatus};
use super::source::Charted;

impl Charted for HealthSummary {
    fn entry_of(event: &HealthSummaryEvent, _aggregate: Uuid) -> Uuid {
        event.item().as_uuid()
    }

    fn makes_entry(event: &HealthSummaryEvent) -> bool {
        matches!(event, HealthSummaryEvent::Added(_))
    }

    fn change(event: &HealthSummaryEvent) -> EntryChange {
        let (kind, by, doctor, reason) = match event {
            HealthSummaryEvent::Added(event) => {
                (ChangeKind::Recorded, event.by, event.doctor, None)
            }
            HealthSummaryEvent::Corrected(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::Corrected, event.by, event.doctor, reason)
            }
            HealthSummaryEvent::Ended(event) => {
                let reason = event.phi.clear().and_then(|phi| phi.reason.as_ref());
                (ChangeKind::Ended, event.by, event.doctor, reason)
            }
            HealthSummaryEvent::EnteredInError(event) => {
                let reason = event.phi.clear().map(|phi| &phi.reason);
                (ChangeKind::EnteredInError, event.by, event.doctor, reason)
            }
        };
        EntryChange::new(kind, event.at(), EntryAuthor::new(by, doctor), reason)
    }

    fn evolve(
        entry: Option<ChartEntry>,
        event: HealthSummaryEvent,
        version: i64,
    ) -> Option<ChartEntry> {
        Some(match event {
            HealthSummaryEvent::Added(added) => added_entry(added, version),
            HealthSummaryEvent::Corrected(corrected) => {
                let entry = entry?.with_phi(corrected.phi, |known, phi| {
                    known.revised(EntryContent::Summary(phi.content), phi.sensitivity)
                });
                ChartEntry {
                    revision: corrected.revision,
                    ..entry
                }
            }
            HealthSummaryEvent::Ended(ended) => {
                let entry = entry?.with_phi(ended.phi, |known, phi| ChartPhi {
                    ended_on: phi.ended_on,
                    reason: phi.reason,
                    ..known
                });
                ChartEntry {
                    status: EntryStatus::Ended,
                    revision: ended.revision,
                    ..entry
                }
            }
            HealthSummaryEvent::EnteredInError(in_error) => {
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

fn added_entry(added: ItemAdded, version: i64) -> ChartEntry {
    ChartEntry {
        entry: added.item.as_uuid(),
        patient: added.patient,
        kind: added.kind.into(),
        status: EntryStatus::Active,
        occurred_at: added.at,
        recorded_at: added.at,
        revision: 1,
        author: EntryAuthor::new(added.by, added.doctor),
        clinic: added.clinic,
        appointment: added.appointment,
        subject: added.subject,
        phi: added.phi.map(|phi| ChartPhi {
            sensitivity: phi.sensitivity,
            ..EntryContent::Summary(phi.content).into()
        }),
        version,
    }
}
