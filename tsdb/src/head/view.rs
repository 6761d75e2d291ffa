//! What a scan reads of a head: its blocks, held without the lock.

use std::ops::Range;
use std::sync::Arc;

use model::{Column, TimeRange};

use super::Head;
use super::block::Block;
use super::stretches::Stretches;
use crate::columns;
use crate::generation::{MeasurementId, RowNumber, SeriesId, Tables};
use crate::merge::{Piece, Rank};
use crate::tombstone::Hidden;

/// Rows of some series and fields of one measurement, up to a row number.
#[derive(Debug)]
pub(crate) struct HeadView {
    blocks: Vec<BlockView>,
    /// Rows with this number or a higher one are not seen.
    rows: RowNumber,
    /// Without it every block is asked for every series, which for all series of a large head is work with the
    /// square of its size.
    index: Option<Stretches>,
}

#[derive(Debug)]
struct BlockView {
    block: Arc<Block>,
    /// Place in the request and in the block of each wanted column.
    columns: Arc<[(usize, usize)]>,
}

impl HeadView {
    /// Collects the blocks of a measurement that hold one of the wanted fields. `wanted` tells whether a
    /// series is wanted: rows of others in the block that still grows are not copied.
    pub(crate) fn collect(
        head: &Head,
        tables: &Tables,
        measurement: MeasurementId,
        fields: &[&str],
        rows: RowNumber,
        wanted: impl Fn(SeriesId) -> bool,
    ) -> Self {
        let mut views = Vec::new();
        for (shape_id, arena) in &head.arenas {
            let shape = tables.shape(*shape_id);
            if shape.measurement != measurement || arena.first_row() >= rows {
                continue;
            }
            let names = shape.fields.iter().enumerate();
            let columns: Arc<[(usize, usize)]> = names
                .flat_map(|(column, field)| {
                    let name = &*tables.field(*field).name;
                    let places = fields.iter().enumerate().filter(move |(_, wanted)| **wanted == name);
                    places.map(move |(place, _)| (place, column))
                })
                .collect();
            if columns.is_empty() {
                continue;
            }
            let mut blocks = arena.full().to_vec();
            let open = arena.open().sorted_where(|series, row| row < rows && wanted(series));
            if open.len() > 0 {
                blocks.push(Arc::new(open));
            }
            views.extend(blocks.into_iter().map(|block| BlockView { block, columns: columns.clone() }));
        }
        Self { blocks: views, rows, index: None }
    }

    /// Collects the blocks of a measurement, to ask which rows are [live](Self::has_live).
    pub(crate) fn rows_of(head: &Head, tables: &Tables, measurement: MeasurementId, rows: RowNumber) -> Self {
        let arenas = head.arenas.iter().filter(|(shape, arena)| {
            tables.shape(**shape).measurement == measurement && arena.first_row() < rows
        });
        let columns: Arc<[(usize, usize)]> = Arc::new([]);
        let mut views = Vec::new();
        for (_, arena) in arenas {
            let open = Arc::new(arena.open().sorted_where(|_, row| row < rows));
            let blocks = arena.full().iter().cloned().chain(std::iter::once(open));
            views.extend(blocks.map(|block| BlockView { block, columns: columns.clone() }));
        }
        Self { blocks: views, rows, index: None }
    }

    /// Whether a series has a row that is not hidden.
    pub(crate) fn has_live(&self, series: SeriesId, hidden: &Hidden) -> bool {
        let is_live = |view: &BlockView| {
            let block = &view.block;
            let mut rows = block.range(series, &TimeRange::ALL);
            rows.any(|row| block.rows[row] < self.rows && !hidden.hides(block.times[row], block.rows[row]))
        };
        match &self.index {
            Some(index) => index.of(series).iter().any(|at| is_live(&self.blocks[at.block as usize])),
            None => self.blocks.iter().any(is_live),
        }
    }

    /// Prepares for reading so many series, if that is worth it; says how many bytes it takes.
    pub(crate) fn prepare(&mut self, series: usize) -> usize {
        let rows: usize = self.blocks.iter().map(|view| view.block.len()).sum();
        if series.saturating_mul(self.blocks.len()) <= rows {
            return 0;
        }
        let index = Stretches::new(self.blocks.iter().map(|view| &*view.block));
        let bytes = index.bytes();
        self.index = Some(index);
        bytes
    }

    /// Appends what it holds of a series inside `time` that is not hidden; `base` is added to row numbers to give
    /// ranks.
    pub(crate) fn pieces(
        &self,
        series: SeriesId,
        time: &TimeRange,
        hidden: Option<&Hidden>,
        base: u64,
        out: &mut Vec<Piece>,
    ) {
        let mut add = |view: &BlockView| {
            let range = view.block.range(series, time);
            if !range.is_empty() {
                out.push(self.piece(view, range, hidden, base));
            }
        };
        match &self.index {
            Some(index) => index.of(series).iter().for_each(|at| add(&self.blocks[at.block as usize])),
            None => self.blocks.iter().for_each(add),
        }
    }

    /// Whether it may hold a row of a series inside `time`.
    pub(crate) fn may_hold(&self, series: SeriesId, time: &TimeRange) -> bool {
        let holds = |view: &BlockView| !view.block.range(series, time).is_empty();
        match &self.index {
            Some(index) => index.of(series).iter().any(|at| holds(&self.blocks[at.block as usize])),
            None => self.blocks.iter().any(holds),
        }
    }

    fn piece(&self, view: &BlockView, range: Range<usize>, hidden: Option<&Hidden>, base: u64) -> Piece {
        let BlockView { block, columns } = view;
        let (start, end) = (range.start, range.end);
        let numbers = &block.rows[range];
        if hidden.is_none() && numbers.iter().all(|number| *number < self.rows) {
            let columns = columns.iter().map(|(place, column)| {
                let mut values = model::Values::empty(block.columns[*column].field_type());
                columns::append(&mut values, &block.columns[*column], start, end);
                (*place, Column::dense(values))
            });
            return Piece {
                times: block.times[start..end].to_vec(),
                rank: ranks(numbers.iter().copied(), base),
                columns: columns.collect(),
            };
        }
        let is_hidden =
            |row: usize| hidden.is_some_and(|hidden| hidden.hides(block.times[row], block.rows[row]));
        let rows = (start..end).filter(|row| block.rows[*row] < self.rows && !is_hidden(*row));
        let rows: Vec<u32> = rows.filter_map(|row| u32::try_from(row).ok()).collect();
        let at = |row: &u32| *row as usize;
        let columns = columns
            .iter()
            .map(|(place, column)| (*place, Column::dense(columns::pick(&block.columns[*column], &rows))));
        Piece {
            times: rows.iter().map(|row| block.times[at(row)]).collect(),
            rank: ranks(rows.iter().map(|row| block.rows[at(row)]), base),
            columns: columns.collect(),
        }
    }
}

fn ranks(numbers: impl Iterator<Item = RowNumber>, base: u64) -> Rank {
    Rank::Rows(numbers.map(|number| base + u64::from(number)).collect())
}
