//! Events of a leave.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{Actor, DoctorId, LeaveId, Reason, Slot, SubjectId};

/// An event of a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LeaveEvent {
    /// The doctor will be away.
    #[serde(rename = "leave.planned")]
    Planned(LeavePlanned),
    /// The leave was withdrawn.
    #[serde(rename = "leave.withdrawn")]
    Withdrawn(LeaveWithdrawn),
}

event_types!(LeaveEvent {
    Planned => "leave.planned",
    Withdrawn => "leave.withdrawn",
});

/// The doctor will be away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeavePlanned {
    /// The leave.
    pub leave: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// Time of the leave.
    pub during: Slot,
    /// The actor who planned it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
    /// The doctor, as the owner of the personal data.
    pub subject: SubjectId,
    /// Protected health information of the event: the reason may be about the doctor's health.
    pub phi: Phi<LeavePlannedPhi>,
}

/// Protected health information of [`LeavePlanned`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeavePlannedPhi {
    /// Reason, if one was given.
    pub reason: Option<Reason>,
}

/// The leave was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaveWithdrawn {
    /// The leave.
    pub leave: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// Time for which it was planned.
    pub during: Slot,
    /// The actor who withdrew it.
    pub by: Actor,
    /// Time of the event.
    pub at: DateTime<Utc>,
}
