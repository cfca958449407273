//! The system clock.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound as _, Utc};
use commands::ports::Clock;

/// The moment from which monotonic time is counted.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Returns the system time, truncated to microseconds: `PostgreSQL` stores no more, so a time read
/// back equals the time written.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all other code is passed"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    fn monotonic(&self) -> Duration {
        START.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_holds_nothing_finer_than_a_microsecond() {
        for _ in 0..100 {
            assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
        }
    }
}
