//! Writer: series in ascending key order to a durable file.
//!
//! Pages go out as they come; statistics, symbols and the chunk index are kept until [`SegmentWriter::finish`]
//! writes them behind. The file grows under a temporary name and appears under its own only when it is whole.

use super::SegmentId;
use super::chunk::{self, GroupIndex, PageIndex, StatisticsIndex};
use super::footer::{Extent, Footer, Totals};
use super::grouping;
use super::header::Header;
use super::output::Output;
use super::page;
use super::records::RecordsBuilder;
use super::sets::Sets;
use super::statistics::{self, Grid};
use super::symbols::Symbols;
use crate::run::Group;
use crate::{Error, Result};
use disk::Fs;
use model::limits::STRING_BYTES_MAX;
use model::{Column, KeyRef, Lsn, TimeRange, Values};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

/// What a finished segment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentSummary {
    /// Rows of all groups.
    pub(crate) rows: u64,
    /// Values that are not null.
    pub(crate) values: u64,
    /// Series with a row.
    pub(crate) series: u64,
    /// The range of all instants; empty without rows.
    pub(crate) time: TimeRange,
    /// Length of the file.
    pub(crate) bytes: u64,
}

/// A segment under way.
pub(crate) struct SegmentWriter<'a> {
    target: Target<'a>,
    output: Output,
    sets: Sets,
    symbols: Symbols,
    chunks: RecordsBuilder,
    statistics: Vec<u8>,
    totals: Totals,
    /// The series that rows are added to.
    last_key: String,
    /// Its measurement, known from its first value on.
    measurement: Option<usize>,
    groups: Vec<GroupIndex>,
    scratch: Scratch,
}

/// Buffers that are used again for every series.
#[derive(Default)]
struct Scratch {
    page: Vec<u8>,
    record: Vec<u8>,
    field_set: Vec<u32>,
}

/// The file's two names. Unless it was published, the temporary one is removed at the end.
struct Target<'a> {
    fs: &'a dyn Fs,
    path: PathBuf,
    temporary: PathBuf,
    published: bool,
}

impl<'a> SegmentWriter<'a> {
    /// Begins the segment that will be at `path`.
    ///
    /// # Errors
    /// When the file cannot be created or written.
    pub(crate) fn new(
        fs: &'a dyn Fs,
        path: &Path,
        id: SegmentId,
        shard: u64,
        lsn: RangeInclusive<Lsn>,
    ) -> Result<Self> {
        let target = Target::new(fs, path)?;
        let mut output = Output::create(fs, &target.temporary)?;
        output.append(&Header { id, shard, lsn }.encode())?;
        Ok(Self {
            target,
            output,
            sets: Sets::default(),
            symbols: Symbols::default(),
            chunks: RecordsBuilder::default(),
            statistics: Vec::new(),
            totals: Totals::default(),
            last_key: String::new(),
            measurement: None,
            groups: Vec::new(),
            scratch: Scratch::default(),
        })
    }

