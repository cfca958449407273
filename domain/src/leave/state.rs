//! State of a leave.

use serde::{Deserialize, Serialize};

use super::event::{LeaveEvent, LeavePlanned};
use crate::values::{DoctorId, LeaveId, Slot};

/// A leave, with what its rules need.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// Nothing has happened yet.
    #[default]
    Unplanned,
    /// The doctor will be away.
    Planned(PlannedLeave),
    /// The leave was withdrawn.
    Withdrawn(PlannedLeave),
}

/// Doctor and time of a leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLeave {
    /// The leave.
    pub leave: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// Time of the leave.
    pub during: Slot,
}

impl Leave {
    /// Returns doctor and time, once the leave was planned.
    pub const fn plan(&self) -> Option<&PlannedLeave> {
        match self {
            Self::Unplanned => None,
            Self::Planned(plan) | Self::Withdrawn(plan) => Some(plan),
        }
    }
}

impl From<&LeavePlanned> for PlannedLeave {
    fn from(planned: &LeavePlanned) -> Self {
        Self {
            leave: planned.leave,
            doctor: planned.doctor,
            during: planned.during,
        }
    }
}

/// Returns the leave after one more event. An event that can't follow changes nothing.
#[must_use]
pub fn evolve(state: Leave, event: &LeaveEvent) -> Leave {
    match (state, event) {
        (Leave::Unplanned, LeaveEvent::Planned(planned)) => Leave::Planned(planned.into()),
        (Leave::Planned(plan), LeaveEvent::Withdrawn(_)) => Leave::Withdrawn(plan),
        (state @ (Leave::Planned(_) | Leave::Withdrawn(_)), LeaveEvent::Planned(_))
        | (state @ (Leave::Unplanned | Leave::Withdrawn(_)), LeaveEvent::Withdrawn(_)) => state,
    }
}
