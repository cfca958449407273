//! Exponential back-off with a spread between callers and a limited number of attempts.
//!
//! Every retry loop uses this type. A new kind of loop gets a [`RetryPolicy`] here.

use std::time::Duration;

/// The pauses and the number of attempts of a retry loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The first pause. Each further one is twice as long.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// Maximum number of further attempts.
    pub attempts: u32,
}

impl RetryPolicy {
    /// Retries of a decision whose streams moved on before it was appended.
    pub const CONFLICT: Self = Self {
        first: Duration::from_micros(200),
        longest: Duration::from_millis(50),
        attempts: 12,
    };
    /// Retries of a statement after a deadlock or a lock timeout.
    pub const CONTENTION: Self = Self {
        first: Duration::from_micros(250),
        longest: Duration::from_millis(32),
        attempts: 40,
    };
    /// Retries after a lost connection.
    pub const LOST_CONNECTION: Self = Self {
        first: Duration::from_millis(2),
        longest: Duration::from_secs(1),
        attempts: 12,
    };
    /// Retries of a task, without end.
    pub const TASK: Self = Self {
        first: Duration::from_millis(100),
        longest: Duration::from_secs(5),
        attempts: u32::MAX,
    };
    /// Retries while another node holds a checkpoint.
    pub const TAKEN: Self = Self {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(40),
        attempts: u32::MAX,
    };
}

/// No attempt is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many attempts")]
pub struct Exhausted;

/// The pauses of one caller between its attempts.
#[derive(Debug, Clone)]
pub struct BackOff {
    policy: RetryPolicy,
    spread: u8,
    attempts: u32,
}

impl BackOff {
    /// Pauses after conflicts. `spread` makes the pauses of two callers differ, e.g. a
    /// byte of the command's id.
    #[must_use]
    pub fn new(spread: u8) -> Self {
        Self::with(RetryPolicy::CONFLICT, spread)
    }

    /// Pauses of a policy.
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
    /// [`Exhausted`] at once, without a pause, if no attempt is left.
    pub async fn pause(&mut self) -> Result<(), Exhausted> {
        let pause = self.next_pause().ok_or(Exhausted)?;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Number of pauses so far.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Starts over, after a successful attempt.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Returns and counts the next pause; `None` if no attempt is left.
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
    async fn an_exhausted_back_off_stays_exhausted_until_it_is_reset() {
        let mut back_off = BackOff::new(7);
        while back_off.pause().await.is_ok() {}
        assert_eq!(back_off.attempts(), RetryPolicy::CONFLICT.attempts);
        assert_eq!(back_off.pause().await, Err(Exhausted));
        back_off.reset();
        assert_eq!(back_off.pause().await, Ok(()));
    }
}
