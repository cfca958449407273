//! Ids and random numbers: the same for the same size, each time.

use uuid::Uuid;

use super::size::Numbers;
use crate::chance::Chance;

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
        let mut chance = Chance::new(0);
        for number in [patients, doctors, past, ahead] {
            chance = Chance::new(chance.next() ^ number as u64);
        }
        Self(chance.next())
    }

    /// The id of the thing of that number.
    pub(super) fn id(self, kind: Kind, number: u64) -> Uuid {
        let mut chance = Chance::new(self.0 ^ (kind as u64) << 56 ^ number);
        chance.id(BEGINNING + number)
    }

    /// The chance of one practice.
    pub(super) fn chance(self, practice: usize) -> Chance {
        Chance::new(self.0.rotate_left(17) ^ practice as u64)
    }

    /// A word for addresses.
    pub(super) fn word(self) -> String {
        format!("{:06x}", self.0 >> 40)
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
}
