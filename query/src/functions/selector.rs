//! min, max, first and last: functions that pick one row of a bucket.
//!
//! Ties are InfluxDB's: of equal values `min` and `max` take the earlier point; of equal times `first`
//! and `last` take the larger value.

use super::accumulate::{Accumulator, Batch, Point, entry, take_aux};
use model::{Column, FieldSummary, FieldValue, Picked, StringColumn, ValueRef, Values};
use std::cmp::Ordering;
use std::ops::Range;

/// Which row is picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The oldest point.
    First,
    /// The newest point.
    Last,
}

impl Pick {
    /// How two values compare: NaN is neither smallest nor largest where there is a number.
    fn compare(self, a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
        match (a, b) {
            (ValueRef::Float(a), ValueRef::Float(b)) => self.floats(a, b),
            (a, b) => compare(a, b),
        }
    }

    fn floats(self, a: f64, b: f64) -> Ordering {
        match self {
            Self::Max if a.is_nan() || b.is_nan() => b.is_nan().cmp(&a.is_nan()),
            _ => floats(a, b),
        }
    }

    /// Whether a point is to be taken instead of the one picked so far, if there is one.
    fn is_better(self, picked: Option<&Point>, time: i64, value: ValueRef<'_>) -> bool {
        match picked {
            Some(Point { time: known, value: Some(current), .. }) => {
                self.prefers(self.compare(value, current.as_ref()), time.cmp(known))
            }
            _ => true,
        }
    }

    /// What was told of it.
    fn of(self, told: &FieldSummary) -> Option<&Picked> {
        match self {
            Self::Min => told.min.as_ref(),
            Self::Max => told.max.as_ref(),
            Self::First => told.first.as_ref(),
            Self::Last => told.last.as_ref(),
        }
    }

    /// Whether a point is to be taken instead of the one picked so far, given how its value and its
    /// time compare with that one's.
    fn prefers(self, value: Ordering, time: Ordering) -> bool {
        match self {
            Self::Min => value.is_lt() || value.is_eq() && time.is_lt(),
            Self::Max => value.is_gt() || value.is_eq() && time.is_lt(),
            Self::First => time.is_lt() || time.is_eq() && value.is_gt(),
            Self::Last => time.is_gt() || time.is_eq() && value.is_gt(),
        }
    }
}

/// Picks one row per bucket.
pub(crate) struct Selector {
    pick: Pick,
    buckets: Vec<Option<Point>>,
    aux_bytes: usize,
}

impl Selector {
    /// A selector of one kind, for an argument of any type.
    pub(crate) fn new(pick: Pick) -> Self {
        Self { pick, buckets: Vec::new(), aux_bytes: 0 }
    }
}

impl Accumulator for Selector {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        let picked = entry(&mut self.buckets, bucket);
        let Some(row) = best_row(self.pick, batch.values, batch.times, rows) else { return };
        let Some(value) = batch.values.get(row) else { return };
        if self.pick.is_better(picked.as_ref(), batch.times[row], value) {
            let aux = take_aux(batch, row);
            self.aux_bytes += aux.len() * size_of::<Option<FieldValue>>();
            *picked = Some(Point { time: batch.times[row], value: Some(value.to_owned()), aux });
        }
    }

    fn add_told(&mut self, bucket: usize, told: &FieldSummary, index: usize) {
        let picked = entry(&mut self.buckets, bucket);
        let Some(Picked { values, times }) = self.pick.of(told) else { return };
        let value = values.get(index);
        if self.pick.is_better(picked.as_ref(), times[index], value) {
            *picked = Some(Point::bare(times[index], Some(value.to_owned())));
        }
    }

    fn finish(&mut self, bucket: usize, _start: i64) -> Vec<Point> {
        self.buckets.get_mut(bucket).and_then(Option::take).into_iter().collect()
    }

    fn bytes(&self) -> usize {
        self.buckets.capacity() * size_of::<Option<Point>>()
    }
}

/// How two values of one type compare, as sorting needs it: NaN is the largest number. What does not
/// compare is equal.
pub(crate) fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Float(a), ValueRef::Float(b)) => floats(a, b),
        (ValueRef::Integer(a), ValueRef::Integer(b)) => a.cmp(&b),
        (ValueRef::Unsigned(a), ValueRef::Unsigned(b)) => a.cmp(&b),
        (ValueRef::Boolean(a), ValueRef::Boolean(b)) => a.cmp(&b),
        (ValueRef::String(a), ValueRef::String(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// The row of `rows` that is picked, if one holds a value.
fn best_row(pick: Pick, column: &Column, times: &[i64], rows: Range<usize>) -> Option<usize> {
    match &column.values {
        Values::Float(v) => best(pick, column, times, rows, |a, b| pick.floats(v[a], v[b])),
        Values::Integer(v) => best(pick, column, times, rows, |a, b| v[a].cmp(&v[b])),
        Values::Unsigned(v) => best(pick, column, times, rows, |a, b| v[a].cmp(&v[b])),
        Values::Boolean(v) => best(pick, column, times, rows, |a, b| v[a].cmp(&v[b])),
        Values::String(v) => best(pick, column, times, rows, |a, b| texts(v, a, b)),
    }
}

fn texts(texts: &StringColumn, a: usize, b: usize) -> Ordering {
    texts.get(a).cmp(texts.get(b))
}

fn best(
    pick: Pick,
    column: &Column,
    times: &[i64],
    rows: Range<usize>,
    compare: impl Fn(usize, usize) -> Ordering,
) -> Option<usize> {
    let mut valid = rows.filter(|row| column.is_valid(*row));
    let first = valid.next()?;
    Some(valid.fold(first, |best, row| {
        if pick.prefers(compare(row, best), times[row].cmp(&times[best])) { row } else { best }
    }))
}
