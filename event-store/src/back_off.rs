//! Pauses between attempts: they double up to a longest one, differ between callers, and end.
//!
//! Every loop that tries something again uses this type. A new kind of loop gets a [`RetryPolicy`] here.

use std::time::Duration;

/// How long the pauses are and how many attempts there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The first pause. Each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How often there may be another attempt.
    pub attempts: u32,
}

impl RetryPolicy {
    /// For a decision whose streams moved on before it was appended.
    pub const CONFLICT: Self = Self {
        first: Duration::from_micros(200),
        longest: Duration::from_millis(50),
        attempts: 12,
    };
    /// For a statement that gave way to another one, by a deadlock or a lock.
    pub const CONTENTION: Self = Self {
        first: Duration::from_micros(250),
        longest: Duration::from_millis(32),
        attempts: 40,
    };
    /// For a question to a database whose connection was lost.
    pub const LOST_CONNECTION: Self = Self {
        first: Duration::from_millis(2),
        longest: Duration::from_secs(1),
        attempts: 12,
    };
    /// For a task that has to go on whatever happens.
    pub const TASK: Self = Self {
        first: Duration::from_millis(100),
        longest: Duration::from_secs(5),
        attempts: u32::MAX,
    };
    /// For a place that another node has at the moment.
    pub const TAKEN: Self = Self {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(40),
        attempts: u32::MAX,
    };
}

/// The attempts are used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tried too often")]
pub struct Exhausted;

/// The pauses of one caller between its attempts.
#[derive(Debug, Clone)]
pub struct BackOff {
    policy: RetryPolicy,
    spread: u8,
    attempts: u32,
}

impl BackOff {
    /// Pauses for decisions that met a conflict. `spread` makes the pauses of two callers differ, e.g. a
    /// byte of the command's id.
    #[must_use]
    pub fn new(spread: u8) -> Self {
        Self::with(RetryPolicy::CONFLICT, spread)
    }

    /// Pauses by a policy.
    #[must_use]
    pub fn with(policy: RetryPolicy, spread: u8) -> Self {
        Self {
            policy,
            spread,
            attempts: 0,
        }
    }

    /// Pauses before the next attempt.
    ///
    /// # Errors
    /// [`Exhausted`] at once, without a pause, if there may be no further attempt.
    pub async fn pause(&mut self) -> Result<(), Exhausted> {
        let pause = self.next_pause().ok_or(Exhausted)?;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// How many pauses there have been.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Begins anew, after an attempt that worked.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// The next pause, counted as taken. `None` if the attempts are used up.
    fn next_pause(&mut self) -> Option<Duration> {
        if self.attempts >= self.policy.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(self.attempts.min(31));
        self.attempts += 1;
        let pause = self.policy.first.saturating_mul(doubled);
        // From half of it to one and a half.
        let pause = pause.min(self.policy.longest);
        Some(pause / 2 + pause.saturating_mul(u32::from(self.spread)) / 256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(mut back_off: BackOff, count: usize) -> Vec<Duration> {
        std::iter::from_fn(|| back_off.next_pause())
            .take(count)
            .collect()
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = RetryPolicy {
            first: Duration::from_millis(2),
            longest: Duration::from_millis(9),
            attempts: u32::MAX,
        };
        let expected = [2, 4, 8, 9, 9].map(Duration::from_millis);
        assert_eq!(pauses(BackOff::with(policy, 128), 5), expected);
        let mut long = BackOff::with(policy, 128);
        long.attempts = u32::MAX - 1;
        assert_eq!(long.next_pause(), Some(Duration::from_millis(9)));
    }

    #[test]
    fn pauses_of_two_callers_differ_within_half_and_one_and_a_half() {
        let first = |spread| pauses(BackOff::new(spread), 1)[0];
        assert_eq!(first(0), RetryPolicy::CONFLICT.first / 2);
        assert!(first(1) > first(0));
        assert!(first(255) < RetryPolicy::CONFLICT.first * 3 / 2);
    }

    #[test]
    fn the_attempts_end() {
        let attempts = RetryPolicy::CONFLICT.attempts;
        assert_eq!(
            pauses(BackOff::new(0), 1_000).len(),
            usize::try_from(attempts).unwrap()
        );
    }

    #[tokio::test]
    async fn an_exhausted_back_off_says_so_until_it_is_reset() {
        let mut back_off = BackOff::new(7);
        while back_off.pause().await.is_ok() {}
        assert_eq!(back_off.attempts(), RetryPolicy::CONFLICT.attempts);
        assert_eq!(back_off.pause().await, Err(Exhausted));
        back_off.reset();
        assert_eq!(back_off.pause().await, Ok(()));
    }
}
