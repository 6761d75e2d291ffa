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
use model::{Column, FieldType, TimeRange, ValueRef};
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

/// What a bucket of a field comes to. Buckets without a value of the field are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct BucketStatistics {
    /// The bucket: its width is the same for all of a group, its start a multiple of it.
    pub(crate) range: TimeRange,
    /// How many values there are.
    pub(crate) count: u32,
    /// The row of the first value, counted from the first row of the group.
    pub(crate) first_row: u32,
    /// The row of the last value.
    pub(crate) last_row: u32,
    /// What is computed from the values; nothing for strings.
    pub(crate) numbers: Option<Numbers>,
}

/// What is computed from the values of a bucket, in the field's own type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Numbers {
    /// The sum in order of time. Integers wrap, booleans count as unsigned 0 and 1, a float sum starts at 0 and any
    /// NaN in it makes it the one NaN of [`f64::NAN`].
    pub(crate) sum: ValueRef<'static>,
    /// The smallest value, the first of equal ones. A NaN is it only where all are.
    pub(crate) min: ValueRef<'static>,
    /// The largest value, the first of equal ones. A NaN is it only where all are.
    pub(crate) max: ValueRef<'static>,
    /// The first value.
    pub(crate) first: ValueRef<'static>,
    /// The last value.
    pub(crate) last: ValueRef<'static>,
    /// The row of `min`, counted from the first row of the group.
    pub(crate) min_row: u32,
    /// The row of `max`.
    pub(crate) max_row: u32,
}

/// The buckets of a group: which part of its rows falls into which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grid {
    width: i64,
    numbers: Vec<i64>,
    rows: Vec<Range<usize>>,
}

impl Grid {
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

/// Reads the statistics of a field of type `ty`.
pub(crate) fn decode(bytes: &[u8], grid: &Grid, ty: FieldType) -> Decoded<Vec<BucketStatistics>> {
    let mut input = bytes;
    let summaries = match read_byte(&mut input)? {
        STATISTICS_DENSE => Summaries::dense(&grid.rows),
        STATISTICS_SPARSE => Summaries::decode_rows(&mut input, grid.rows.len())?,
        _ => return Err(Malformed("dense or sparse statistics")),
    };
    let summaries = summaries.decode_numbers(&mut input, ty)?;
    if !input.is_empty() {
        return Err(Malformed("the end of the statistics"));
    }
    assemble(&summaries, grid)
}

fn assemble(summaries: &Summaries, grid: &Grid) -> Decoded<Vec<BucketStatistics>> {
    let buckets =
        grid.numbers.iter().zip(&grid.rows).zip(&summaries.counts).filter(|(_, count)| **count != 0);
    let mut statistics = Vec::with_capacity(summaries.first_rows.len());
    for (index, ((number, rows), count)) in buckets.enumerate() {
        let row = |offsets: &[i64]| row_of_group(rows, offsets[index]);
        let numbers = match &summaries.numbers {
            None => None,
            Some(numbers) => Some(numbers.at(index, row(&numbers.min_rows)?, row(&numbers.max_rows)?)),
        };
        statistics.push(BucketStatistics {
            range: bucket(*number, grid.width),
            count: u32::try_from(*count).map_err(|_| Malformed("the count of a bucket"))?,
            first_row: row(&summaries.first_rows)?,
            last_row: row(&summaries.last_rows)?,
            numbers,
        });
    }
    Ok(statistics)
}

fn row_of_group(bucket: &Range<usize>, offset: i64) -> Decoded<u32> {
    let row = usize::try_from(offset)
        .ok()
        .filter(|offset| *offset < bucket.len())
        .map(|offset| bucket.start + offset);
    row.and_then(|row| u32::try_from(row).ok()).ok_or(Malformed("a row of the bucket"))
}
