//! Repeatable random numbers: a seed determines everything.

/// `SplitMix64` (Steele, Lea and Flood: Fast splittable pseudorandom number generators).
pub struct Rng(u64);

impl Rng {
    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns one of `0..count`.
    pub fn below(&mut self, count: u64) -> u64 {
        self.roll() % count
    }

    /// True so many times of a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// Returns a minute of that range.
    pub fn minute(&mut self, from: i64, until: i64) -> i64 {
        from + i64::try_from(self.below((until - from).unsigned_abs())).unwrap()
    }

    /// Removes a random element, if there is any.
    pub fn take<T>(&mut self, from: &mut Vec<T>) -> Option<T> {
        if from.is_empty() {
            return None;
        }
        let index = usize::try_from(self.below(from.len() as u64)).unwrap();
        Some(from.swap_remove(index))
    }
}
