//! The clinic group's policy for bookings.

use chrono::{DateTime, TimeDelta, Utc};

use crate::values::Slot;

/// Duration and number of holds, how far ahead visits can be booked, and how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BookingPolicy {
    /// Minutes for which a slot is held while the payment is due.
    pub hold_minutes: u16,
    /// Days of 24 hours from now within which a visit begins.
    pub horizon_days: u16,
    /// Open holds that an account of a patient may have at a time; a series counts as one.
    pub max_holds: u16,
    /// Bookings that an account of a patient may make on one day (UTC), whatever becomes of them; a series counts as one.
    pub max_daily_bookings: u16,
    /// Bookings for emergencies.
    pub emergencies: EmergencyPolicy,
}

/// Bookings for emergencies: accepted or not, and their limits, which count for each patient and for each account of a
/// patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmergencyPolicy {
    /// True if they are accepted.
    pub accepted: bool,
    /// Emergency visits that are not over yet, at a time.
    pub max_open: u16,
    /// Bookings for emergencies on one day of the clinic, those that were cancelled included.
    pub max_daily: u16,
}

impl EmergencyPolicy {
    /// Not accepted; where they are, 1 open visit and 3 bookings a day.
    pub const USUAL: Self = Self {
        accepted: false,
        max_open: 1,
        max_daily: 3,
    };
}

impl Default for EmergencyPolicy {
    fn default() -> Self {
        Self::USUAL
    }
}

impl BookingPolicy {
    /// Returns the end of a hold that begins at `at`, which is never after the latest useful time
    /// for the slot.
    pub fn hold_until(&self, at: DateTime<Utc>, slot: Slot) -> DateTime<Utc> {
        later(at, TimeDelta::minutes(i64::from(self.hold_minutes))).min(latest_hold(at, slot))
    }

    /// Returns the last instant at which a visit that is booked at `at` may begin.
    pub fn horizon(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        later(at, TimeDelta::days(i64::from(self.horizon_days)))
    }
}

impl Default for BookingPolicy {
    /// 15 minutes to pay, 90 days ahead, 10 holds at a time, 20 bookings a day.
    fn default() -> Self {
        Self {
            hold_minutes: 15,
            horizon_days: 90,
            max_holds: 10,
            max_daily_bookings: 20,
            emergencies: EmergencyPolicy::default(),
        }
    }
}

/// Latest end of a hold: the start of the visit, or its end if it has begun already.
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
