//! Whose place in the log is spoken of, and where it is.

use super::Subscriber;
use crate::Cursor;

/// Whose checkpoint it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seat {
    pub(crate) name: String,
    pub(crate) version: i32,
}

impl Seat {
    /// The one of a subscriber.
    pub(crate) fn of(subscriber: &dyn Subscriber) -> Self {
        Self {
            name: subscriber.name().to_owned(),
            version: subscriber.version(),
        }
    }
}

/// How far a subscriber has come, and how much it had to leave aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointState {
    /// The last event that it took or passed over.
    pub at: Cursor,
    /// How many aggregates are parked, as of then.
    pub parked: u64,
}

impl CheckpointState {
    pub(super) const START: Self = Self {
        at: Cursor::START,
        parked: 0,
    };
}
