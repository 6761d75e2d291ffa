//! What every function that reduces a bucket of rows to points has in common.

use model::{Column, FieldSummary, FieldValue, ValueRef};
use std::ops::Range;

/// Rows that are fed to an accumulator.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// The instant of each row.
    pub(crate) times: &'a [i64],
    /// The function's argument.
    pub(crate) values: &'a Column,
    /// What a selector carries along from the row it picks.
    pub(crate) aux: &'a [&'a Column],
}

/// A point that a function gives. The value may be null, which a fill option may replace.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// When: the instant of the picked row, or the start of the bucket.
    pub(crate) time: i64,
    /// The value.
    pub(crate) value: Option<FieldValue>,
    /// The other columns of the picked row.
    pub(crate) aux: Box<[Option<FieldValue>]>,
}

impl Point {
    /// A point without other columns.
    pub(crate) fn bare(time: i64, value: Option<FieldValue>) -> Self {
        Self { time, value, aux: Box::default() }
    }
}

/// Reduces rows to points, bucket by bucket. Buckets are numbered in the order of their first row.
pub(crate) trait Accumulator {
    /// Adds some rows to a bucket. The rows of one call are all of one bucket.
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>);

    /// Adds rows to a bucket by what they come to: entry `index` of `told`, which counts one or more values.
    /// Only asked of what [`Reducer::summary`](super::Reducer::summary) says can be told so.
    fn add_told(&mut self, bucket: usize, told: &FieldSummary, index: usize) {
        let _ = (bucket, told, index);
        unreachable!("only rows come to a reducer that needs them");
    }

    /// The points of a bucket that starts at `start`, by time. None where it had no values.
    fn finish(&mut self, bucket: usize, start: i64) -> Vec<Point>;

    /// Roughly how many bytes are held, for the budget.
    fn bytes(&self) -> usize;
}

/// The entry of a bucket, made when it is missing.
pub(crate) fn entry<T: Default>(buckets: &mut Vec<T>, bucket: usize) -> &mut T {
    if buckets.len() <= bucket {
        buckets.resize_with(bucket + 1, T::default);
    }
    &mut buckets[bucket]
}

/// The other columns of row `row`, owned.
pub(crate) fn take_aux(batch: &Batch<'_>, row: usize) -> Box<[Option<FieldValue>]> {
    batch.aux.iter().map(|column| column.get(row).map(ValueRef::to_owned)).collect()
}
