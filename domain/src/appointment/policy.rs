//! What the clinic group decided about bookings.

use chrono::{DateTime, TimeDelta, Utc};

use crate::values::Slot;

/// How long a slot is held for a payment, and how far ahead it can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingPolicy {
    /// Minutes for which a slot is held while the payment is due.
    pub hold_minutes: u16,
    /// Days of 24 hours from now within which a visit begins.
    pub horizon_days: u16,
}

impl BookingPolicy {
    /// When a hold that begins at `at` ends; never later than it makes sense for that slot.
    pub fn hold_until(&self, at: DateTime<Utc>, slot: Slot) -> DateTime<Utc> {
        later(at, TimeDelta::minutes(i64::from(self.hold_minutes))).min(latest_hold(at, slot))
    }

    /// The last instant at which a visit that is booked at `at` may begin.
    pub fn horizon(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        later(at, TimeDelta::days(i64::from(self.horizon_days)))
    }
}

impl Default for BookingPolicy {
    /// A quarter of an hour to pay, a quarter of a year ahead.
    fn default() -> Self {
        Self {
            hold_minutes: 15,
            horizon_days: 90,
        }
    }
}

/// A hold ends at the latest when the visit begins; if that has begun already, when it is over.
pub(super) fn latest_hold(at: DateTime<Utc>, slot: Slot) -> DateTime<Utc> {
    if slot.start() > at {
        slot.start()
    } else {
        slot.end()
    }
}

fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
