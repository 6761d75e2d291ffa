//! Scan: the rows of one chunk. Only pages that overlap the wanted time are decoded, and of fields
//! only the wanted ones.

use super::chunk::{ChunkDecoder, ChunkId, GroupIndex, PageIndex};
use super::directory::Measurement;
use super::footer::Extent;
use super::page;
use super::reader::SegmentReader;
use super::records::Records;
use super::sets;
use crate::Result;
use crate::codec::Malformed;
use crate::generation::RowNumber;
use crate::run::Group;
use crate::tombstone::Hidden;
use model::{Column, TimeRange};
use std::ops::Range;

/// The part of a page that is wanted.
struct Cut {
    page: usize,
    rows: usize,
    keep: Range<usize>,
}

impl SegmentReader {
    /// The rows of a chunk inside `time`, with those of the `wanted` fields that it has. Groups without any of them
    /// or without such a row are left out.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn read(&self, chunk: ChunkId, time: TimeRange, wanted: &[&str]) -> Result<Vec<Group>> {
        let (offset, groups) = self.groups(chunk)?;
        let measurement = self.measurement(offset, &groups)?;
        let wanted: Vec<u32> = wanted.iter().filter_map(|name| measurement.field(name)).collect();
        let mut found = Vec::new();
        for group in groups {
            let group = self.blocks.check(offset, group)?;
            let pages = group.overlapping(time);
            if pages.is_empty() {
                continue;
            }
            let columns = self.columns(&group, measurement, &wanted)?;
            if !columns.is_empty() {
                found.extend(self.read_group(&group, measurement, time, pages, &columns)?);
            }
        }
        self.blocks.intact()?;
        Ok(found)
    }

    /// Whether a chunk has a row that is not hidden. Most often the first or last instant of a group tells.
    ///
    /// # Errors
    /// When what must be read is damaged.
    pub(crate) fn has_live(&self, chunk: ChunkId, hidden: &Hidden) -> Result<bool> {
        let (offset, groups) = self.groups(chunk)?;
        for group in groups {
            let group = self.blocks.check(offset, group)?;
            if !hidden.hides(group.first_time, 0) || !hidden.hides(group.last_time, 0) {
                return Ok(true);
            }
            let time = TimeRange::new(group.first_time, group.last_time.saturating_add(1));
            let live = hidden.live(&time, RowNumber::MAX);
            let (times, _) = self.read_times(&group, live, group.overlapping(live))?;
            if times.iter().any(|ts| !hidden.hides(*ts, 0)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn groups(&self, chunk: ChunkId) -> Result<(u64, ChunkDecoder<'_>)> {
        let (offset, record) = Records::open(&self.blocks, self.footer.chunks)?.get(chunk.0 as usize)?;
        let groups = self.blocks.check(offset, ChunkDecoder::new(record, self.footer.totals.time_base))?;
        Ok((offset, groups))
    }

    pub(super) fn measurement(&self, offset: u64, groups: &ChunkDecoder<'_>) -> Result<&Measurement> {
        let measurement = self.directory.measurements.get(groups.measurement);
        self.blocks.check(offset, measurement.ok_or(Malformed("the number of a measurement")))
    }

    /// The wanted fields of a group: their place in its field set and their number.
    pub(super) fn columns(
        &self,
        group: &GroupIndex,
        measurement: &Measurement,
        wanted: &[u32],
    ) -> Result<Vec<(usize, u32)>> {
        let set = self.field_set(group, measurement)?;
        Ok(set.into_iter().enumerate().filter(|(_, field)| wanted.contains(field)).collect())
    }

    /// The numbers of the fields of a group, in the order of its columns.
    pub(super) fn field_set(&self, group: &GroupIndex, measurement: &Measurement) -> Result<Vec<u32>> {
        let (offset, record) = self.sets_table()?.get(group.field_set)?;
        let set = self.blocks.check(offset, sets::decode(record))?;
        if set.len() + 1 != group.columns()
            || set.iter().any(|field| *field as usize >= measurement.fields.len())
        {
            return Err(self.blocks.corrupt(offset, "a field set of the group's width", "another"));
        }
        Ok(set)
    }

    pub(super) fn read_group(
        &self,
        group: &GroupIndex,
        measurement: &Measurement,
        time: TimeRange,
        pages: Range<usize>,
        columns: &[(usize, u32)],
    ) -> Result<Option<Group>> {
        let (times, cuts) = self.read_times(group, time, pages)?;
        if times.is_empty() {
            return Ok(None);
        }
        let mut fields = Vec::with_capacity(columns.len());
        for (position, number) in columns {
            let field = &measurement.fields[*number as usize];
            let mut column = Column::empty(field.ty);
            let extents = group.extents(position + 1);
            for cut in &cuts {
                self.read_page(extents[cut.page], cut, &mut column)?;
            }
            fields.push((field.name.clone(), column));
        }
        Ok(Some(Group { times, fields }))
    }

    fn read_times(
        &self,
        group: &GroupIndex,
        time: TimeRange,
        pages: Range<usize>,
    ) -> Result<(Vec<i64>, Vec<Cut>)> {
        let extents = group.extents(0);
        let (mut times, mut cuts) = (Vec::new(), Vec::new());
        for page in pages {
            let rows = group.pages[page].rows;
            let from = times.len();
            self.decode_times(group, extents[page], page, &mut times)?;
            let all = &times[from..];
            let end = all.partition_point(|ts| *ts < time.end);
            let keep = all.partition_point(|ts| *ts < time.start).min(end)..end;
            page::trim(&mut times, from, keep.clone());
            cuts.push(Cut { page, rows, keep });
        }
        Ok((times, cuts))
    }

    /// The instants of all rows of some pages.
    pub(super) fn times(&self, group: &GroupIndex, pages: Range<usize>) -> Result<Vec<i64>> {
        let extents = group.extents(0);
        let mut times = Vec::new();
        for page in pages {
            self.decode_times(group, extents[page], page, &mut times)?;
        }
        Ok(times)
    }

    fn decode_times(
        &self,
        group: &GroupIndex,
        extent: Extent,
        page: usize,
        times: &mut Vec<i64>,
    ) -> Result<()> {
        let PageIndex { rows, first_time } = group.pages[page];
        let bytes = self.blocks.get(extent)?;
        self.blocks.check(extent.offset, page::decode_times(bytes, rows, first_time, times))
    }

    fn read_page(&self, extent: Extent, cut: &Cut, column: &mut Column) -> Result<()> {
        if cut.keep.is_empty() {
            return Ok(());
        }
        let bytes = self.blocks.get(extent)?;
        self.blocks.check(extent.offset, page::decode(bytes, cut.rows, cut.keep.clone(), column))
    }

    pub(super) fn statistics_section(&self, extent: Extent) -> Extent {
        Extent { offset: self.footer.statistics.offset.saturating_add(extent.offset), len: extent.len }
    }
}
