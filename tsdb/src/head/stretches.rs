//! Where the rows of each series lie in sorted blocks: eight bytes for each series and block.

use super::block::Block;
use crate::generation::SeriesId;

/// Neighbouring rows of one series in one block; they end where another series begins.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretch {
    /// Number of the block.
    pub(super) block: u32,
    /// Its first row there.
    pub(super) start: u32,
}

/// The stretches of every series, in the order of the blocks.
#[derive(Debug)]
pub(super) struct Stretches {
    /// For each series id, where its stretches end; they begin where those of the id before end.
    ends: Vec<u32>,
    stretches: Vec<Stretch>,
}

impl Stretches {
    pub(super) fn new<'a>(blocks: impl Iterator<Item = &'a Block> + Clone) -> Self {
        let last = blocks.clone().filter_map(|block| block.series.last()).max();
        let mut ends = vec![0_u32; last.map_or(0, |last| *last as usize + 1)];
        blocks.clone().for_each(|block| each(block, |series, _| ends[series] += 1));
        let mut total = 0;
        for end in &mut ends {
            // Where the series' stretches begin; filling them moves it to where they end.
            total += std::mem::replace(end, total);
        }
        let mut stretches = vec![Stretch::default(); total as usize];
        for (number, block) in (0_u32..).zip(blocks) {
            each(block, |series, start| {
                stretches[ends[series] as usize] = Stretch { block: number, start };
                ends[series] += 1;
            });
        }
        Self { ends, stretches }
    }

    /// The stretches of a series.
    pub(super) fn of(&self, series: SeriesId) -> &[Stretch] {
        let series = series as usize;
        let Some(end) = self.ends.get(series) else { return &[] };
        let start = series.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.stretches[start as usize..*end as usize]
    }

    /// The memory held.
    pub(super) fn bytes(&self) -> usize {
        self.ends.len() * size_of::<u32>() + self.stretches.len() * size_of::<Stretch>()
    }
}

/// Gives each series of a sorted block with its first row.
fn each(block: &Block, mut take: impl FnMut(usize, u32)) {
    let mut before = None;
    for (row, series) in (0_u32..).zip(&block.series) {
        if before != Some(series) {
            take(*series as usize, row);
            before = Some(series);
        }
    }
}
