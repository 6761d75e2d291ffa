//! The head of a shard: its rows that are not in a segment yet, in arenas of dense columns.
//!
//! An arena holds the rows of one shape in the order of arrival. Its rows lie in blocks: the open one
//! grows; a full one is sorted by series and time, once, and shared with readers from then on. Each row
//! carries its number in the generation's order of arrival: it bounds what a snapshot sees, and of two
//! values for one (series, time, field) the one with the higher number counts.

mod arena;
mod block;
mod freeze;
mod live;
mod view;

use std::collections::BTreeMap;

use model::{FieldType, TimeRange};

pub(crate) use arena::Arena;
pub(crate) use freeze::frozen_series;
pub(crate) use view::HeadView;

use crate::generation::{RowNumber, SeriesId, ShapeId};

/// The rows of one shard in one generation.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) arenas: BTreeMap<ShapeId, Arena>,
    /// Which series are here: one bit for each id.
    seen: Vec<u64>,
    /// Each series with the number of its first row, in the order of arrival.
    present: Vec<(SeriesId, RowNumber)>,
    /// What the rows span.
    pub(crate) time: TimeRange,
    /// How many rows there are.
    pub(crate) rows: u64,
}

impl Default for Head {
    fn default() -> Self {
        let time = TimeRange::new(i64::MAX, i64::MIN);
        Self { arenas: BTreeMap::new(), seen: Vec::new(), present: Vec::new(), time, rows: 0 }
    }
}

impl Head {
    /// The arena of a shape; `types` are its columns' types, should it be new.
    pub(crate) fn arena(
        &mut self,
        shape: ShapeId,
        types: impl FnOnce() -> Vec<FieldType>,
        row: RowNumber,
    ) -> &mut Arena {
        self.arenas.entry(shape).or_insert_with(|| Arena::new(&types(), row))
    }

    /// Notes that a row of `series` at `ts` with this number has come.
    pub(crate) fn note(&mut self, series: SeriesId, ts: i64, row: RowNumber) {
        self.rows += 1;
        self.time.start = self.time.start.min(ts);
        self.time.end = self.time.end.max(ts.saturating_add(1));
        let (word, bit) = (series as usize / 64, 1_u64 << (series % 64));
        if word >= self.seen.len() {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit == 0 {
            self.seen[word] |= bit;
            self.present.push((series, row));
        }
    }

    /// The series that have a row with a number below `rows`.
    pub(crate) fn series_before(&self, rows: RowNumber) -> impl Iterator<Item = SeriesId> + '_ {
        let count = self.present.partition_point(|(_, first)| *first < rows);
        self.present[..count].iter().map(|(series, _)| *series)
    }

    /// How many series there are.
    pub(crate) fn series_count(&self) -> usize {
        self.present.len()
    }

    /// The shapes that have a row with a number below `rows`.
    pub(crate) fn shapes_before(&self, rows: RowNumber) -> impl Iterator<Item = ShapeId> + '_ {
        self.arenas.iter().filter(move |(_, arena)| arena.first_row() < rows).map(|(shape, _)| *shape)
    }
}
