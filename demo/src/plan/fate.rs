//! The outcome of a visit, and its steps.

use chrono::{DateTime, TimeDelta, Utc};
use domain::Slot;

/// Minutes for which the demo's slots are held, except those that still wait for their payment.
pub(crate) const HOLD_MINUTES: u16 = 15;

/// The outcome of a visit, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    /// It waits for its payment.
    Left,
    /// It will be.
    Confirmed,
    /// It was called off.
    Cancelled,
    /// It was not paid.
    Expired,
    /// The patient waits.
    Arrived,
    /// The patient is being seen.
    InProgress,
    /// The patient was seen.
    Completed,
    /// The patient did not come.
    NoShow,
}

/// A step of a visit after it was booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Confirm,
    Cancel,
    Expire,
    Arrive,
    Start,
    Complete,
    NoShow,
}

impl Fate {
    /// The steps that lead there, and when each was done: never later than `now`, and on the day of the visit
    /// not before it begins.
    pub(crate) fn steps(
        self,
        slot: Slot,
        booked_at: DateTime<Utc>,
        day_begins: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Vec<(Step, DateTime<Utc>)> {
        let minutes = TimeDelta::minutes;
        let confirmed = (Step::Confirm, booked_at + minutes(6));
        // A patient who is there early, since it is early in the day, has come just now.
        let arrived_at = (slot.start() - minutes(12))
            .min(now - minutes(9))
            .max(day_begins)
            .min(now);
        let arrived = (Step::Arrive, arrived_at);
        let started_at = (slot.start() + minutes(2))
            .min(now - minutes(2))
            .max(arrived_at);
        let started = (Step::Start, started_at);
        match self {
            Self::Left => vec![],
            Self::Confirmed => vec![confirmed],
            Self::Cancelled => {
                let halfway = (slot.start().min(now) - confirmed.1) / 2;
                vec![confirmed, (Step::Cancel, confirmed.1 + halfway)]
            }
            Self::Expired => {
                let hold = minutes(i64::from(HOLD_MINUTES));
                vec![(Step::Expire, booked_at + hold)]
            }
            Self::Arrived => vec![confirmed, arrived],
            Self::InProgress => vec![confirmed, arrived, started],
            Self::Completed => {
                let completed = (Step::Complete, slot.end() + minutes(3));
                vec![confirmed, arrived, started, completed]
            }
            Self::NoShow => vec![confirmed, (Step::NoShow, slot.start() + minutes(20))],
        }
    }
}
