//! State of a health summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::content::SummaryKind;
use super::event::HealthSummaryEvent;
use crate::values::{PatientId, SummaryItemId};

/// A health summary, with what its rules need. What its items say is personal data and no part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthSummary {
    items: BTreeMap<SummaryItemId, SummaryItem>,
}

/// An item, without what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummaryItem {
    /// The patient.
    pub patient: PatientId,
    /// Its kind.
    pub kind: SummaryKind,
    /// Its status.
    pub status: ItemStatus,
    /// The last revision.
    pub revision: u32,
}

/// Status of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemStatus {
    /// It holds.
    Active,
    /// It is over.
    Ended,
    /// It should never have been there.
    EnteredInError,
}

impl HealthSummary {
    /// Returns an item.
    pub fn item(&self, item: SummaryItemId) -> Option<&SummaryItem> {
        self.items.get(&item)
    }

    /// Returns the number of all items, also of those that were entered in error.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// True if there was never an item.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    fn with(mut self, id: SummaryItemId, status: Option<ItemStatus>, revision: u32) -> Self {
        if let Some(item) = self.items.get_mut(&id) {
            item.status = status.unwrap_or(item.status);
            item.revision = revision;
        }
        self
    }
}

/// Returns the summary after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(mut state: HealthSummary, event: &HealthSummaryEvent) -> HealthSummary {
    match event {
        HealthSummaryEvent::Added(added) => {
            state.items.entry(added.item).or_insert(SummaryItem {
                patient: added.patient,
                kind: added.kind,
                status: ItemStatus::Active,
                revision: 1,
            });
            state
        }
        HealthSummaryEvent::Corrected(corrected) => {
            state.with(corrected.item, None, corrected.revision)
        }
        HealthSummaryEvent::Ended(ended) => {
            state.with(ended.item, Some(ItemStatus::Ended), ended.revision)
        }
        HealthSummaryEvent::EnteredInError(in_error) => {
            let status = Some(ItemStatus::EnteredInError);
            state.with(in_error.item, status, in_error.revision)
        }
    }
}
