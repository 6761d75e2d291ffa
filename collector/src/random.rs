//! Small random delays: splitmix64 from a given seed, so that a test can repeat them.
//!
//! It spreads load, nothing more; no secret may come from it.

use std::time::Duration;

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream that belongs to `seed`.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (Steele, Lea and Flood: "Fast splittable pseudorandom number generators", 2014).
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 when there is none.
    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.next() % bound }
    }

    /// A time from zero up to `most`.
    pub(crate) fn up_to(&mut self, most: Duration) -> Duration {
        let nanoseconds = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.below(nanoseconds.saturating_add(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_stays_within_its_bound_and_varies() {
        let mut random = Random::new(7);
        let delays: Vec<Duration> = (0..100).map(|_| random.up_to(Duration::from_millis(5))).collect();
        assert!(delays.iter().all(|delay| *delay <= Duration::from_millis(5)));
        assert!(delays.iter().any(|delay| *delay != delays[0]));
        assert_eq!(random.up_to(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn equal_seeds_give_equal_streams() {
        assert_eq!(Random::new(3).next(), Random::new(3).next());
    }
}
