//! Events of a patient.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::evidence::ProxyEvidence;
use super::profile::ProfileChange;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{
    AccountId, Actor, BirthDate, EmailAddress, KnownIllnesses, PatientId, PersonName, PhoneNumber,
    SubjectId,
};

/// An event of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PatientEvent {
    /// The patient was registered.
    #[serde(rename = "patient.registered")]
    Registered(PatientRegistered),
    /// The contact details changed.
    #[serde(rename = "patient.contact_changed")]
    ContactChanged(PatientContactChanged),
    /// Some fields of the profile changed.
    #[serde(rename = "patient.profile_changed")]
    ProfileChanged(PatientProfileChanged),
    /// The known illnesses were recorded.
    #[serde(rename = "patient.illnesses_recorded")]
    IllnessesRecorded(PatientIllnessesRecorded),
    /// An account may act for the patient.
    #[serde(rename = "patient.proxy_added")]
    ProxyAdded(PatientProxyAdded),
    /// An account may no longer act for the patient.
    #[serde(rename = "patient.proxy_removed")]
    ProxyRemoved(PatientProxyRemoved),
}

event_types!(PatientEvent {
    Registered => "patient.registered",
    ContactChanged => "patient.contact_changed",
    ProfileChanged => "patient.profile_changed",
    IllnessesRecorded => "patient.illnesses_recorded",
    ProxyAdded => "patient.proxy_added",
    ProxyRemoved => "patient.proxy_removed",
});

/// The patient was registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientRegistered {
    /// The patient.
    pub patient: PatientId,
    /// The actor who registered the patient.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<PatientRegisteredPhi>,
}

/// Personal data of [`PatientRegistered`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientRegisteredPhi {
    /// Name.
    pub name: PersonName,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// Email address.
    pub email: Option<EmailAddress>,
}

/// The contact details changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientContactChanged {
    /// The patient.
    pub patient: PatientId,
    /// The actor who changed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<PatientContactChangedPhi>,
}

/// Personal data of [`PatientContactChanged`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientContactChangedPhi {
    /// New phone number.
    pub phone: Option<PhoneNumber>,
    /// New email address.
    pub email: Option<EmailAddress>,
}

/// Some fields of the profile changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientProfileChanged {
    /// The patient.
    pub patient: PatientId,
    /// The actor who changed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// The change, which is personal data.
    pub phi: Phi<ProfileChange>,
}

/// The known illnesses were recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientIllnessesRecorded {
    /// The patient.
    pub patient: PatientId,
    /// The actor who recorded them.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Personal data of the event.
    pub phi: Phi<PatientIllnessesRecordedPhi>,
}

/// Personal data of [`PatientIllnessesRecorded`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientIllnessesRecordedPhi {
    /// All known illnesses; none if none is known.
    pub illnesses: KnownIllnesses,
}

/// An account may act for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientProxyAdded {
    /// The patient.
    pub patient: PatientId,
    /// The account.
    pub account: AccountId,
    /// Evidence that the staff has seen; `None` where the patient allowed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<ProxyEvidence>,
    /// The actor who allowed it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// An account may no longer act for the patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientProxyRemoved {
    /// The patient.
    pub patient: PatientId,
    /// The account.
    pub account: AccountId,
    /// The actor who withdrew it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
