//! Statistics: what each wall-clock bucket of a field comes to, so that a query may do without its pages.
//!
//! ```text
//! grid   width ns · count of buckets · bucket numbers (time / width, rounded down) · rows of each
//! field  dense or sparse · if sparse: counts, first rows, last rows
//!        · unless a string: sums, minima, maxima, firsts, lasts · rows of minima, rows of maxima
//! ```
//!
//! Every column is encoded like a page of its own type, integers stay integers and floats keep their bits. Rows
//! count from the bucket's first. A bucket without a value of a sparse field has a count of 0 and stands in no
//! other column.

use super::format::{STATISTICS_DENSE, STATISTICS_SPARSE};
use super::summary::{Summaries, summarise};
use crate::codec::{self, Decoded, Malformed, integers, read_byte, read_count, read_u64, write_count};
use disk::varint;
use model::{Column, FieldType, SummaryKinds, TimeRange, Values};
use std::ops::Range;

/// Groups of fewer rows have no statistics: decoding them is as fast.
const ROWS_MIN: usize = 64;

/// Most rows that a bucket should hold on average. At 10 s between points this makes buckets of an hour.
const BUCKET_ROWS: i128 = 512;

const SECOND: i64 = 1_000_000_000;

/// Widths of buckets, in ns: what people group by. Each divides a day or is a multiple of one.
const WIDTHS: [i64; 18] = [
    SECOND / 1000,
    SECOND / 200,
    SECOND / 50,
    SECOND / 10,
    SECOND / 2,
    SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    60 * SECOND,
    5 * 60 * SECOND,
    10 * 60 * SECOND,
    30 * 60 * SECOND,
    3600 * SECOND,
    3 * 3600 * SECOND,
    6 * 3600 * SECOND,
    86_400 * SECOND,
    7 * 86_400 * SECOND,
];

/// The buckets of a group: which part of its rows falls into which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    width: i64,
    numbers: Vec<i64>,
    rows: Vec<Range<usize>>,
}

impl Grid {
    /// How many buckets there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The time of a bucket.
    pub(crate) fn range(&self, index: usize) -> TimeRange {
        bucket(self.numbers[index], self.width)
    }

    /// The rows of a bucket, counted from the first row of the group.
    pub(crate) fn rows(&self, index: usize) -> Range<usize> {
        self.rows[index].clone()
    }

    /// The buckets for rows at these times; nothing for a small group or one of very sparse times.
    pub(crate) fn of(times: &[i64]) -> Option<Self> {
        let width = width(times)?;
        let (mut numbers, mut rows) = (Vec::new(), Vec::new());
        let mut start = 0;
        while start < times.len() {
            let number = times[start].div_euclid(width);
            let end_time = bucket(number, width).end;
            let len = times[start..].partition_point(|ts| *ts < end_time);
            numbers.push(number);
            rows.push(start..start + len.max(1));
            start += len.max(1);
        }
        Some(Self { width, numbers, rows })
    }

    /// Appends the grid.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        varint::write_u64(out, self.width.cast_unsigned());
        write_count(out, self.numbers.len());
        integers::encode(&self.numbers, out);
        integers::encode(&self.rows.iter().map(|rows| rows.len() as i64).collect::<Vec<_>>(), out);
    }

    /// Reads the grid of a group of `rows` rows.
    pub(crate) fn decode(bytes: &[u8], rows: usize) -> Decoded<Self> {
        let mut input = bytes;
        let width = i64::try_from(read_u64(&mut input)?).ok().filter(|width| *width > 0);
        let width = width.ok_or(Malformed("the width of a bucket"))?;
        // On average a bucket holds as many rows as a group needs; the first and the last may be cut off.
        let count = read_count(&mut input, rows / ROWS_MIN + 2)?;
        let numbers = integers::decode_new(&mut input, count)?;
        let lens = integers::decode_new(&mut input, count)?;
        let mut start = 0;
        let ranges: Option<Vec<Range<usize>>> = lens
            .into_iter()
            .map(|len| {
                let end = usize::try_from(len).ok()?.checked_add(start).filter(|end| *end <= rows)?;
                Some(std::mem::replace(&mut start, end)..end)
            })
            .collect();
        let rows = ranges
            .filter(|_| start == rows && input.is_empty())
            .ok_or(Malformed("the rows of each bucket"))?;
        Ok(Self { width, numbers, rows })
    }
}

/// The widest bucket that does not hold too many rows on average.
fn width(times: &[i64]) -> Option<i64> {
    let (first, last) = (times.first()?, times.last()?);
    let span = i128::from(*last) - i128::from(*first) + 1;
    let rows = |width: i64| times.len() as i128 * i128::from(width) / span;
    let width = WIDTHS.into_iter().rev().find(|width| rows(*width) <= BUCKET_ROWS).unwrap_or(WIDTHS[0]);
    let rows_min = ROWS_MIN as i128;
    (times.len() >= ROWS_MIN && (rows(width) >= rows_min || span <= i128::from(width))).then_some(width)
}