    /// Adds a series, or more rows of the one that was added last: with times behind those that it has, so that
    /// a series of any length passes through in slices. Without any value a series is left out.
    ///
    /// # Errors
    /// When the file cannot be written, a field has another type than before in its measurement, or a string or
    /// the number of series passes its bound.
    ///
    /// # Panics
    /// If keys fall, times of a group do not rise strictly, or its columns are not as long as its times.
    pub(crate) fn push<'k>(&mut self, key: impl Into<KeyRef<'k>>, groups: Vec<Group>) -> Result<()> {
        let key = key.into();
        self.follow(key);
        groups.iter().for_each(grouping::assert_sound);
        let groups = grouping::regroup(groups);
        if groups.is_empty() {
            return Ok(());
        }
        check_strings(&groups)?;
        let measurement = self.measurement(key)?;
        for group in &groups {
            let field_set = self.field_set(key, measurement, group)?;
            let index = self.push_group(field_set, group)?;
            self.groups.push(index);
        }
        Ok(())
    }

    /// The number of the measurement of the series under way, which counts from here on.
    fn measurement(&mut self, key: KeyRef<'_>) -> Result<usize> {
        if let Some(known) = self.measurement {
            return Ok(known);
        }
        let id = series_id(self.chunks.len())?;
        let measurement = self.symbols.add_series(id, key, &mut self.sets);
        self.measurement = Some(measurement);
        Ok(measurement)
    }

    fn end_series(&mut self) {
        let Some(measurement) = self.measurement.take() else { return };
        let record = &mut self.scratch.record;
        record.clear();
        chunk::encode(measurement, &self.groups, self.totals.time_base, record);
        self.chunks.push(record);
        self.groups.clear();
        self.totals.series += 1;
    }

    /// Roughly the memory that it holds until the end.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.chunks.memory_bytes() + self.statistics.capacity() + self.symbols.memory_bytes()
    }

    /// Ends the series before, if this is another one.
    fn follow(&mut self, key: KeyRef<'_>) {
        let last = &self.last_key;
        if **last != *key.as_str() {
            assert!(last.is_empty() || **last < *key.as_str(), "series come in the order of their keys");
            self.end_series();
            self.last_key.clear();
            self.last_key.push_str(key.as_str());
        }
    }

    fn field_set(&mut self, key: KeyRef<'_>, measurement: usize, group: &Group) -> Result<usize> {
        let set = &mut self.scratch.field_set;
        set.clear();
        for (name, column) in &group.fields {
            let ty = column.field_type();
            set.push(self.symbols.field(measurement, name, ty).map_err(|stored| {
                let expected = format!("one type for field {name} of {}: {stored}", key.measurement());
                Error::corrupt(&self.target.path, self.output.offset(), expected, ty.name())
            })?);
        }
        Ok(self.sets.intern(set))
    }

    /// Writes the pages of a group and keeps its statistics.
    fn push_group(&mut self, field_set: usize, group: &Group) -> Result<GroupIndex> {
        self.count(group);
        let columns = grouping::columns(group);
        let cuts = page::cuts(group.times.len(), &columns);
        let mut page_lens = Vec::with_capacity(cuts.len() * (columns.len() + 1));
        let (offset, bytes) = (self.output.offset(), &mut self.scratch.page);
        let mut push = |encode: &mut dyn FnMut(Range<usize>, &mut Vec<u8>)| -> Result<()> {
            for rows in &cuts {
                bytes.clear();
                encode(rows.clone(), bytes);
                page_lens.push(self.output.append(bytes)?.len);
            }
            Ok(())
        };
        push(&mut |rows, bytes| page::encode_times(&group.times[rows], bytes))?;
        for column in &columns {
            push(&mut |rows, bytes| page::encode(column, rows, bytes))?;
        }
        let page = |rows: &Range<usize>| PageIndex { rows: rows.len(), first_time: group.times[rows.start] };
        Ok(GroupIndex {
            field_set,
            first_time: group.times[0],
            last_time: group.times[group.times.len() - 1],
            pages: cuts.iter().map(page).collect(),
            page_lens,
            offset,
            statistics: self.push_statistics(&group.times, &columns),
        })
    }

    fn push_statistics(&mut self, times: &[i64], columns: &[&Column]) -> Option<StatisticsIndex> {
        let grid = Grid::of(times)?;
        let offset = self.statistics.len();
        let mut lens = Vec::with_capacity(columns.len() + 1);
        let mut start = offset;
        let mut push = |encode: &mut dyn FnMut(&mut Vec<u8>)| {
            encode(&mut self.statistics);
            lens.push((self.statistics.len() - std::mem::replace(&mut start, self.statistics.len())) as u64);
        };
        push(&mut |out| grid.encode(out));
        columns.iter().for_each(|column| push(&mut |out| statistics::encode(column, &grid, out)));
        Some(StatisticsIndex { offset: offset as u64, lens })
    }

    fn count(&mut self, group: &Group) {
        let (first, last) = (group.times[0], group.times[group.times.len() - 1]);
        let totals = &mut self.totals;
        if totals.rows == 0 {
            (totals.time_first, totals.time_last, totals.time_base) = (first, last, first);
        }
        totals.time_first = totals.time_first.min(first);
        totals.time_last = totals.time_last.max(last);
        totals.rows += group.times.len() as u64;
        totals.values += group.fields.iter().map(|(_, column)| column.valid_count() as u64).sum::<u64>();
    }

    /// Whether there is no row.
    pub(crate) const fn is_empty(&self) -> bool {
        self.totals.rows == 0
    }

    /// Bytes of the file so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.output.offset()
    }

    /// Writes what is left, makes the file durable and gives it its name. It is not in the MANIFEST yet.
    ///
    /// # Errors
    /// When the file or its folder cannot be written or synced; the temporary file is then removed.
    pub(crate) fn finish(self) -> Result<SegmentSummary> {
        self.finish_unnamed()?.publish()
    }

    /// Writes what is left and makes the file durable under its temporary name.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub(crate) fn finish_unnamed(mut self) -> Result<Finished<'a>> {
        self.end_series();
        let Self { target, mut output, sets, symbols, chunks, statistics, totals, .. } = self;
        let pages = output.extent_from(super::format::HEADER_LEN as u64);
        let statistics = output.append(&statistics)?;
        let start = output.offset();
        let sections = symbols.finish(&mut output)?;
        let postings = output.extent_from(start);
        let sets = output.append(&sets.finish())?;
        let series = output.append(&sections.series)?;
        let chunks = output.append(&chunks.finish())?;
        let measurements = output.append(&sections.measurements)?;
        let offset = output.offset();
        let checksums = output.take_checksums()?;
        let footer = Footer {
            pages,
            statistics,
            postings,
            sets,
            series,
            chunks,
            measurements,
            checksums: Extent { offset, len: checksums.len() as u64 },
            totals,
            checksums_crc: disk::crc32(&checksums),
        };
        let bytes = output.finish(&[checksums, footer.encode()].concat())?;
        let Totals { rows, values, series, .. } = totals;
        let summary = SegmentSummary { rows, values, series, time: totals.time(), bytes };
        Ok(Finished { target, summary })
    }
}

