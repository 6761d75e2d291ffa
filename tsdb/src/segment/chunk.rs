//! Chunk records: where the pages of one series are, group by group.
//!
//! ```text
//! chunk  measurement · offset of the first page · count of groups · group*
//! group  field set · count of its fields · count of pages · first time from the base (zigzag) · last time from the first
//!        · rows of each page · start of each page but the first, from the one before
//!        · length of each time page · length of each page of each field
//!        · offset of the statistics from their section, plus 1; or 0
//!        · length of the grid and of the statistics of each field, where there are any
//! ```
//!
//! All numbers are varints. Pages lie in the order in which their lengths stand here, group after group.

use super::footer::Extent;
use crate::codec::limits::PAGE_ROWS_MAX;
use crate::codec::{Decoded, Malformed, read_count, read_i64, read_u64, write_count};
use disk::varint;
use model::TimeRange;
use std::ops::Range;

/// The number of a series and its chunk in a segment: its place in the order of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ChunkId(pub(crate) u32);

/// Where the pages and statistics of a group are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupIndex {
    pub(crate) field_set: usize,
    pub(crate) first_time: i64,
    pub(crate) last_time: i64,
    pub(crate) pages: Vec<PageIndex>,
    /// Lengths of the pages: of time, then of each field; in each as many as there are pages.
    pub(crate) page_lens: Vec<u64>,
    /// Where the first page is.
    pub(crate) offset: u64,
    pub(crate) statistics: Option<StatisticsIndex>,
}

/// Rows and start of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PageIndex {
    pub(crate) rows: usize,
    pub(crate) first_time: i64,
}

/// Where the statistics of a group are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StatisticsIndex {
    /// Offset from the start of the section.
    pub(crate) offset: u64,
    /// Length of the grid, then of each field.
    pub(crate) lens: Vec<u64>,
}

impl GroupIndex {
    /// How many columns there are, time included.
    pub(crate) fn columns(&self) -> usize {
        self.page_lens.len() / self.pages.len()
    }

    /// Rows of all pages.
    pub(crate) fn rows(&self) -> usize {
        self.pages.iter().map(|page| page.rows).sum()
    }

    /// The pages that may hold an instant of `time`.
    pub(crate) fn overlapping(&self, time: TimeRange) -> Range<usize> {
        if time.is_empty() || self.first_time >= time.end || self.last_time < time.start {
            return 0..0;
        }
        let end = self.pages.partition_point(|page| page.first_time < time.end);
        let start = self.pages.partition_point(|page| page.first_time <= time.start).saturating_sub(1);
        start..end
    }

    /// The time of a page; the next one begins at its end.
    pub(crate) fn page_time(&self, page: usize) -> TimeRange {
        let next = self.pages.get(page + 1).map(|page| page.first_time);
        TimeRange::new(self.pages[page].first_time, next.unwrap_or(self.last_time.saturating_add(1)))
    }

    /// Roughly how many rows lie inside `range`, as if those of a page came in even steps; 0 only if none does.
    pub(crate) fn rows_near(&self, range: TimeRange) -> u64 {
        let length = |time: TimeRange| u128::from(time.end.abs_diff(time.start));
        let near = |page: usize| {
            let (time, rows) = (self.page_time(page), self.pages[page].rows as u64);
            let share = u128::from(rows) * length(time.intersect(&range)) / length(time).max(1);
            u64::try_from(share).unwrap_or(rows).clamp(1, rows.max(1))
        };
        self.overlapping(range).map(near).sum()
    }

    /// Where each page of column `column` is; column 0 is time.
    pub(crate) fn extents(&self, column: usize) -> Vec<Extent> {
        let first = column * self.pages.len();
        let mut offset =
            self.page_lens[..first].iter().fold(self.offset, |sum, len| sum.saturating_add(*len));
        self.page_lens[first..first + self.pages.len()]
            .iter()
            .map(|&len| {
                let extent = Extent { offset, len };
                offset = extent.end();
                extent
            })
            .collect()
    }

    /// Where the grid (0) or the statistics of field `index - 1` of the set are, from the start of the section.
    pub(crate) fn statistics_extent(&self, index: usize) -> Option<Extent> {
        let statistics = self.statistics.as_ref()?;
        let before = statistics.lens.get(..index)?.iter().fold(0, |sum: u64, len| sum.saturating_add(*len));
        Some(Extent { offset: statistics.offset.saturating_add(before), len: *statistics.lens.get(index)? })
    }
}

