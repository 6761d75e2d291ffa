//! Summaries: the statistics of one field over all buckets of its group, as columns.

use crate::codec::{Decoded, integers};
use model::{Column, Values};
use std::ops::Range;

/// A column of counts over all buckets; then columns over the buckets that hold a value. Rows count from the
/// bucket's first.
#[derive(Debug)]
pub(crate) struct Summaries {
    pub(crate) counts: Vec<i64>,
    pub(crate) first_rows: Vec<i64>,
    pub(crate) last_rows: Vec<i64>,
    /// Nothing for strings.
    pub(crate) numbers: Option<NumberColumns>,
}

/// What is computed from the values.
#[derive(Debug)]
pub(crate) struct NumberColumns {
    sum: Values,
    min: Values,
    max: Values,
    first: Values,
    last: Values,
    pub(crate) min_rows: Vec<i64>,
    pub(crate) max_rows: Vec<i64>,
}

impl NumberColumns {
    /// The columns of values, in the order in which they are stored.
    pub(crate) fn columns(&self) -> [&Values; 5] {
        [&self.sum, &self.min, &self.max, &self.first, &self.last]
    }
}

/// Computes the statistics of a column whose buckets are these rows.
pub(crate) fn summarise(column: &Column, buckets: &[Range<usize>]) -> Summaries {
    match column.valid_count() == column.len() {
        true => Summaries { numbers: numbers(column, buckets, |_| true), ..Summaries::dense(buckets) },
        false => summarise_sparse(column, buckets),
    }
}

fn summarise_sparse(column: &Column, buckets: &[Range<usize>]) -> Summaries {
    let (mut counts, mut first_rows, mut last_rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut valid = Vec::new();
    for bucket in buckets {
        let rows: Vec<usize> = bucket.clone().filter(|row| column.is_valid(*row)).collect();
        counts.push(rows.len() as i64);
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            first_rows.push((first - bucket.start) as i64);
            last_rows.push((last - bucket.start) as i64);
            valid.push(bucket.clone());
        }
    }
    let numbers = numbers(column, &valid, |row| column.is_valid(row));
    Summaries { counts, first_rows, last_rows, numbers }
}

fn numbers(
    column: &Column,
    buckets: &[Range<usize>],
    valid: impl Fn(usize) -> bool + Copy,
) -> Option<NumberColumns> {
    Some(match &column.values {
        Values::Float(v) => {
            let (sums, extremes) = fold(v, buckets, valid, 0.0, |sum, value| sum + value, less_float);
            let sums = sums.into_iter().map(|sum: f64| if sum.is_nan() { f64::NAN } else { sum });
            extremes.columns(Values::Float(sums.collect()), v, Values::Float)
        }
        Values::Integer(v) => {
            let (sums, extremes) = fold(v, buckets, valid, 0, i64::wrapping_add, |a, b| a < b);
            extremes.columns(Values::Integer(sums), v, Values::Integer)
        }
        Values::Unsigned(v) => {
            let (sums, extremes) = fold(v, buckets, valid, 0, u64::wrapping_add, |a, b| a < b);
            extremes.columns(Values::Unsigned(sums), v, Values::Unsigned)
        }
        Values::Boolean(v) => {
            let (sums, extremes) =
                fold(v, buckets, valid, 0, |sum, value| sum + u64::from(value), |a, b| !a & b);
            extremes.columns(Values::Unsigned(sums), v, Values::Boolean)
        }
        Values::String(_) => return None,
    })
}

/// Whether `a` is less; false if one is a NaN.
fn less_float(a: f64, b: f64) -> bool {
    a < b
}

/// The rows of the first, the last, the smallest and the largest value of each bucket, from the group's first.
#[derive(Debug, Default)]
struct Extremes {
    starts: Vec<usize>,
    first: Vec<usize>,
    last: Vec<usize>,
    min: Vec<usize>,
    max: Vec<usize>,
}

impl Extremes {
    fn columns<T: Copy>(self, sum: Values, values: &[T], wrap: fn(Vec<T>) -> Values) -> NumberColumns {
        let at = |rows: &[usize]| wrap(rows.iter().map(|row| values[*row]).collect());
        let offsets =
            |rows: &[usize]| rows.iter().zip(&self.starts).map(|(row, start)| (row - start) as i64).collect();
        NumberColumns {
            sum,
            min: at(&self.min),
            max: at(&self.max),
            first: at(&self.first),
            last: at(&self.last),
            min_rows: offsets(&self.min),
            max_rows: offsets(&self.max),
        }
    }
}

/// Sums and extremes of buckets that each hold a value. A value that is not equal to itself (NaN) gives way to any
/// other.
fn fold<T: Copy + PartialEq, S: Copy>(
    values: &[T],
    buckets: &[Range<usize>],
    valid: impl Fn(usize) -> bool,
    zero: S,
    add: impl Fn(S, T) -> S,
    less: impl Fn(T, T) -> bool,
) -> (Vec<S>, Extremes) {
    let mut sums = Vec::with_capacity(buckets.len());
    let mut extremes = Extremes::default();
    for bucket in buckets {
        let mut rows = bucket.clone().filter(|row| valid(*row));
        let first = rows.next().expect("only buckets with a value come here");
        let (mut sum, mut last, mut min, mut max) = (add(zero, values[first]), first, first, first);
        for row in rows {
            let value = values[row];
            sum = add(sum, value);
            last = row;
            min = if less(value, values[min]) || is_nan(values[min]) && !is_nan(value) { row } else { min };
            max = if less(values[max], value) || is_nan(values[max]) && !is_nan(value) { row } else { max };
        }
        sums.push(sum);
        extremes.starts.push(bucket.start);
        extremes.first.push(first);
        extremes.last.push(last);
        extremes.min.push(min);
        extremes.max.push(max);
    }
    (sums, extremes)
}

#[expect(clippy::eq_op, reason = "only a NaN differs from itself; T is not known to be a float")]
fn is_nan<T: Copy + PartialEq>(value: T) -> bool {
    value != value
}

impl Summaries {
    /// The rows of a field that every row has.
    pub(crate) fn dense(buckets: &[Range<usize>]) -> Self {
        Self {
            counts: buckets.iter().map(|rows| rows.len() as i64).collect(),
            first_rows: vec![0; buckets.len()],
            last_rows: buckets.iter().map(|rows| rows.len() as i64 - 1).collect(),
            numbers: None,
        }
    }

    /// Reads the rows of a field that some rows lack.
    pub(crate) fn decode_rows(input: &mut &[u8], buckets: usize) -> Decoded<Self> {
        let counts = integers::decode_new(input, buckets)?;
        let valid = counts.iter().filter(|count| **count != 0).count();
        let first_rows = integers::decode_new(input, valid)?;
        let last_rows = integers::decode_new(input, valid)?;
        Ok(Self { counts, first_rows, last_rows, numbers: None })
    }
}
