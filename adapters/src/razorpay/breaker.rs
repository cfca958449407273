//! A circuit breaker: after repeated failures no requests are sent for a while.
//!
//! ```text
//! closed ──failures in a row──▶ open ──the rest is over──▶ one request is sent ──it succeeds──▶ closed
//!                                ▲                                   │
//!                                └───────────it fails, or is never answered
//! ```
//!
//! It does no I/O and reads no clock.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(super) struct Breaker {
    failures: u32,
    rest: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Failures in a row.
    Closed { failures: u32 },
    /// No requests until then.
    Open { until: Instant },
}

impl Breaker {
    /// Opens after so many `failures` in a row, for the duration `rest`.
    pub(super) fn new(failures: u32, rest: Duration) -> Self {
        Self {
            failures,
            rest,
            state: Mutex::new(State::Closed { failures: 0 }),
        }
    }

    /// True if a request may be sent. When the rest is over, the first caller may, and all others
    /// wait for another rest, unless that request has succeeded by then.
    pub(super) fn allows(&self, now: Instant) -> bool {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => true,
            State::Open { until } if now < until => false,
            State::Open { .. } => {
                *state = State::Open {
                    until: now + self.rest,
                };
                true
            }
        }
    }

    /// Records an answer, successful or not.
    pub(super) fn succeeded(&self) {
        *self.state() = State::Closed { failures: 0 };
    }

    /// Records that there was no answer, or none that could be read.
    pub(super) fn failed(&self, now: Instant) {
        let mut state = self.state();
        let failures = match *state {
            State::Closed { failures } => failures + 1,
            State::Open { .. } => self.failures,
        };
        *state = if failures >= self.failures {
            State::Open {
                until: now + self.rest,
            }
        } else {
            State::Closed { failures }
        };
    }

    /// The state is written in one step, so that it is consistent after a panic.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    fn opened_at(now: Instant) -> Breaker {
        let breaker = Breaker::new(3, REST);
        for _ in 0..3 {
            assert!(breaker.allows(now));
            breaker.failed(now);
        }
        breaker
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row() {
        let now = Instant::now();
        let breaker = opened_at(now);
        assert!(!breaker.allows(now));
        assert!(!breaker.allows(now + SECOND * 9));
    }

    #[test]
    fn a_success_in_between_starts_the_count_again() {
        let now = Instant::now();
        let breaker = Breaker::new(3, REST);
        for _ in 0..5 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.succeeded();
        }
        assert!(breaker.allows(now));
    }

    #[test]
    fn after_the_rest_one_goes_first() {
        let now = Instant::now();
        let breaker = opened_at(now);
        assert!(breaker.allows(now + REST));
        assert!(!breaker.allows(now + REST));
        breaker.succeeded();
        assert!(breaker.allows(now + REST));
        assert!(breaker.allows(now + REST));
    }

    #[test]
    fn if_the_first_fails_it_rests_again() {
        let now = Instant::now();
        let breaker = opened_at(now);
        assert!(breaker.allows(now + REST));
        breaker.failed(now + REST + SECOND);
        assert!(!breaker.allows(now + REST * 2));
        assert!(breaker.allows(now + REST * 2 + SECOND));
    }

    #[test]
    fn if_the_first_is_never_heard_of_again_another_goes() {
        let now = Instant::now();
        let breaker = opened_at(now);
        assert!(breaker.allows(now + REST));
        assert!(breaker.allows(now + REST * 2));
    }
}
