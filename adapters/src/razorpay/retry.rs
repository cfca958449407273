//! Retries and their pauses. Does no I/O and reads no clock.

use std::time::Duration;

use super::config::RazorpayLimits;

/// Progress of the tries of one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tries {
    /// Number of tries.
    pub(super) made: u32,
    /// Time since the first one began.
    pub(super) since: Duration,
}

impl Tries {
    /// Returns the pause before the next try, or `None` if there is none. `retry_after` is the
    /// gateway's wish; `jitter` is any number, so that failed requests don't return together.
    pub(super) fn pause(
        self,
        limits: &RazorpayLimits,
        retry_after: Option<Duration>,
        jitter: u16,
    ) -> Option<Duration> {
        if self.made >= limits.tries {
            return None;
        }
        let doubled = limits.pause * 2_u32.saturating_pow(self.made.saturating_sub(1));
        let longest = doubled.min(limits.longest_pause);
        // Between half of it and all of it.
        let shortened = longest / 2 + longest / 2 * u32::from(jitter) / u32::from(u16::MAX);
        let pause = retry_after.unwrap_or_default().min(limits.longest_pause);
        let pause = pause.max(shortened);
        (self.since + pause <= limits.patience).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn limits() -> RazorpayLimits {
        RazorpayLimits {
            tries: 4,
            pause: ms(100),
            longest_pause: ms(300),
            patience: ms(1_000),
            ..RazorpayLimits::default()
        }
    }

    fn pause(made: u32, retry_after: Option<Duration>, jitter: u16) -> Option<Duration> {
        let tries = Tries { made, since: ms(0) };
        tries.pause(&limits(), retry_after, jitter)
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses: Vec<_> = (1..=4).map(|made| pause(made, None, u16::MAX)).collect();
        assert_eq!(pauses, [Some(ms(100)), Some(ms(200)), Some(ms(300)), None]);
    }

    #[test]
    fn chance_takes_up_to_half_of_a_pause() {
        assert_eq!(pause(1, None, 0), Some(ms(50)));
        let some = pause(1, None, u16::MAX / 2).unwrap();
        assert!(some > ms(50) && some < ms(100), "{some:?}");
    }

    #[test]
    fn what_the_gateway_asks_for_is_kept_to_up_to_the_longest() {
        assert_eq!(pause(1, Some(ms(250)), 0), Some(ms(250)));
        assert_eq!(pause(1, Some(ms(9_000)), 0), Some(ms(300)));
        assert_eq!(pause(1, Some(ms(0)), 0), Some(ms(50)));
    }

    #[test]
    fn no_try_begins_once_patience_is_over() {
        let at = |since| Tries { made: 1, since }.pause(&limits(), None, u16::MAX);
        assert_eq!(at(ms(900)), Some(ms(100)));
        assert_eq!(at(ms(901)), None);
    }
}
