//! percentile, median, mode, distinct: functions that need all values of a bucket at once.

use super::accumulate::{Accumulator, Batch, Point, entry, take_aux};
use super::number;
use super::selector::compare;
use model::{Column, FieldType, FieldValue, ValueRef};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::ops::Range;

/// What is made of a bucket's values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Whole {
    /// `percentile(v, n)`: the value at the nearest rank, with its row.
    Percentile(f64),
    /// `median`: the middle value, or the mean of the two.
    Median,
    /// `mode`: the most frequent value, and where all differ the smallest.
    Mode,
    /// `distinct`: every value once, by the time of its first appearance, or of its last one when time
    /// runs back.
    Distinct,
    /// `count(distinct(v))`: how many values there are, each once.
    CountDistinct,
}

#[derive(Default)]
struct Kept {
    times: Vec<i64>,
    values: Option<Column>,
    aux: Vec<Box<[Option<FieldValue>]>>,
}

/// One of the [`Whole`] functions.
pub(crate) struct Collect {
    whole: Whole,
    ascending: bool,
    buckets: Vec<Kept>,
    bytes: usize,
}

impl Collect {
    /// A function for an argument of any type; `median` wants numbers.
    pub(crate) fn new(whole: Whole, ascending: bool) -> Self {
        Self { whole, ascending, buckets: Vec::new(), bytes: 0 }
    }
}

impl Accumulator for Collect {
    fn add(&mut self, bucket: usize, batch: &Batch<'_>, rows: Range<usize>) {
        let kept = entry(&mut self.buckets, bucket);
        let values = kept.values.get_or_insert_with(|| Column::empty(batch.values.field_type()));
        for row in rows {
            let Some(value) = batch.values.get(row) else { continue };
            values.push(Some(value));
            kept.times.push(batch.times[row]);
            if !batch.aux.is_empty() {
                kept.aux.push(take_aux(batch, row));
            }
            self.bytes += 16 + batch.aux.len() * size_of::<Option<FieldValue>>() + text_bytes(value);
        }
    }

    fn finish(&mut self, bucket: usize, start: i64) -> Vec<Point> {
        let Some(kept) = self.buckets.get_mut(bucket).map(std::mem::take) else { return Vec::new() };
        let Some(values) = kept.values.filter(|values| !values.is_empty()) else { return Vec::new() };
        match self.whole {
            Whole::Percentile(percent) => {
                let Some(row) = percentile_row(&values, &kept.times, percent) else { return Vec::new() };
                let aux = kept.aux.into_iter().nth(row).unwrap_or_default();
                vec![Point { time: kept.times[row], value: owned(&values, row), aux }]
            }
            Whole::Median => vec![Point::bare(start, Some(FieldValue::Float(median(&values))))],
            Whole::Mode => {
                vec![Point::bare(start, owned(&values, mode_row(&values, &kept.times, self.ascending)))]
            }
            Whole::Distinct => distinct_rows(&values, &kept.times, self.ascending)
                .into_iter()
                .map(|row| Point::bare(start, owned(&values, row)))
                .collect(),
            Whole::CountDistinct => {
                let count = distinct_rows(&values, &kept.times, true).len().cast_signed() as i64;
                vec![Point::bare(start, Some(FieldValue::Integer(count)))]
            }
        }
    }

    fn bytes(&self) -> usize {
        self.bytes + self.buckets.capacity() * size_of::<Kept>()
    }
}

fn text_bytes(value: ValueRef<'_>) -> usize {
    if let ValueRef::String(text) = value { text.len() } else { 0 }
}

fn owned(values: &Column, row: usize) -> Option<FieldValue> {
    values.get(row).map(ValueRef::to_owned)
}

/// The rows by value, equal values by time, which runs forward or back.
fn sorted(values: &Column, times: &[i64], ascending: bool) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..values.len()).collect();
    let by_time = |a: usize, b: usize| {
        let order = times[a].cmp(&times[b]);
        if ascending { order } else { order.reverse() }
    };
    rows.sort_by(|a, b| by_value(values, *a, *b).then_with(|| by_time(*a, *b)));
    rows
}

fn by_value(values: &Column, a: usize, b: usize) -> Ordering {
    compare(values.values.get(a), values.values.get(b))
}

/// The nearest rank: `floor(n * percent / 100 + 0.5)`, counted from 1.
fn percentile_row(values: &Column, times: &[i64], percent: f64) -> Option<usize> {
    let rank = (number::count(values.len()) * percent / 100.0 + 0.5).floor();
    let in_range = rank >= 1.0 && rank <= number::count(values.len());
    let rows = in_range.then(|| sorted(values, times, true))?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it was just found to lie between 1 and the number of rows"
    )]
    rows.get(rank as usize - 1).copied()
}

fn median(values: &Column) -> f64 {
    let rows = sorted(values, &vec![0; values.len()], true);
    let middle = rows.len() / 2;
    if rows.len() % 2 == 1 {
        return number(values, rows[middle]);
    }
    let (low, high) = (number(values, rows[middle - 1]), number(values, rows[middle]));
    low + (high - low) / 2.0
}

#[expect(clippy::cast_precision_loss, reason = "the median of integers is a float")]
fn number(values: &Column, row: usize) -> f64 {
    match values.values.get(row) {
        ValueRef::Float(value) => value,
        ValueRef::Integer(value) => value as f64,
        ValueRef::Unsigned(value) => value as f64,
        ValueRef::Boolean(_) | ValueRef::String(_) => f64::NAN,
    }
}

/// As InfluxDB counts: a value is considered from its second appearance on, so where all values differ
/// the smallest is the mode. Of two that are as frequent the larger wins unless it first appears after
/// the smaller one's last appearance.
fn mode_row(values: &Column, times: &[i64], ascending: bool) -> usize {
    let rows = sorted(values, times, ascending);
    let mut runs = rows.chunk_by(|a, b| by_value(values, *a, *b).is_eq());
    let mut best = runs.next().unwrap_or_default();
    for run in runs.filter(|run| run.len() > 1) {
        let is_early = times[run[0]] <= times[best[best.len() - 1]];
        if run.len() > best.len() || run.len() == best.len() && is_early {
            best = run;
        }
    }
    best[0]
}

/// One row of each value: the first of it in the order of the statement. By time in any case.
fn distinct_rows(values: &Column, times: &[i64], ascending: bool) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..values.len()).collect();
    rows.sort_by(|a, b| times[*a].cmp(&times[*b]).then_with(|| by_value(values, *a, *b)));
    if !ascending {
        rows.reverse();
    }
    let mut seen = HashSet::new();
    let mut texts = HashSet::new();
    rows.retain(|row| match values.values.get(*row) {
        ValueRef::Float(value) => seen.insert(if value == 0.0 { 0 } else { value.to_bits() }),
        ValueRef::Integer(value) => seen.insert(value.cast_unsigned()),
        ValueRef::Unsigned(value) => seen.insert(value),
        ValueRef::Boolean(value) => seen.insert(u64::from(value)),
        ValueRef::String(text) => texts.insert(text.to_owned()),
    });
    if !ascending {
        rows.reverse();
    }
    rows
}

/// Whether `whole` takes an argument of this type.
pub(crate) fn accepts(whole: Whole, ty: FieldType) -> bool {
    match whole {
        Whole::Percentile(_) | Whole::Median => ty.is_numeric(),
        Whole::Mode | Whole::Distinct | Whole::CountDistinct => true,
    }
}
