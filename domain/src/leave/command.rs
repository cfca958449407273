//! What can be asked of a leave.

use chrono::{DateTime, Utc};

use crate::values::{Actor, DoctorId, LeaveId, Reason, Slot};

/// A request to a leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveCommand {
    /// Be away for some time.
    Plan(PlanLeave),
    /// Be there after all.
    Withdraw(WithdrawLeave),
}

/// Plans to be away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLeave {
    /// The id that the leave will have.
    pub leave: LeaveId,
    /// Who will be away.
    pub doctor: DoctorId,
    /// From when to when.
    pub during: Slot,
    /// Why.
    pub reason: Option<Reason>,
    /// Who plans it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Withdraws a leave, whether or not it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawLeave {
    /// Who withdraws it.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
}
