//! What a scan reads of a head: its blocks, held without the lock.

use std::sync::Arc;

use model::{Column, TimeRange};

use super::Head;
use super::block::Block;
use crate::columns;
use crate::generation::{MeasurementId, RowNumber, SeriesId, Tables};
use crate::merge::{Piece, Rank};

/// Rows of some series and fields of one measurement, up to a row number.
#[derive(Debug)]
pub(crate) struct HeadView {
    arenas: Vec<ArenaView>,
    /// Rows with this number or a higher one are not seen.
    rows: RowNumber,
}

#[derive(Debug)]
struct ArenaView {
    /// Place in the request and in the block of each wanted column.
    columns: Vec<(usize, usize)>,
    blocks: Vec<Arc<Block>>,
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
        let mut arenas = Vec::new();
        for (shape_id, arena) in &head.arenas {
            let shape = tables.shape(*shape_id);
            if shape.measurement != measurement || arena.first_row() >= rows {
                continue;
            }
            let names = shape.fields.iter().enumerate();
            let columns: Vec<(usize, usize)> = names
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
            arenas.push(ArenaView { columns, blocks });
        }
        Self { arenas, rows }
    }

    /// Appends what it holds of a series inside `time`; `base` is added to row numbers to give ranks.
    pub(crate) fn pieces(&self, series: SeriesId, time: &TimeRange, base: u64, out: &mut Vec<Piece>) {
        for arena in &self.arenas {
            for block in &arena.blocks {
                let range = block.range(series, time);
                if !range.is_empty() {
                    out.push(self.piece(arena, block, range.start, range.end, base));
                }
            }
        }
    }

    fn piece(&self, arena: &ArenaView, block: &Block, start: usize, end: usize, base: u64) -> Piece {
        let numbers = &block.rows[start..end];
        if numbers.iter().all(|number| *number < self.rows) {
            let columns = arena.columns.iter().map(|(place, column)| {
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
        let rows = (start..end).filter(|row| block.rows[*row] < self.rows);
        let rows: Vec<u32> = rows.filter_map(|row| u32::try_from(row).ok()).collect();
        let at = |row: &u32| *row as usize;
        let columns = arena
            .columns
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
