//! A patient's allergies as they are read, from their events.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::content::AllergyContent;
use super::event::AllergyListEvent;
use super::state::AllergyStatus;
use crate::phi::Phi;
use crate::record::prescription::KnownAllergy;
use crate::values::{Actor, AllergyId, DoctorId, Reason, SensitiveCategory};

/// A patient's allergies, as they are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllergyListView {
    /// All that were ever recorded, in that order.
    pub allergies: Vec<AllergyView>,
    /// Number of events.
    pub version: i64,
}

/// An allergy, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllergyView {
    /// The allergy.
    pub allergy: AllergyId,
    /// The doctor who recorded it.
    pub recorded_by: DoctorId,
    /// The actor who recorded it.
    pub author: Actor,
    /// The time at which it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The time of its last correction.
    pub corrected_at: Option<DateTime<Utc>>,
    /// What is recorded.
    pub content: Phi<AllergyContent>,
    /// Its end, or the mark *entered in error*.
    pub ending: Option<AllergyEnding>,
    /// Version of the list in which it changed last.
    pub version: i64,
}

/// The end of an allergy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllergyEnding {
    /// The status since.
    pub status: AllergyStatus,
    /// The time.
    pub at: DateTime<Utc>,
    /// The reason.
    pub reason: Phi<Reason>,
}

impl AllergyListView {
    /// Returns the allergies after their events.
    pub fn from_events(events: impl IntoIterator<Item = AllergyListEvent>) -> Self {
        events.into_iter().fold(Self::default(), Self::after)
    }

    /// Returns the allergies that changed after a version of the list.
    pub fn changed_since(&self, version: i64) -> Vec<AllergyId> {
        let changed = self
            .allergies
            .iter()
            .filter(|allergy| allergy.version > version);
        changed.map(|allergy| allergy.allergy).collect()
    }

    /// Returns the substances that the patient is allergic to.
    pub fn known(&self) -> Vec<KnownAllergy> {
        let active = self.allergies.iter().filter(|allergy| allergy.is_active());
        active
            .filter_map(|allergy| {
                Some(KnownAllergy {
                    allergy: allergy.allergy,
                    substance: allergy.content.clear()?.substance.clone(),
                })
            })
            .collect()
    }

    fn after(mut self, event: AllergyListEvent) -> Self {
        self.version += 1;
        match event {
            AllergyListEvent::Recorded(recorded) => self.allergies.push(AllergyView {
                allergy: recorded.allergy,
                recorded_by: recorded.doctor,
                author: recorded.by,
                recorded_at: recorded.at,
                corrected_at: None,
                content: recorded.phi,
                ending: None,
                version: self.version,
            }),
            AllergyListEvent::Corrected(corrected) => self.change(corrected.allergy, |allergy| {
                let before = std::mem::replace(&mut allergy.content, Phi::Erased);
                allergy.content = before.merge(corrected.phi, AllergyContent::corrected);
                allergy.corrected_at = Some(corrected.at);
            }),
            AllergyListEvent::Ended(ended) => self.change(ended.allergy, |allergy| {
                allergy.ending = Some(AllergyEnding {
                    status: AllergyStatus::Ended,
                    at: ended.at,
                    reason: ended.phi.map(|phi| phi.reason),
                });
            }),
            AllergyListEvent::EnteredInError(marked) => self.change(marked.allergy, |allergy| {
                allergy.ending = Some(AllergyEnding {
                    status: AllergyStatus::EnteredInError,
                    at: marked.at,
                    reason: marked.phi.map(|phi| phi.reason),
                });
            }),
        }
        self
    }

    fn change(&mut self, id: AllergyId, change: impl FnOnce(&mut AllergyView)) {
        let version = self.version;
        let found = self
            .allergies
            .iter_mut()
            .find(|allergy| allergy.allergy == id);
        if let Some(allergy) = found {
            allergy.version = version;
            change(allergy);
        }
    }
}

impl AllergyView {
    /// Returns the status.
    pub fn status(&self) -> AllergyStatus {
        let ending = self.ending.as_ref();
        ending.map_or(AllergyStatus::Active, |ending| ending.status)
    }

    /// Returns the sensitive categories that it belongs to; none once erased.
    pub fn categories(&self) -> BTreeSet<SensitiveCategory> {
        let content = self.content.clear();
        content.map(AllergyContent::categories).unwrap_or_default()
    }

    fn is_active(&self) -> bool {
        self.status() == AllergyStatus::Active
    }
}
