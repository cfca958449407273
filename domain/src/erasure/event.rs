//! Events of an erasure.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::counts::Counts;
use super::fingerprint::KeyFingerprint;
use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{Actor, Reason, SubjectId};

/// An event of the erasure of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ErasureEvent {
    /// It was requested.
    #[serde(rename = "erasure.requested")]
    Requested(ErasureRequested),
    /// The request was withdrawn.
    #[serde(rename = "erasure.withdrawn")]
    Withdrawn(ErasureWithdrawn),
    /// The request was refused.
    #[serde(rename = "erasure.refused")]
    Refused(ErasureRefused),
    /// The request was approved.
    #[serde(rename = "erasure.approved")]
    Approved(ErasureApproved),
    /// An operator ordered it.
    #[serde(rename = "erasure.ordered")]
    Ordered(ErasureOrdered),
    /// A legal hold was placed.
    #[serde(rename = "erasure.hold_placed")]
    HoldPlaced(LegalHoldPlaced),
    /// The legal hold was lifted.
    #[serde(rename = "erasure.hold_lifted")]
    HoldLifted(LegalHoldLifted),
    /// It was carried out: the certificate.
    #[serde(rename = "erasure.carried_out")]
    CarriedOut(ErasureCarriedOut),
}

event_types!(ErasureEvent {
    Requested => "erasure.requested",
    Withdrawn => "erasure.withdrawn",
    Refused => "erasure.refused",
    Approved => "erasure.approved",
    Ordered => "erasure.ordered",
    HoldPlaced => "erasure.hold_placed",
    HoldLifted => "erasure.hold_lifted",
    CarriedOut => "erasure.carried_out",
});

impl ErasureEvent {
    /// Returns the person whom it is about.
    pub const fn person(&self) -> SubjectId {
        match self {
            Self::Requested(event) => event.person,
            Self::Withdrawn(event) => event.person,
            Self::Refused(event) => event.person,
            Self::Approved(event) => event.person,
            Self::Ordered(event) => event.person,
            Self::HoldPlaced(event) => event.person,
            Self::HoldLifted(event) => event.person,
            Self::CarriedOut(event) => event.person,
        }
    }
}

/// Protected health information of an event with a reason. It is erased with the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureReasonPhi {
    /// The reason.
    pub reason: Reason,
}

/// Defines events that have a reason.
macro_rules! reasoned {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            /// The person.
            pub person: SubjectId,
            /// The actor.
            pub by: Actor,
            /// Time of the event.
            pub at: DateTime<Utc>,
            /// The person, as the owner of the personal data.
            pub subject: SubjectId,
            /// Protected health information of the event.
            pub phi: Phi<ErasureReasonPhi>,
        }
    )+};
}

reasoned! {
    /// The erasure of a person was requested.
    ErasureRequested;
    /// The account that requested an erasure withdrew the request.
    ErasureWithdrawn;
    /// A request was refused.
    ErasureRefused;
    /// A legal hold was placed: the person is not erased while it is in force.
    LegalHoldPlaced;
    /// The legal hold was lifted.
    LegalHoldLifted;
}

/// A request was approved by another account. The erasure is carried out from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureApproved {
    /// The person.
    pub person: SubjectId,
    /// What there was to erase.
    pub counts: Counts,
    /// The key that is destroyed, if there was one that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyFingerprint>,
    /// The actor who approved it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// An operator ordered the erasure of a person at the command line. It is carried out from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureOrdered {
    /// The person.
    pub person: SubjectId,
    /// What there was to erase.
    pub counts: Counts,
    /// The key that is destroyed, if there was one that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyFingerprint>,
    /// The actor who ordered it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// An erasure was carried out: its certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErasureCarriedOut {
    /// The person.
    pub person: SubjectId,
    /// What was erased, and what stays.
    pub counts: Counts,
    /// The key that was destroyed, if there was one that could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyFingerprint>,
    /// The day from which on no backup that is kept can be read about the person.
    pub backups_unreadable_from: NaiveDate,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
