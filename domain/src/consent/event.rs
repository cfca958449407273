//! Events of a patient's consents.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::purpose::{ConsentGiver, ConsentPurpose};
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{Actor, ConsentId, PatientId, SubjectId};

/// An event of a patient's consents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConsentEvent {
    /// A consent was granted.
    #[serde(rename = "consent.granted")]
    Granted(ConsentGranted),
    /// A consent was withdrawn.
    #[serde(rename = "consent.withdrawn")]
    Withdrawn(ConsentWithdrawn),
}

event_types!(ConsentEvent {
    Granted => "consent.granted",
    Withdrawn => "consent.withdrawn",
});

/// A consent was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentGranted {
    /// The consent.
    pub consent: ConsentId,
    /// The patient.
    pub patient: PatientId,
    /// End of the consent; `None` if it counts until it is withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// The person who gave it.
    pub given_by: ConsentGiver,
    /// The actor who granted it.
    pub by: Actor,
    /// Time of the event, from which on the consent counts.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<ConsentGrantedPhi>,
}

/// Protected health information of [`ConsentGranted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentGrantedPhi {
    /// The purpose, which may tell of an illness.
    pub purpose: ConsentPurpose,
}

/// A consent was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentWithdrawn {
    /// The consent.
    pub consent: ConsentId,
    /// The patient.
    pub patient: PatientId,
    /// The actor who withdrew it.
    pub by: Actor,
    /// Time of the event, from which on the consent counts no more.
    pub at: DateTime<Utc>,
}
