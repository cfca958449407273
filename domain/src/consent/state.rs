//! State of a patient's consents.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::ConsentEvent;
use crate::values::{ConsentId, PatientId};

/// The consents of a patient, with what their rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consents {
    given: BTreeMap<ConsentId, GivenConsent>,
}

/// A consent without its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct GivenConsent {
    patient: PatientId,
    until: Option<DateTime<Utc>>,
    withdrawn: bool,
}

impl Consents {
    /// Returns the patient of a consent, and whether it was withdrawn; nothing if it was never granted.
    pub(super) fn find(&self, consent: ConsentId) -> Option<(PatientId, bool)> {
        let given = self.given.get(&consent)?;
        Some((given.patient, given.withdrawn))
    }

    /// Returns whether a consent is in force: granted, not withdrawn, and not over.
    pub fn is_in_force(&self, consent: ConsentId, now: DateTime<Utc>) -> bool {
        let given = self.given.get(&consent);
        given.is_some_and(|given| given.is_in_force(now))
    }

    /// Returns the number of consents in force.
    pub(super) fn in_force(&self, now: DateTime<Utc>) -> usize {
        let in_force = |given: &&GivenConsent| given.is_in_force(now);
        self.given.values().filter(in_force).count()
    }
}

impl GivenConsent {
    fn is_in_force(&self, now: DateTime<Utc>) -> bool {
        !self.withdrawn && self.until.is_none_or(|until| now < until)
    }
}

/// Returns the consents after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(mut state: Consents, event: &ConsentEvent) -> Consents {
    match event {
        ConsentEvent::Granted(granted) => {
            let given = GivenConsent {
                patient: granted.patient,
                until: granted.until,
                withdrawn: false,
            };
            state.given.entry(granted.consent).or_insert(given);
        }
        ConsentEvent::Withdrawn(withdrawn) => {
            if let Some(given) = state.given.get_mut(&withdrawn.consent) {
                given.withdrawn = true;
            }
        }
    }
    state
}
