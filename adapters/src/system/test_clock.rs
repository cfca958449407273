//! A clock that tests set.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use commands::ports::Clock;

/// Used by tests and benches: they advance it and never sleep. Clones share the time.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    /// Returns a clock that shows `at`.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(at.trunc_subsecs(6))))
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, at: DateTime<Utc>) {
        self.change(|now| *now = at.trunc_subsecs(6));
    }

    /// Moves the clock forward by `by`, or back if it is negative.
    pub fn advance(&self, by: TimeDelta) {
        self.change(|now| *now += by);
    }

    fn change(&self, change: impl FnOnce(&mut DateTime<Utc>)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time since 1970, so that advancing the clock moves it as well.
    fn monotonic(&self) -> Duration {
        let since = self.now() - DateTime::UNIX_EPOCH;
        since.to_std().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_clock_moves_only_when_told_and_its_clones_with_it() {
        let start = "2026-11-24T09:00:00Z".parse().unwrap();
        let clock = TestClock::at(start);
        let shared = clock.clone();
        clock.advance(TimeDelta::minutes(5));
        assert_eq!(shared.now(), start + TimeDelta::minutes(5));
        shared.set(start);
        assert_eq!(clock.now(), start);
    }
}
