//! The arithmetic of a sliding window.
//!
//! A window is divided into parts, and requests are counted by part. A request is admitted if fewer than the quota were
//! counted in its own part and in as many parts before it as make up a window. Those parts cover any window that ends
//! with the request, so no window ever has more than the quota. The price is that a request counts for up to one part
//! longer than a window.

use std::time::Duration;

use commands::ports::{Quota, RateDecision};

/// Parts of a window.
const PARTS: usize = 8;

/// The requests of one caller.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    /// The number of the newest part, from the start of the clock on.
    newest: u64,
    /// Requests of that part and of the parts before it, the newest first.
    by_part: [u32; PARTS + 1],
}

impl Counts {
    /// Counts a request at `now`, unless the quota is used up.
    pub(super) fn take(&mut self, quota: Quota, now: Duration) -> RateDecision {
        let part = part(quota);
        self.advance(nanoseconds(now) / part);
        let left = quota.requests.get().saturating_sub(self.used());
        let admitted = left > 0;
        if admitted {
            self.by_part[0] += 1;
        }
        RateDecision {
            admitted,
            remaining: left.saturating_sub(1),
            reset: self.leaves_at(part).saturating_sub(now),
        }
    }

    /// Moves on to a part. A clock that was set back, as in tests, stays in the newest part.
    fn advance(&mut self, part: u64) {
        let passed = part.saturating_sub(self.newest);
        let passed = usize::try_from(passed).unwrap_or(usize::MAX);
        let passed = passed.min(self.by_part.len());
        self.by_part.rotate_right(passed);
        self.by_part[..passed].fill(0);
        self.newest = self.newest.max(part);
    }

    fn used(&self) -> u32 {
        // Each was below a quota when it was counted, so the sum fits.
        self.by_part
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// The moment at which the oldest requests no longer count.
    fn leaves_at(&self, part: u64) -> Duration {
        let oldest = self.by_part.iter().rposition(|count| *count > 0);
        let age = u64::try_from(oldest.unwrap_or(0)).unwrap_or(0);
        let parts = u64::try_from(PARTS + 1).unwrap_or(0);
        let last = self.newest.saturating_sub(age).saturating_add(parts);
        Duration::from_nanos(last.saturating_mul(part))
    }
}

/// The length of a part, rounded up.
fn part(quota: Quota) -> u64 {
    let parts = u64::try_from(PARTS).unwrap_or(1);
    nanoseconds(quota.window()).div_ceil(parts).max(1)
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
