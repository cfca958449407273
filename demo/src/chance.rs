//! Random numbers that are the same each time.

use chrono::TimeDelta;
use uuid::{Builder, Uuid};

/// Numbers that are as good as any for a demo: splitmix64.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The numbers that follow from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From nothing up to, and not including, `end`, which is not nothing.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// An id as it is made at a time, in milliseconds since 1970.
    pub(crate) fn id(&mut self, made_at: u64) -> Uuid {
        let [high, low] = [self.next().to_be_bytes(), self.next().to_be_bytes()];
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..2]);
        Builder::from_unix_timestamp_millis(made_at, &bytes).into_uuid()
    }

    /// The same as minutes.
    pub(crate) fn minutes_below(&mut self, end: u32) -> TimeDelta {
        TimeDelta::minutes(i64::try_from(self.next() % u64::from(end.max(1))).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_is_equally_likely() {
        let mut chance = Chance::new(3);
        let mut counts = [0_u32; 10];
        for _ in 0..10_000 {
            counts[chance.below(10)] += 1;
        }
        assert!(
            counts.iter().all(|count| (800..1_200).contains(count)),
            "{counts:?}"
        );
    }
}
