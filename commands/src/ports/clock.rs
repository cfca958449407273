//! The time, as an argument.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Tells the time. Tests advance one of their own; nothing else in the product reads the system's.
pub trait Clock: Send + Sync {
    /// The present moment, UTC, in microseconds (PostgreSQL's resolution).
    fn now(&self) -> DateTime<Utc>;

    /// The time since some moment in the past, by a clock that is never set: for intervals within one process.
    fn monotonic(&self) -> Duration;
}
