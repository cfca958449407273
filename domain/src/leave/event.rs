//! What can happen to a leave.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event_types::event_types;
use crate::phi::Phi;
use crate::values::{Actor, DoctorId, LeaveId, Reason, Slot, SubjectId};

/// A fact about a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum LeaveEvent {
    /// The doctor will be away.
    #[serde(rename = "leave.planned")]
    Planned(LeavePlanned),
    /// The doctor is there after all.
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
    /// Which leave.
    pub leave: LeaveId,
    /// Who.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
    /// Who planned it.
    pub by: Actor,
    /// When they did.
    pub at: DateTime<Utc>,
    /// The doctor, as a person.
    pub subject: SubjectId,
    /// What was said about it: it may speak of the doctor's health.
    pub phi: Phi<LeavePlannedPhi>,
}

/// What was said about a leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeavePlannedPhi {
    /// Why, if somebody said.
    pub reason: Option<Reason>,
}

/// The doctor is there after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaveWithdrawn {
    /// Which leave.
    pub leave: LeaveId,
    /// Who.
    pub doctor: DoctorId,
    /// From when to when it would have been.
    pub during: Slot,
    /// Who withdrew it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
