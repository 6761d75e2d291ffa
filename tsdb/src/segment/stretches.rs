//! Stretches: buckets of a chunk's statistics as answers in place of their rows.
//!
//! Only columns that are wanted are decoded. Where the instant of a picked value matters, the time pages are
//! decoded too, never those of the field.

use super::chunk::{ChunkId, GroupIndex};
use super::directory::Measurement;
use super::reader::SegmentReader;
use super::statistics::{FieldColumns, Grid};
use crate::codec::Malformed;
use crate::{Result, columns};
use model::{FieldSummary, FieldType, Picked, SummaryKinds, TimeRange, Values};
use std::cell::OnceCell;
use std::ops::Range;

/// A field whose values shall be told by what they come to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedField<'a> {
    pub(crate) name: &'a str,
    pub(crate) ty: FieldType,
    pub(crate) kinds: SummaryKinds,
}

/// A chunk whose record was read.
#[derive(Debug)]
pub(crate) struct OpenChunk<'a> {
    reader: &'a SegmentReader,
    measurement: &'a Measurement,
    offset: u64,
    groups: Vec<GroupIndex>,
}

/// Buckets, and what each wanted field comes to in them.
#[derive(Debug)]
pub(crate) struct Stretches {
    pub(crate) ranges: Vec<TimeRange>,
    pub(crate) fields: Vec<FieldSummary>,
}

/// The instants of a group's rows, from row `first` on.
struct RowTimes {
    first: usize,
    times: Vec<i64>,
}

/// A group that holds some of what is wanted: where each wanted field is in its field set, if it is there.
struct Holder<'a> {
    group: &'a GroupIndex,
    places: Vec<Option<usize>>,
}

impl SegmentReader {
    /// Reads the record of a chunk.
    ///
    /// # Errors
    /// When it is damaged.
    pub(crate) fn open_chunk(&self, chunk: ChunkId) -> Result<OpenChunk<'_>> {
        let (offset, decoder) = self.groups(chunk)?;
        let measurement = self.measurement(offset, &decoder)?;
        let groups = decoder.map(|group| self.blocks.check(offset, group)).collect::<Result<_>>()?;
        Ok(OpenChunk { reader: self, measurement, offset, groups })
    }
}

