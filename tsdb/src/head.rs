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
mod present;
mod stretches;
mod view;

use std::collections::BTreeMap;

use model::{FieldType, TimeRange};

pub(crate) use arena::Arena;
pub(crate) use freeze::{freeze_bytes, frozen_series};
pub(crate) use view::HeadView;

use present::Present;

use crate::generation::{RowNumber, SeriesId, ShapeId};

/// The rows of one shard in one generation.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) arenas: BTreeMap<ShapeId, Arena>,
    arena_bytes: usize,
    present: Present,
    /// What the rows span.
    pub(crate) time: TimeRange,
    /// How many rows there are.
    pub(crate) rows: u64,
}

impl Default for Head {
    fn default() -> Self {
        let time = TimeRange::new(i64::MAX, i64::MIN);
        Self { arenas: BTreeMap::new(), arena_bytes: 0, present: Present::default(), time, rows: 0 }
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
        self.arenas.entry(shape).or_insert_with(|| {
            let arena = Arena::new(&types(), row);
            self.arena_bytes += arena.fixed_bytes();
            arena
        })
    }

    /// The memory held beside that of the rows.
    pub(crate) fn fixed_bytes(&self) -> usize {
        self.arena_bytes + self.present.bytes()
    }

    /// Notes that a row of `series` at `ts` with this number has come.
    pub(crate) fn note(&mut self, series: SeriesId, ts: i64, row: RowNumber) {
        self.rows += 1;
        self.time.start = self.time.start.min(ts);
        self.time.end = self.time.end.max(ts.saturating_add(1));
        self.present.note(series, row);
    }

    /// The series that have a row with a number below `rows`.
    pub(crate) fn series_before(&self, rows: RowNumber) -> impl Iterator<Item = SeriesId> + '_ {
        self.present.before(rows)
    }

    /// The series whose first row has this number or a higher one, in the order in which they came, without the first
    /// `known` of them.
    pub(crate) fn series_from(&self, rows: RowNumber, known: usize) -> impl Iterator<Item = SeriesId> + '_ {
        self.present.from(rows, known)
    }

    /// Whether a series has a row.
    pub(crate) fn has_series(&self, series: SeriesId) -> bool {
        self.present.has(series)
    }

    /// How many series there are.
    pub(crate) fn series_count(&self) -> usize {
        self.present.len()
    }

    /// Whether a shape has a row with this number or a higher one.
    pub(crate) fn has_row_from(&self, shape: ShapeId, row: RowNumber) -> bool {
        self.arenas.get(&shape).is_some_and(|arena| arena.last_row() >= row)
    }

    /// The shapes that have a row with a number below `rows`.
    pub(crate) fn shapes_before(&self, rows: RowNumber) -> impl Iterator<Item = ShapeId> + '_ {
        self.arenas.iter().filter(move |(_, arena)| arena.first_row() < rows).map(|(shape, _)| *shape)
    }
}
