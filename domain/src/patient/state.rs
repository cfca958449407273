//! What a patient's record remembers of its history.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::event::PatientEvent;
use crate::values::{AccountId, PatientId};

/// A patient, as far as the rules care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patient {
    /// Not there yet.
    #[default]
    Unregistered,
    /// Taken on.
    Registered(RegisteredPatient),
}

/// A patient who was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredPatient {
    /// Which patient.
    pub patient: PatientId,
    /// Who may act for the patient.
    pub proxies: BTreeSet<AccountId>,
}

impl Patient {
    /// Whether the patient was taken on.
    pub const fn is_registered(&self) -> bool {
        matches!(self, Self::Registered(_))
    }

    /// Whether this account may act for the patient.
    pub fn is_proxy(&self, account: AccountId) -> bool {
        match self {
            Self::Unregistered => false,
            Self::Registered(patient) => patient.proxies.contains(&account),
        }
    }
}

/// The patient after one more event. An event that can't follow leaves the record as it is.
#[must_use]
pub fn evolve(state: Patient, event: &PatientEvent) -> Patient {
    match (state, event) {
        (Patient::Unregistered, PatientEvent::Registered(registered)) => {
            Patient::Registered(RegisteredPatient {
                patient: registered.patient,
                proxies: BTreeSet::new(),
            })
        }
        (Patient::Registered(patient), event) => Patient::Registered(patient.evolve(event)),
        (
            Patient::Unregistered,
            PatientEvent::ContactChanged(_)
            | PatientEvent::ProxyAdded(_)
            | PatientEvent::ProxyRemoved(_),
        ) => Patient::Unregistered,
    }
}

impl RegisteredPatient {
    fn evolve(mut self, event: &PatientEvent) -> Self {
        match event {
            PatientEvent::Registered(_) | PatientEvent::ContactChanged(_) => {}
            PatientEvent::ProxyAdded(added) => {
                self.proxies.insert(added.account);
            }
            PatientEvent::ProxyRemoved(removed) => {
                self.proxies.remove(&removed.account);
            }
        }
        self
    }
}
