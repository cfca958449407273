//! Commands of a leave.

use chrono::{DateTime, Utc};

use crate::values::{Actor, DoctorId, LeaveId, Reason, Slot};

/// A command to a leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveCommand {
    /// Plan a leave.
    Plan(PlanLeave),
    /// Withdraw it.
    Withdraw(WithdrawLeave),
}

/// Plans a leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLeave {
    /// Id of the new leave.
    pub leave: LeaveId,
    /// The doctor.
    pub doctor: DoctorId,
    /// Time of the leave.
    pub during: Slot,
    /// The reason.
    pub reason: Option<Reason>,
    /// The actor who plans it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}

/// Withdraws a leave, even if it has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithdrawLeave {
    /// The actor who withdraws it.
    pub by: Actor,
    /// Time of the command.
    pub at: DateTime<Utc>,
}
