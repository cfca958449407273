//! State of a set of vital signs.

use serde::{Deserialize, Serialize};

use super::event::VitalsEvent;
use crate::values::{PatientId, Role, VitalsId};

/// A set of vital signs, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Vitals {
    /// Nothing has happened yet.
    #[default]
    Unrecorded,
    /// Recorded, and perhaps corrected.
    Recorded(RecordedVitals),
    /// It should never have been recorded.
    EnteredInError(RecordedVitals),
}

/// Patient and revision of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedVitals {
    /// The set.
    pub vitals: VitalsId,
    /// The patient.
    pub patient: PatientId,
    /// True if a patient or a proxy recorded it.
    pub is_patients_own: bool,
    /// The last revision.
    pub revision: u32,
}

impl Vitals {
    /// Returns patient and revision, once the set was recorded.
    pub const fn recorded(&self) -> Option<&RecordedVitals> {
        match self {
            Self::Unrecorded => None,
            Self::Recorded(recorded) | Self::EnteredInError(recorded) => Some(recorded),
        }
    }
}

/// Returns the set after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: Vitals, event: &VitalsEvent) -> Vitals {
    match (state, event) {
        (Vitals::Unrecorded, VitalsEvent::Recorded(recorded)) => Vitals::Recorded(RecordedVitals {
            vitals: recorded.vitals,
            patient: recorded.patient,
            is_patients_own: recorded.by.role() == Some(Role::Patient),
            revision: 1,
        }),
        (Vitals::Recorded(recorded), VitalsEvent::Corrected(corrected)) => {
            Vitals::Recorded(RecordedVitals {
                revision: corrected.revision,
                ..recorded
            })
        }
        (Vitals::Recorded(recorded), VitalsEvent::EnteredInError(in_error)) => {
            Vitals::EnteredInError(RecordedVitals {
                revision: in_error.revision,
                ..recorded
            })
        }
        (state @ (Vitals::Recorded(_) | Vitals::EnteredInError(_)), VitalsEvent::Recorded(_))
        | (
            state @ (Vitals::Unrecorded | Vitals::EnteredInError(_)),
            VitalsEvent::Corrected(_) | VitalsEvent::EnteredInError(_),
        ) => state,
    }
}
