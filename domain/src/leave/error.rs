//! Reasons to refuse a command to a leave.

use thiserror::Error;

/// Reason to refuse a command to a leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LeaveRefusal {
    /// A leave with this id was planned already.
    #[error("the leave already exists")]
    AlreadyExists,
    /// No leave has this id.
    #[error("there is no such leave")]
    NotFound,
    /// A leave is planned before it begins.
    #[error("the leave would have begun already")]
    BeginsInPast,
    /// The leave is too long.
    #[error("a leave lasts at most {max_days} days")]
    TooLong {
        /// The most that is accepted.
        max_days: u16,
    },
    /// Leave begins and ends on a whole minute, as calendars show it.
    #[error("a leave begins and ends on a full minute")]
    BetweenMinutes,
    /// The leave has ended.
    #[error("the leave is over")]
    AlreadyOver,
    /// The doctor has another leave at that time. `decide` never returns it: it names a conflict of
    /// claims, which only the store can see.
    #[error("the doctor is on leave already at that time")]
    OverlapsLeave,
}
