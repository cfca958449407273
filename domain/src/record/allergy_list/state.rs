//! State of a patient's allergies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::AllergyListEvent;
use crate::values::AllergyId;

/// A patient's allergies, with what the rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergyList {
    /// All that were ever recorded.
    pub entries: BTreeMap<AllergyId, AllergyEntry>,
}

/// One allergy of a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergyEntry {
    /// Number of its revisions: 1 as it was recorded.
    pub revision: u32,
    /// The status.
    pub status: AllergyStatus,
}

/// The status of an allergy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AllergyStatus {
    /// The patient has it.
    Active,
    /// The patient has it no longer.
    Ended,
    /// Entered in error: hidden from the chart.
    EnteredInError,
}

/// Returns the allergies after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(mut state: AllergyList, event: &AllergyListEvent) -> AllergyList {
    match event {
        AllergyListEvent::Recorded(recorded) => {
            let new = AllergyEntry {
                revision: 1,
                status: AllergyStatus::Active,
            };
            state.entries.entry(recorded.allergy).or_insert(new);
        }
        AllergyListEvent::Corrected(corrected) => {
            change(&mut state, corrected.allergy, |entry| {
                entry.revision = corrected.corrects + 1;
            });
        }
        AllergyListEvent::Ended(ended) => change(&mut state, ended.allergy, |entry| {
            entry.status = AllergyStatus::Ended;
        }),
        AllergyListEvent::EnteredInError(marked) => change(&mut state, marked.allergy, |entry| {
            entry.status = AllergyStatus::EnteredInError;
        }),
    }
    state
}

fn change(state: &mut AllergyList, allergy: AllergyId, change: impl FnOnce(&mut AllergyEntry)) {
    if let Some(entry) = state.entries.get_mut(&allergy) {
        change(entry);
    }
}
