//! The content of one simulated file: what a reader sees now, and what each sector would be after a power cut.
//!
//! `live` is the page cache. For every sector that differs from the platter, the platter's bytes are kept beside
//! it: in `dirty` while a sync would still write the sector, in `lost` once a failed sync has dropped it. A lost
//! sector reads fine until the power goes, and no later sync brings it back; only a new write does.

use std::collections::BTreeMap;
use std::ops::Range;

use super::SECTOR_BYTES;
use super::random::Random;

#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    live: Vec<u8>,
    durable_len: usize,
    dirty: BTreeMap<usize, Platter>,
    lost: BTreeMap<usize, Platter>,
    /// Open handles; content without a name lives as long as they do.
    pub(super) open: usize,
}

/// What the platter holds in a sector whose cached bytes differ.
#[derive(Debug, Clone)]
enum Platter {
    /// Nothing was ever written there: it may read as zeros or as what an earlier file left.
    Unwritten,
    /// These bytes, fewer than a sector at the end of the file.
    Bytes(Vec<u8>),
}

/// How much of the pending content a power cut lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Nothing,
    Everything,
    Mixed,
}

impl Mood {
    pub(super) fn draw(random: &mut Random) -> Self {
        match random.below(4) {
            0 => Self::Nothing,
            1 => Self::Everything,
            _ => Self::Mixed,
        }
    }
}

impl Content {
    /// Content that is on the platter as it is.
    pub(super) fn durable(live: Vec<u8>) -> Self {
        let durable_len = live.len();
        Self { live, durable_len, ..Self::default() }
    }

    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    pub(super) fn len(&self) -> usize {
        self.live.len()
    }

    pub(super) fn write(&mut self, position: usize, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = position + bytes.len();
        self.remember(position.min(self.live.len())..end);
        if self.live.len() < end {
            self.live.resize(end, 0);
        }
        self.live[position..end].copy_from_slice(bytes);
    }

    pub(super) fn truncate(&mut self, len: usize) {
        if len < self.live.len() {
            self.remember(len..self.live.len());
            self.live.truncate(len);
        }
    }

    pub(super) fn sync(&mut self) {
        self.dirty.clear();
        self.durable_len = self.live.len();
        let sectors = self.live.len().div_ceil(SECTOR_BYTES);
        self.lost.retain(|&sector, _| sector < sectors);
    }

    /// A sync that reports an error: each pending sector was written, is dropped, or stays pending.
    pub(super) fn fail_sync(&mut self, random: &mut Random) {
        for (sector, platter) in std::mem::take(&mut self.dirty) {
            match random.below(4) {
                0 => {}
                1 => drop(self.dirty.insert(sector, platter)),
                _ => drop(self.lost.insert(sector, platter)),
            }
        }
    }

    /// Bit rot: cache and platter change together.
    pub(super) fn flip(&mut self, position: usize, bit: u8) {
        let mask = 1_u8 << (bit & 7);
        if let Some(byte) = self.live.get_mut(position) {
            *byte ^= mask;
        }
        let sector = position / SECTOR_BYTES;
        if let Some(Platter::Bytes(bytes)) =
            self.dirty.get_mut(&sector).or_else(|| self.lost.get_mut(&sector))
            && let Some(byte) = bytes.get_mut(position % SECTOR_BYTES)
        {
            *byte ^= mask;
        }
    }

    /// The file that a machine finds after the power came back.
    pub(super) fn after_power_cut(&self, mood: Mood, random: &mut Random) -> Vec<u8> {
        let len = self.surviving_len(mood, random);
        let mut found = self.live.clone();
        found.resize(len, 0);
        for (&sector, platter) in &self.dirty {
            let split = surviving_split(mood, random);
            self.settle(&mut found, sector, platter, &split, random);
        }
        for (&sector, platter) in &self.lost {
            self.settle(&mut found, sector, platter, &(0..0), random);
        }
        found
    }

    /// Keeps the platter's bytes of every sector of `range` that is about to change.
    fn remember(&mut self, range: Range<usize>) {
        for sector in range.start / SECTOR_BYTES..range.end.div_ceil(SECTOR_BYTES) {
            if self.dirty.contains_key(&sector) {
                continue;
            }
            let platter = self.lost.remove(&sector).unwrap_or_else(|| self.platter(sector));
            self.dirty.insert(sector, platter);
        }
    }

    /// The platter's bytes of a sector that is in step with the cache.
    fn platter(&self, sector: usize) -> Platter {
        let start = sector * SECTOR_BYTES;
        let end = (start + SECTOR_BYTES).min(self.durable_len).min(self.live.len());
        if start < end { Platter::Bytes(self.live[start..end].to_vec()) } else { Platter::Unwritten }
    }

    fn surviving_len(&self, mood: Mood, random: &mut Random) -> usize {
        let (low, high) = (self.durable_len.min(self.live.len()), self.durable_len.max(self.live.len()));
        match mood {
            Mood::Nothing => self.durable_len,
            Mood::Everything => self.live.len(),
            Mood::Mixed => match random.below(3) {
                0 => self.durable_len,
                1 => self.live.len(),
                _ => low + random.below(high - low + 1),
            },
        }
    }

    /// Rebuilds one sector of `found`: the cached bytes inside `split`, the platter's outside.
    fn settle(
        &self,
        found: &mut [u8],
        sector: usize,
        platter: &Platter,
        split: &Range<usize>,
        random: &mut Random,
    ) {
        let start = sector * SECTOR_BYTES;
        let stale = random.coin();
        let cached = 0..self.live.len().saturating_sub(start);
        for (inside, byte) in found.iter_mut().skip(start).take(SECTOR_BYTES).enumerate() {
            if !(split.contains(&inside) && cached.contains(&inside)) {
                let garbage = if stale { random.byte() } else { 0 };
                *byte = platter.byte(inside).unwrap_or(garbage);
            }
        }
    }
}

impl Platter {
    fn byte(&self, inside: usize) -> Option<u8> {
        match self {
            Self::Unwritten => None,
            Self::Bytes(bytes) => bytes.get(inside).copied(),
        }
    }
}

/// Which part of a pending sector reached the platter: none, all, its front or its back.
fn surviving_split(mood: Mood, random: &mut Random) -> Range<usize> {
    let none = 0..0;
    let all = 0..SECTOR_BYTES;
    match mood {
        Mood::Nothing => none,
        Mood::Everything => all,
        Mood::Mixed => match random.below(6) {
            0 | 1 => none,
            2 | 3 => all,
            4 => 0..random.below(SECTOR_BYTES),
            _ => random.below(SECTOR_BYTES)..SECTOR_BYTES,
        },
    }
}