impl OpenChunk<'_> {
    /// Whether it may hold a row inside `range`.
    pub(crate) fn may_hold(&self, range: TimeRange) -> bool {
        self.groups.iter().any(|group| !group.overlapping(range).is_empty())
    }

    /// Roughly how many rows lie inside `range`, as if those of a page came in even steps; 0 only if none does.
    pub(crate) fn rows_near(&self, range: TimeRange) -> u64 {
        self.groups.iter().map(|group| group.rows_near(range)).sum()
    }

    /// The buckets that `usable` lets pass, with what the wanted fields come to: of each group that holds some of them,
    /// in the order of time. A bucket is not told if the statistics cannot: because there are none, wanted fields lie in
    /// several groups there, or one of them is of another type here.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn stretches(
        &self,
        wanted: &[WantedField<'_>],
        with_times: bool,
        usable: impl Fn(TimeRange) -> bool,
    ) -> Result<Vec<Stretches>> {
        let holders = self.holders(wanted)?;
        let mut found = Vec::new();
        for (number, holder) in holders.iter().enumerate() {
            // A merge writes a long series slice by slice: each slice is a group of its own, at its own times.
            let is_alone = |range: TimeRange| {
                let mut others = holders.iter().enumerate().filter(|(other, _)| *other != number);
                others.all(|(_, other)| other.group.overlapping(range).is_empty())
            };
            let usable = |range: TimeRange| usable(range) && is_alone(range);
            found.extend(self.stretches_of(holder, wanted, with_times, usable)?);
        }
        self.reader.blocks.intact()?;
        Ok(found)
    }

    /// What one group tells.
    fn stretches_of(
        &self,
        holder: &Holder<'_>,
        wanted: &[WantedField<'_>],
        with_times: bool,
        usable: impl Fn(TimeRange) -> bool,
    ) -> Result<Option<Stretches>> {
        let group = holder.group;
        let Some(extent) = group.statistics_extent(0) else { return Ok(None) };
        let extent = self.reader.statistics_section(extent);
        let bytes = self.reader.blocks.get(extent)?;
        let grid = self.reader.blocks.check(extent.offset, Grid::decode(bytes, group.rows()))?;
        let buckets: Vec<usize> = (0..grid.len()).filter(|bucket| usable(grid.range(*bucket))).collect();
        if buckets.is_empty() {
            return Ok(None);
        }
        let times = OnceCell::new();
        let mut fields = Vec::with_capacity(wanted.len());
        for (field, place) in wanted.iter().zip(&holder.places) {
            let Some(place) = place else {
                fields.push(FieldSummary::absent(buckets.len()));
                continue;
            };
            let Some(columns) = self.columns_of(group, *place, &grid, field, with_times)? else {
                return Ok(None);
            };
            let picking = Picking { chunk: self, group, grid: &grid, buckets: &buckets, times: &times };
            fields.push(picking.field(&columns, field)?);
        }
        Ok(Some(Stretches { ranges: buckets.iter().map(|bucket| grid.range(*bucket)).collect(), fields }))
    }

    /// The groups that hold wanted fields, each of the wanted type.
    fn holders(&self, wanted: &[WantedField<'_>]) -> Result<Vec<Holder<'_>>> {
        let numbers: Vec<Option<u32>> =
            wanted.iter().map(|field| self.measurement.field(field.name)).collect();
        let all: Vec<u32> = numbers.iter().copied().flatten().collect();
        let is_typed = |(field, number): (&WantedField<'_>, &Option<u32>)| {
            number.is_none_or(|number| self.measurement.fields[number as usize].ty == field.ty)
        };
        if !wanted.iter().zip(&numbers).all(is_typed) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for group in &self.groups {
            let columns = self.reader.columns(group, self.measurement, &all)?;
            if columns.is_empty() {
                continue;
            }
            let place = |number: &Option<u32>| {
                let known = columns.iter().find(|(_, field)| Some(*field) == *number);
                known.map(|(place, _)| *place)
            };
            found.push(Holder { group, places: numbers.iter().map(place).collect() });
        }
        Ok(found)
    }

    /// The wanted columns of a field's statistics; nothing for what is not computed for its type.
    fn columns_of(
        &self,
        group: &GroupIndex,
        place: usize,
        grid: &Grid,
        field: &WantedField<'_>,
        with_times: bool,
    ) -> Result<Option<FieldColumns>> {
        if field.ty == FieldType::String && !field.kinds.is_count_only() {
            return Ok(None);
        }
        let Some(extent) = group.statistics_extent(place + 1) else { return Ok(None) };
        let extent = self.reader.statistics_section(extent);
        let bytes = self.reader.blocks.get(extent)?;
        let columns = FieldColumns::decode(bytes, grid, field.ty, field.kinds, with_times);
        self.reader.blocks.check(extent.offset, columns).map(Some)
    }
}

/// Picks entries of some buckets out of columns.
struct Picking<'a> {
    chunk: &'a OpenChunk<'a>,
    group: &'a GroupIndex,
    grid: &'a Grid,
    buckets: &'a [usize],
    times: &'a OnceCell<RowTimes>,
}

impl Picking<'_> {
    fn field(&self, columns: &FieldColumns, field: &WantedField<'_>) -> Result<FieldSummary> {
        let counts: Vec<u64> = self.buckets.iter().map(|bucket| columns.count(*bucket)).collect();
        if counts.iter().all(|count| *count == 0) {
            return Ok(FieldSummary::absent(self.buckets.len()));
        }
        // A bucket without a value has no entry; what stands there means nothing.
        let entries: Vec<u32> =
            self.buckets.iter().map(|bucket| columns.entry(*bucket).unwrap_or(0)).collect();
        let values = |values: &Option<Values>| values.as_ref().map(|values| columns::pick(values, &entries));
        let picked = |wanted: bool, found: &Option<Values>, rows: Option<&[i64]>| {
            let found = values(found).filter(|_| wanted);
            found.map(|values| self.picked(values, &entries, rows)).transpose()
        };
        let (first_rows, last_rows) = (Some(&*columns.first_rows), Some(&*columns.last_rows));
        Ok(FieldSummary {
            counts,
            sums: values(&columns.sums).filter(|_| field.kinds.sum),
            min: picked(field.kinds.min, &columns.minima, columns.min_rows.as_deref())?,
            max: picked(field.kinds.max, &columns.maxima, columns.max_rows.as_deref())?,
            first: picked(field.kinds.first, &columns.firsts, first_rows)?,
            last: picked(field.kinds.last, &columns.lasts, last_rows)?,
        })
    }

    /// The values with the instants of their rows; without rows, with the starts of the buckets.
    fn picked(&self, values: Values, entries: &[u32], rows: Option<&[i64]>) -> Result<Picked> {
        let Some(rows) = rows else {
            let times = self.buckets.iter().map(|bucket| self.grid.range(*bucket).start).collect();
            return Ok(Picked { values, times });
        };
        let row_times = self.row_times()?;
        let mut times = Vec::with_capacity(entries.len());
        for (bucket, entry) in self.buckets.iter().zip(entries) {
            let offset = usize::try_from(rows[*entry as usize]).ok();
            let bucket = self.grid.rows(*bucket);
            let time = offset.and_then(|offset| row_times.at(bucket.start.saturating_add(offset)));
            let offset = self.chunk.offset;
            times.push(self.chunk.reader.blocks.check(offset, time.ok_or(Malformed("a row of the bucket")))?);
        }
        Ok(Picked { values, times })
    }

    /// The instants of all rows of the buckets.
    fn row_times(&self) -> Result<&RowTimes> {
        if let Some(known) = self.times.get() {
            return Ok(known);
        }
        let first = self.buckets.first().map_or(0, |bucket| self.grid.rows(*bucket).start);
        let end = self.buckets.last().map_or(0, |bucket| self.grid.rows(*bucket).end);
        let read = self.chunk.row_times(self.group, first..end)?;
        Ok(self.times.get_or_init(|| read))
    }
}

impl OpenChunk<'_> {
    /// The instants of the pages that hold `rows`.
    fn row_times(&self, group: &GroupIndex, rows: Range<usize>) -> Result<RowTimes> {
        let (mut pages, mut start, mut first) = (0..0, 0, None);
        for (number, page) in group.pages.iter().enumerate() {
            if start < rows.end && start + page.rows > rows.start {
                first = first.or(Some((number, start)));
                pages.end = number + 1;
            }
            start += page.rows;
        }
        let (page, row) = first.unwrap_or((0, 0));
        pages.start = page;
        let times = self.reader.times(group, pages)?;
        Ok(RowTimes { first: row, times })
    }
}

impl RowTimes {
    fn at(&self, row: usize) -> Option<i64> {
        self.times.get(row.checked_sub(self.first)?).copied()
    }
}
