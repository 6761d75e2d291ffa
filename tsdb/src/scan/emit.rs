//! From the rows of a window to batches in the wanted order.

use std::collections::VecDeque;
use std::sync::Arc;

use model::{Column, ColumnBatch, Direction, ScanBatch, SeriesColumn};

use super::plan::tags;
use crate::columns;
use crate::limits::BATCH_ROWS;
use crate::snapshot::Matched;

/// Appends the rows of a bundle, one batch of columns for each of its series, in the wanted direction.
pub(super) fn emit(
    series: &[Matched],
    mut rows: Vec<ColumnBatch>,
    direction: Direction,
    out: &mut VecDeque<ScanBatch>,
) {
    if let [one] = series
        && let Some(rows) = rows.pop()
    {
        emit_one(&one.tags, rows, direction, out);
    } else {
        emit_many(series, &rows, direction, out);
    }
}

fn emit_one(tags: &Arc<model::Tags>, rows: ColumnBatch, direction: Direction, out: &mut VecDeque<ScanBatch>) {
    let rows = match direction {
        Direction::Ascending => rows,
        Direction::Descending => reversed(&rows),
    };
    if rows.is_empty() {
        return;
    }
    if rows.len() <= BATCH_ROWS {
        out.push_back(ScanBatch { series: SeriesColumn::One(tags.clone()), columns: rows });
        return;
    }
    for start in (0..rows.len()).step_by(BATCH_ROWS) {
        let end = (start + BATCH_ROWS).min(rows.len());
        let part = ColumnBatch {
            times: rows.times[start..end].to_vec(),
            columns: rows.columns.iter().map(|column| columns::cut(column, start, end)).collect(),
        };
        out.push_back(ScanBatch { series: SeriesColumn::One(tags.clone()), columns: part });
    }
}

fn reversed(rows: &ColumnBatch) -> ColumnBatch {
    ColumnBatch {
        times: rows.times.iter().rev().copied().collect(),
        columns: rows.columns.iter().map(columns::reverse).collect(),
    }
}

/// Rows of several series by time; of equal times the series with the lower key first.
fn emit_many(series: &[Matched], rows: &[ColumnBatch], direction: Direction, out: &mut VecDeque<ScanBatch>) {
    let table = tags(series);
    let mut order: Vec<(i64, u32, usize)> = Vec::with_capacity(rows.iter().map(ColumnBatch::len).sum());
    for (number, of_series) in (0_u32..).zip(rows) {
        order.extend(of_series.times.iter().enumerate().map(|(row, ts)| (*ts, number, row)));
    }
    match direction {
        Direction::Ascending => order.sort_unstable(),
        Direction::Descending => {
            order.sort_unstable_by_key(|(ts, number, _)| (std::cmp::Reverse(*ts), *number));
        }
    }
    for part in order.chunks(BATCH_ROWS) {
        out.push_back(pick(&table, rows, part));
    }
}

fn pick(table: &Arc<[Arc<model::Tags>]>, rows: &[ColumnBatch], order: &[(i64, u32, usize)]) -> ScanBatch {
    let width = rows.first().map_or(0, |rows| rows.columns.len());
    let columns = (0..width).map(|place| {
        let mut column = Column::empty(rows[0].columns[place].field_type());
        for (_, number, row) in order {
            column.push(rows[*number as usize].columns[place].get(*row));
        }
        column
    });
    let columns =
        ColumnBatch { times: order.iter().map(|(ts, _, _)| *ts).collect(), columns: columns.collect() };
    let rows = order.iter().map(|(_, number, _)| *number).collect();
    ScanBatch { series: SeriesColumn::Many { table: table.clone(), rows }, columns }
}
