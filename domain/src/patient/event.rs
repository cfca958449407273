//! What can happen to a patient's record.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    AccountId, Actor, BirthDate, EmailAddress, PatientId, PersonName, PhoneNumber, SubjectId,
};

/// A fact about a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PatientEvent {
    /// The patient was taken on.
    #[serde(rename = "patient.registered")]
    Registered(PatientRegistered),
    /// The patient is reached elsewhere.
    #[serde(rename = "patient.contact_changed")]
    ContactChanged(PatientContactChanged),
    /// Somebody may act for the patient.
    #[serde(rename = "patient.proxy_added")]
    ProxyAdded(PatientProxyAdded),
    /// Somebody may no longer act for the patient.
    #[serde(rename = "patient.proxy_removed")]
    ProxyRemoved(PatientProxyRemoved),
}

event_types!(PatientEvent {
    Registered => "patient.registered",
    ContactChanged => "patient.contact_changed",
    ProxyAdded => "patient.proxy_added",
    ProxyRemoved => "patient.proxy_removed",
});

/// The patient was taken on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientRegistered {
    /// Which patient.
    pub patient: PatientId,
    /// Who registered the patient.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// Who the patient is and how to reach them.
    pub phi: Phi<PatientRegisteredPhi>,
}

/// Who a patient is and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientRegisteredPhi {
    /// What the patient is called.
    pub name: PersonName,
    /// When the patient was born.
    pub birth_date: BirthDate,
    /// Where calls reach the patient.
    pub phone: Option<PhoneNumber>,
    /// Where mail reaches the patient.
    pub email: Option<EmailAddress>,
}

/// The patient is reached elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientContactChanged {
    /// Which patient.
    pub patient: PatientId,
    /// Who changed it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// The patient, as a person.
    pub subject: SubjectId,
    /// How to reach the patient.
    pub phi: Phi<PatientContactChangedPhi>,
}

/// How to reach a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientContactChangedPhi {
    /// Where calls reach the patient from now on.
    pub phone: Option<PhoneNumber>,
    /// Where mail reaches the patient from now on.
    pub email: Option<EmailAddress>,
}

/// Somebody may act for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientProxyAdded {
    /// Which patient.
    pub patient: PatientId,
    /// Whose sign-in.
    pub account: AccountId,
    /// Who allowed it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Somebody may no longer act for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientProxyRemoved {
    /// Which patient.
    pub patient: PatientId,
    /// Whose sign-in.
    pub account: AccountId,
    /// Who withdrew it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
