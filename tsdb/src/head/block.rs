//! Some thousand rows of one shape.

use std::ops::Range;

use model::{FieldType, TimeRange, ValueRef, Values};

use crate::columns;
use crate::generation::{RowNumber, SeriesId};
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_ROWS};

/// Rows as columns: in the order of arrival, or sorted by series, time and arrival.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(super) series: Vec<SeriesId>,
    pub(super) times: Vec<i64>,
    pub(super) rows: Vec<RowNumber>,
    pub(super) columns: Vec<Values>,
    text_bytes: usize,
    time: TimeRange,
}

impl Block {
    pub(super) fn new(types: &[FieldType]) -> Self {
        let columns = types.iter().map(|ty| Values::empty(*ty)).collect();
        let time = TimeRange::new(i64::MAX, i64::MIN);
        Self { series: Vec::new(), times: Vec::new(), rows: Vec::new(), columns, text_bytes: 0, time }
    }

    /// An empty block with the same columns.
    pub(super) fn empty_like(&self) -> Self {
        Self::new(&self.columns.iter().map(Values::field_type).collect::<Vec<_>>())
    }

    pub(super) fn push<'a>(
        &mut self,
        series: SeriesId,
        ts: i64,
        row: RowNumber,
        values: impl Iterator<Item = ValueRef<'a>>,
    ) {
        self.series.push(series);
        self.times.push(ts);
        self.rows.push(row);
        self.time.start = self.time.start.min(ts);
        self.time.end = self.time.end.max(ts.saturating_add(1));
        for (column, value) in self.columns.iter_mut().zip(values) {
            if let ValueRef::String(text) = value {
                self.text_bytes += text.len();
            }
            columns::push(column, value);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.series.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() >= BLOCK_ROWS || self.text_bytes >= BLOCK_BYTES_MAX
    }

    /// The same rows by series, then time, then arrival.
    pub(super) fn sorted(self) -> Self {
        let order = self.order(0..next(self.len()));
        if order.iter().enumerate().all(|(index, row)| index == *row as usize) {
            return self;
        }
        self.pick(&order)
    }

    /// A sorted block of those rows that `wanted` takes, by series and number.
    pub(super) fn sorted_where(&self, wanted: impl Fn(SeriesId, RowNumber) -> bool) -> Self {
        let rows = (0..next(self.len())).filter(|row| {
            let row = *row as usize;
            wanted(self.series[row], self.rows[row])
        });
        self.pick(&self.order(rows))
    }

    fn order(&self, rows: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut order: Vec<u32> = rows.collect();
        let key =
            |row: &u32| (self.series[*row as usize], self.times[*row as usize], self.rows[*row as usize]);
        if !order.is_sorted_by_key(key) {
            order.sort_unstable_by_key(key);
        }
        order
    }

    fn pick(&self, order: &[u32]) -> Self {
        let at = |row: &u32| *row as usize;
        Self {
            series: order.iter().map(|row| self.series[at(row)]).collect(),
            times: order.iter().map(|row| self.times[at(row)]).collect(),
            rows: order.iter().map(|row| self.rows[at(row)]).collect(),
            columns: self.columns.iter().map(|column| columns::pick(column, order)).collect(),
            text_bytes: self.text_bytes,
            time: self.time,
        }
    }

    /// The rows of `series` that begin at `start` in a sorted block.
    pub(super) fn rows_of(&self, series: SeriesId, start: usize) -> Range<usize> {
        start..start + self.series[start..].iter().take_while(|other| **other == series).count()
    }

    /// Where the rows of `series` inside `time` lie in a sorted block.
    pub(super) fn range(&self, series: SeriesId, time: &TimeRange) -> Range<usize> {
        let may_have = |(first, last): (&SeriesId, &SeriesId)| (*first..=*last).contains(&series);
        let ends = self.series.first().zip(self.series.last());
        if !self.time.overlaps(time) || !ends.is_some_and(may_have) {
            return 0..0;
        }
        let start = self.series.partition_point(|other| *other < series);
        let end = start + self.series[start..].partition_point(|other| *other == series);
        let times = &self.times[start..end];
        let first = times.partition_point(|ts| *ts < time.start);
        let last = times.partition_point(|ts| *ts < time.end);
        start + first..start + last
    }
}

/// A block has far fewer than 4 G rows.
fn next(len: usize) -> u32 {
    u32::try_from(len).expect("a block is cut at BLOCK_ROWS")
}
