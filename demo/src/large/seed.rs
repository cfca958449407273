//! Ids and random numbers: the same for the same size, each time.

use chrono::TimeDelta;
use uuid::{Builder, Uuid};

use super::size::Numbers;

/// Ids look as if they were made from here on, one a millisecond, so that they are in the order of the
/// making: an index that grows at its end is quick. The first of January 2025.
const BEGINNING: u64 = 1_735_689_600_000;

/// The kind of thing that an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Clinic = 1,
    Account,
    Doctor,
    Patient,
    Visit,
}

/// Differs between sizes, so that one group stands beside another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seed(u64);

impl Seed {
    pub(super) fn new(numbers: Numbers) -> Self {
        let Numbers {
            patients,
            doctors,
            past,
            ahead,
        } = numbers;
        let mut chance = Chance(0);
        for number in [patients, doctors, past, ahead] {
            chance = Chance(chance.next() ^ number as u64);
        }
        Self(chance.next())
    }

    /// The id of the thing of that number.
    pub(super) fn id(self, kind: Kind, number: u64) -> Uuid {
        let mut chance = Chance(self.0 ^ (kind as u64) << 56 ^ number);
        let [high, low] = [chance.next().to_be_bytes(), chance.next().to_be_bytes()];
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..2]);
        Builder::from_unix_timestamp_millis(BEGINNING + number, &bytes).into_uuid()
    }

    /// The chance of one practice.
    pub(super) fn chance(self, practice: usize) -> Chance {
        Chance(self.0.rotate_left(17) ^ practice as u64)
    }

    /// A word for addresses.
    pub(super) fn word(self) -> String {
        format!("{:06x}", self.0 >> 40)
    }
}

/// Numbers that are as good as any for a demo: splitmix64.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From nothing up to, and not including, `end`, which is not nothing.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or_default()
    }

    /// The same as minutes.
    pub(super) fn minutes_below(&mut self, end: u32) -> TimeDelta {
        TimeDelta::minutes(i64::try_from(self.next() % u64::from(end.max(1))).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn seed(text: &str) -> Seed {
        Seed::new(text.parse().unwrap())
    }

    #[test]
    fn the_same_size_has_the_same_ids_and_another_one_others() {
        let (one, other) = (seed("200,5,1000,1000"), seed("200,5,1000,999"));
        assert_eq!(one, seed("200,5,1000,1000"));
        assert_ne!(one.id(Kind::Visit, 7), other.id(Kind::Visit, 7));
        assert_ne!(one.word(), other.word());
    }

    #[test]
    fn ids_differ_and_come_in_the_order_of_their_numbers() {
        let seed = seed("200,5,1000,1000");
        let kinds = [Kind::Clinic, Kind::Account, Kind::Doctor, Kind::Visit];
        let ids: Vec<_> = (0..1_000).map(|n| seed.id(Kind::Patient, n)).collect();
        assert!(ids.is_sorted());
        let others = kinds.map(|kind| seed.id(kind, 0));
        let all: BTreeSet<_> = ids.iter().chain(&others).collect();
        assert_eq!(all.len(), 1_004);
        assert_eq!(ids[0].get_version_num(), 7);
    }

    #[test]
    fn every_choice_is_equally_likely() {
        let mut chance = seed("200,5,1000,1000").chance(3);
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
