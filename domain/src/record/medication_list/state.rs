//! State of a patient's list of current prescriptions.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::event::MedicationListEvent;
use crate::values::PrescriptionId;

/// The most prescriptions that are current at once. Each is read when another one is issued.
pub(super) const MAX_CURRENT: usize = 200;

/// The ids of a patient's current prescriptions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicationList {
    /// The prescriptions.
    pub current: BTreeSet<PrescriptionId>,
}

/// Reason to refuse a command to a patient's list of current prescriptions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MedicationListRefusal {
    /// The patient has the most current prescriptions already.
    #[error("a patient has at most {max} current prescriptions")]
    TooManyCurrent {
        /// The most that is accepted.
        max: usize,
    },
}

/// Returns the list after one more event.
#[must_use]
pub fn evolve(mut state: MedicationList, event: &MedicationListEvent) -> MedicationList {
    match event {
        MedicationListEvent::Listed(listed) => {
            state.current.insert(listed.prescription);
        }
        MedicationListEvent::Removed(removed) => {
            state.current.remove(&removed.prescription);
        }
    }
    state
}