/// A whole segment that has no name of its own yet. Dropped, it is removed.
pub(crate) struct Finished<'a> {
    target: Target<'a>,
    summary: SegmentSummary,
}

impl Finished<'_> {
    /// Gives the file its name.
    ///
    /// # Errors
    /// When the system refuses, or the folder cannot be synced.
    pub(crate) fn publish(self) -> Result<SegmentSummary> {
        self.target.publish()?;
        Ok(self.summary)
    }
}

fn series_id(count: usize) -> Result<u32> {
    let max = u32::MAX as usize;
    let too_many = Error::TooMany { what: "series in a segment", count, max };
    u32::try_from(count).ok().filter(|id| *id < u32::MAX).ok_or(too_many)
}

/// A reader refuses pages of longer strings, so that they must not be written.
fn check_strings(groups: &[Group]) -> Result<()> {
    for (_, column) in groups.iter().flat_map(|group| &group.fields) {
        let Values::String(texts) = &column.values else { continue };
        if let Some(text) = texts.iter().find(|text| text.len() > STRING_BYTES_MAX) {
            let what = "bytes in a string";
            return Err(Error::TooMany { what, count: text.len(), max: STRING_BYTES_MAX });
        }
    }
    Ok(())
}

impl<'a> Target<'a> {
    /// Makes room under the temporary name: a crash may have left a file there.
    fn new(fs: &'a dyn Fs, path: &Path) -> Result<Self> {
        let temporary = disk::temporary_path(path);
        if fs.exists(&temporary)? {
            fs.remove_file(&temporary)?;
        }
        Ok(Self { fs, path: path.to_path_buf(), temporary, published: false })
    }

    fn publish(mut self) -> Result<()> {
        self.fs.rename(&self.temporary, &self.path)?;
        self.published = true;
        if let Some(dir) = self.path.parent() {
            self.fs.sync_dir(dir)?;
        }
        Ok(())
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        if !self.published {
            // The error that led here is the one to report; a file that stays is moved aside at the next start.
            let _ = self.fs.remove_file(&self.temporary);
        }
    }
}