fn bucket(number: i64, width: i64) -> TimeRange {
    TimeRange::new(number.saturating_mul(width), number.saturating_add(1).saturating_mul(width))
}

/// Appends the statistics of a field.
pub(crate) fn encode(column: &Column, grid: &Grid, out: &mut Vec<u8>) {
    let summaries = summarise(column, &grid.rows);
    let dense = column.valid_count() == column.len();
    if dense {
        out.push(STATISTICS_DENSE);
    } else {
        out.push(STATISTICS_SPARSE);
        [&summaries.counts, &summaries.first_rows, &summaries.last_rows]
            .into_iter()
            .for_each(|rows| integers::encode(rows, out));
    }
    if let Some(numbers) = &summaries.numbers {
        for column in numbers.columns() {
            codec::encode(column, 0..column.len(), out);
        }
        integers::encode(&numbers.min_rows, out);
        integers::encode(&numbers.max_rows, out);
    }
}

/// The wanted columns of a field's statistics. All but `counts` have an entry for each bucket with a value.
#[derive(Debug)]
pub(crate) struct FieldColumns {
    counts: Vec<i64>,
    /// For each bucket, how many before it hold a value.
    entries: Vec<u32>,
    pub(crate) first_rows: Vec<i64>,
    pub(crate) last_rows: Vec<i64>,
    pub(crate) sums: Option<Values>,
    pub(crate) minima: Option<Values>,
    pub(crate) maxima: Option<Values>,
    pub(crate) firsts: Option<Values>,
    pub(crate) lasts: Option<Values>,
    pub(crate) min_rows: Option<Vec<i64>>,
    pub(crate) max_rows: Option<Vec<i64>>,
}

impl FieldColumns {
    /// Reads what `kinds` wants of a field of type `ty`; the rows of extremes where `with_rows` wants them, or where
    /// a float is zero, so that its sign depends on the row.
    pub(crate) fn decode(
        bytes: &[u8],
        grid: &Grid,
        ty: FieldType,
        kinds: SummaryKinds,
        with_rows: bool,
    ) -> Decoded<Self> {
        let mut input = bytes;
        let rows = match read_byte(&mut input)? {
            STATISTICS_DENSE => Summaries::dense(&grid.rows),
            STATISTICS_SPARSE => Summaries::decode_rows(&mut input, grid.rows.len())?,
            _ => return Err(Malformed("dense or sparse statistics")),
        };
        let valid = rows.counts.iter().filter(|count| **count != 0).count();
        if valid != rows.first_rows.len() || rows.counts.iter().any(|count| *count < 0) {
            return Err(Malformed("a bucket with rows"));
        }
        let mut before = 0;
        let entries = rows.counts.iter().map(|count| {
            before += u32::from(*count != 0);
            before - u32::from(*count != 0)
        });
        // Columns stand one after the other: what comes before a wanted one is decoded, too.
        let is_extreme = kinds.min || kinds.max;
        let is_end = kinds.first || kinds.last;
        let sum_type = if ty == FieldType::Boolean { FieldType::Unsigned } else { ty };
        let mut next = |wanted: bool, ty: FieldType| {
            wanted.then(|| codec::decode_new(&mut input, valid, ty)).transpose()
        };
        let sums = next(kinds.sum || is_extreme || is_end, sum_type)?;
        let (minima, maxima) =
            (next(is_extreme || is_end, ty)?, next(kinds.max || is_end || is_extreme && with_rows, ty)?);
        let needs_rows = is_extreme && (with_rows || has_zero(&minima) || has_zero(&maxima));
        let maxima = if needs_rows && maxima.is_none() { next(true, ty)? } else { maxima };
        let (firsts, lasts) = (next(is_end || needs_rows, ty)?, next(kinds.last || needs_rows, ty)?);
        let mut rows_of = || needs_rows.then(|| integers::decode_new(&mut input, valid)).transpose();
        let (min_rows, max_rows) = (rows_of()?, rows_of()?);
        Ok(Self {
            entries: entries.collect(),
            counts: rows.counts,
            first_rows: rows.first_rows,
            last_rows: rows.last_rows,
            sums,
            minima,
            maxima,
            firsts,
            lasts,
            min_rows,
            max_rows,
        })
    }

    /// How many values a bucket has.
    pub(crate) fn count(&self, bucket: usize) -> u64 {
        self.counts[bucket].unsigned_abs()
    }

    /// Which entry of the columns is a bucket's; nothing for one without a value.
    pub(crate) fn entry(&self, bucket: usize) -> Option<u32> {
        (self.counts[bucket] != 0).then(|| self.entries[bucket])
    }
}

/// Whether a float among the values is zero.
pub(crate) fn has_zero(values: &Option<Values>) -> bool {
    matches!(values, Some(Values::Float(values)) if values.contains(&0.0))
}
