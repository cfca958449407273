//! What a leave remembers of its history.

use serde::{Deserialize, Serialize};

use super::event::{LeaveEvent, LeavePlanned};
use crate::values::{DoctorId, LeaveId, Slot};

/// A leave, as far as its rules care.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leave {
    /// Not there yet.
    #[default]
    Unplanned,
    /// The doctor will be away.
    Planned(PlannedLeave),
    /// The doctor is there after all.
    Withdrawn(PlannedLeave),
}

/// Who is away, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLeave {
    /// Which leave.
    pub leave: LeaveId,
    /// Who.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
}

impl Leave {
    /// Who was to be away, and when, once it was planned.
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

/// The leave after one more event. An event that can't follow leaves it as it is.
#[must_use]
pub fn evolve(state: Leave, event: &LeaveEvent) -> Leave {
    match (state, event) {
        (Leave::Unplanned, LeaveEvent::Planned(planned)) => Leave::Planned(planned.into()),
        (Leave::Planned(plan), LeaveEvent::Withdrawn(_)) => Leave::Withdrawn(plan),
        (state @ (Leave::Planned(_) | Leave::Withdrawn(_)), LeaveEvent::Planned(_))
        | (state @ (Leave::Unplanned | Leave::Withdrawn(_)), LeaveEvent::Withdrawn(_)) => state,
    }
}
