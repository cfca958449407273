//! Events of the day of the visit.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::VisitRef;
use crate::phi::Phi;
use crate::values::{Actor, Reason, SubjectId};

/// The patient has arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentArrived {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}

/// The visit has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentStarted {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentStartedPhi>,
}

/// Protected health information of [`AppointmentStarted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentStartedPhi {
    /// Reason, if a person other than the doctor recorded it.
    pub reason: Option<Reason>,
}

/// The visit is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCompleted {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentCompletedPhi>,
}

/// Protected health information of [`AppointmentCompleted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentCompletedPhi {
    /// Reason, if a person other than the doctor recorded it.
    pub reason: Option<Reason>,
}

/// The patient did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNoShow {
    /// The visit.
    #[serde(flatten)]
    pub visit: VisitRef,
    /// The actor who recorded it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The patient, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event.
    pub phi: Phi<AppointmentNoShowPhi>,
}

/// Protected health information of [`AppointmentNoShow`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppointmentNoShowPhi {
    /// Reason as far as the staff knows it.
    pub reason: Option<Reason>,
}