/// Appends the record of a chunk whose first page is at `offset`.
pub(crate) fn encode(measurement: usize, groups: &[GroupIndex], base: i64, out: &mut Vec<u8>) {
    write_count(out, measurement);
    varint::write_u64(out, groups.first().map_or(0, |group| group.offset));
    write_count(out, groups.len());
    groups.iter().for_each(|group| encode_group(group, base, out));
}

fn encode_group(group: &GroupIndex, base: i64, out: &mut Vec<u8>) {
    write_count(out, group.field_set);
    write_count(out, group.columns() - 1);
    write_count(out, group.pages.len());
    varint::write_i64(out, group.first_time.wrapping_sub(base));
    varint::write_u64(out, group.last_time.wrapping_sub(group.first_time).cast_unsigned());
    group.pages.iter().for_each(|page| write_count(out, page.rows));
    for pair in group.pages.windows(2) {
        varint::write_u64(out, pair[1].first_time.wrapping_sub(pair[0].first_time).cast_unsigned());
    }
    group.page_lens.iter().for_each(|len| varint::write_u64(out, *len));
    match &group.statistics {
        None => varint::write_u64(out, 0),
        Some(statistics) => {
            varint::write_u64(out, statistics.offset + 1);
            statistics.lens.iter().for_each(|len| varint::write_u64(out, *len));
        }
    }
}

/// A record under way: groups come out one by one, since there may be thousands.
#[derive(Debug)]
pub(crate) struct ChunkDecoder<'a> {
    input: &'a [u8],
    base: i64,
    offset: u64,
    left: usize,
    /// The measurement of the series.
    pub(crate) measurement: usize,
}

impl<'a> ChunkDecoder<'a> {
    /// Reads the start of a record.
    pub(crate) fn new(record: &'a [u8], base: i64) -> Decoded<Self> {
        let mut input = record;
        let measurement = read_count(&mut input, u32::MAX as usize)?;
        let offset = read_u64(&mut input)?;
        let left = read_count(&mut input, record.len())?;
        Ok(Self { input, base, offset, left, measurement })
    }

    fn group(&mut self) -> Decoded<GroupIndex> {
        let input = &mut self.input;
        let field_set = read_count(input, u32::MAX as usize)?;
        let columns = read_count(input, input.len())? + 1;
        let count = read_count(input, input.len())?;
        if count == 0 {
            return Err(Malformed("one page or more"));
        }
        let first_time = self.base.wrapping_add(read_i64(input)?);
        let last_time = first_time.wrapping_add(read_u64(input)?.cast_signed());
        let rows = list(input, count, |input| read_count(input, PAGE_ROWS_MAX))?;
        let steps = list(input, count - 1, read_u64)?;
        let page_lens = list(input, count.saturating_mul(columns), read_u64)?;
        let statistics = read_statistics(input, columns)?;
        let offset = self.offset;
        self.offset = page_lens.iter().fold(offset, |sum, len| sum.saturating_add(*len));
        let mut start = first_time;
        let starts = std::iter::once(first_time).chain(steps.into_iter().map(|step| {
            start = start.wrapping_add(step.cast_signed());
            start
        }));
        let pages: Vec<PageIndex> =
            rows.into_iter().zip(starts).map(|(rows, first_time)| PageIndex { rows, first_time }).collect();
        if !pages.is_sorted_by_key(|page| page.first_time) || pages.iter().any(|page| page.rows == 0) {
            return Err(Malformed("pages of rising times"));
        }
        Ok(GroupIndex { field_set, first_time, last_time, pages, page_lens, offset, statistics })
    }
}

impl Iterator for ChunkDecoder<'_> {
    type Item = Decoded<GroupIndex>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.group().inspect_err(|_| self.left = 0))
    }
}

fn read_statistics(input: &mut &[u8], columns: usize) -> Decoded<Option<StatisticsIndex>> {
    let Some(offset) = read_u64(input)?.checked_sub(1) else { return Ok(None) };
    Ok(Some(StatisticsIndex { offset, lens: list(input, columns, read_u64)? }))
}

/// `count` things of one byte or more each.
fn list<T>(input: &mut &[u8], count: usize, read: impl Fn(&mut &[u8]) -> Decoded<T>) -> Decoded<Vec<T>> {
    if count > input.len() {
        return Err(Malformed("a list within the record"));
    }
    (0..count).map(|_| read(input)).collect()
}
