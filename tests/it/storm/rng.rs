//! A seeded random number generator.

/// `SplitMix64` (Steele, Lea and Flood: Fast splittable pseudorandom number generators).
pub struct Rng(u64);

impl Rng {
    pub fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Another generator, with a seed of this one.
    pub fn branch(&mut self) -> Self {
        Self(self.next())
    }

    /// One of `0..count`.
    pub fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    /// One of a range.
    pub fn between(&mut self, from: u64, until: u64) -> u64 {
        from + self.below(until - from)
    }

    /// True with a probability of `chance` in a hundred.
    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}
