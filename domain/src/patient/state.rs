//! State of a patient.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::event::PatientEvent;
use crate::values::{AccountId, PatientId};

/// A patient, with what the rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Patient {
    /// Nothing has happened yet.
    #[default]
    Unregistered,
    /// Registered.
    Registered(RegisteredPatient),
}

/// A patient after the registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredPatient {
    /// The patient.
    pub patient: PatientId,
    /// Accounts that may act for the patient.
    pub proxies: BTreeSet<AccountId>,
}

impl Patient {
    /// True if the patient is registered.
    pub const fn is_registered(&self) -> bool {
        matches!(self, Self::Registered(_))
    }

    /// True if this account may act for the patient.
    pub fn is_proxy(&self, account: AccountId) -> bool {
        match self {
            Self::Unregistered => false,
            Self::Registered(patient) => patient.proxies.contains(&account),
        }
    }
}

/// Returns the patient after one more event. An event that can't follow changes nothing.
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
            | PatientEvent::ProfileChanged(_)
            | PatientEvent::IllnessesRecorded(_)
            | PatientEvent::ProxyAdded(_)
            | PatientEvent::ProxyRemoved(_),
        ) => Patient::Unregistered,
    }
}

impl RegisteredPatient {
    fn evolve(mut self, event: &PatientEvent) -> Self {
        match event {
            PatientEvent::Registered(_)
            | PatientEvent::ContactChanged(_)
            | PatientEvent::ProfileChanged(_)
            | PatientEvent::IllnessesRecorded(_) => {}
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
