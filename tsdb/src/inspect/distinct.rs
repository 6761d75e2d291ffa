//! Counting distinct things exactly within bounded memory.
//!
//! Things are told apart by 128 bits of their hash. When there are more than fit, only those whose hash ends in
//! certain bits are kept, and the caller goes through all things again for the others.

use hashbrown::HashMap;

use crate::limits::INSPECT_DISTINCT_MAX;

/// Counts by group.
#[derive(Debug)]
pub(super) struct Distinct {
    seen: HashMap<u128, u32>,
    /// What is counted in this pass: hashes whose lowest `bits` are `ending`.
    part: Part,
    /// Parts that are left for later passes.
    left: Vec<Part>,
    counts: Vec<u64>,
    kept_max: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    bits: u32,
    ending: u128,
}

impl Part {
    const fn has(self, hash: u128) -> bool {
        hash & ((1 << self.bits) - 1) == self.ending
    }
}

impl Distinct {
    pub(super) fn new() -> Self {
        Self::with_room_for(INSPECT_DISTINCT_MAX)
    }

    fn with_room_for(kept_max: usize) -> Self {
        let part = Part { bits: 0, ending: 0 };
        Self { seen: HashMap::new(), part, left: Vec::new(), counts: Vec::new(), kept_max }
    }

    /// Notes a thing of a group.
    pub(super) fn add(&mut self, hash: u128, group: u32) {
        if !self.part.has(hash) || self.seen.contains_key(&hash) {
            return;
        }
        // Before the table would grow. Parts of evenly spread hashes are small long before the bits run out.
        while self.seen.len() >= self.kept_max && self.part.bits < 64 {
            self.halve();
        }
        if self.part.has(hash) {
            self.seen.insert(hash, group);
        }
    }

    fn halve(&mut self) {
        let Part { bits, ending } = self.part;
        self.left.push(Part { bits: bits + 1, ending: ending | 1 << bits });
        self.part.bits += 1;
        let part = self.part;
        self.seen.retain(|hash, _| part.has(*hash));
    }

    /// Ends a pass; whether another one over the same things is needed.
    pub(super) fn end_pass(&mut self) -> bool {
        for group in self.seen.values() {
            let group = *group as usize;
            if group >= self.counts.len() {
                self.counts.resize(group + 1, 0);
            }
            self.counts[group] += 1;
        }
        self.seen.clear();
        match self.left.pop() {
            Some(part) => {
                self.part = part;
                true
            }
            None => false,
        }
    }

    /// How many distinct things a group has.
    pub(super) fn count(&self, group: u32) -> u64 {
        self.counts.get(group as usize).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Distinct;
    use xxhash_rust::xxh3::xxh3_128;

    fn count(things: u64, kept_max: usize) -> (u64, u64, usize) {
        let mut distinct = Distinct::with_room_for(kept_max);
        let mut passes = 0;
        loop {
            for _ in 0..2 {
                (0..things).for_each(|thing| {
                    distinct.add(xxh3_128(&thing.to_le_bytes()), u32::from(thing % 3 == 0));
                    assert!(distinct.seen.len() <= kept_max);
                });
            }
            passes += 1;
            if !distinct.end_pass() {
                return (distinct.count(0), distinct.count(1), passes);
            }
        }
    }

    #[test]
    fn counts_are_exact_in_one_pass_and_in_many() {
        assert_eq!(count(3000, 10_000), (2000, 1000, 1));
        let (others, thirds, passes) = count(3000, 100);
        assert_eq!((others, thirds), (2000, 1000));
        assert!(passes > 16, "{passes}");
    }
}
