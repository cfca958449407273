//! What forbids a request to a leave.

use thiserror::Error;

/// Why a leave says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LeaveRefusal {
    /// A leave with this id was planned already.
    #[error("the leave already exists")]
    AlreadyExists,
    /// No leave was ever planned with this id.
    #[error("there is no such leave")]
    NotFound,
    /// What has begun can't be planned.
    #[error("the leave would have begun already")]
    BeginsInPast,
    /// Longer than anybody is away and still works here.
    #[error("a leave lasts at most {max_days} days")]
    TooLong {
        /// The most that is accepted.
        max_days: u16,
    },
    /// Calendars don't show seconds.
    #[error("a leave begins and ends on a full minute")]
    BetweenMinutes,
    /// It was over before anybody withdrew it.
    #[error("the leave is over")]
    AlreadyOver,
    /// The doctor is away already. Never decided here: it is the name for another leave's claim on the
    /// doctor, which the store alone sees.
    #[error("the doctor is on leave already at that time")]
    OverlapsLeave,
}
