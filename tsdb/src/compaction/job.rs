//! A job: segments of a shard become others, series by series.
//!
//! In memory lie one key per input, one slice of one series, and what the writer keeps of the result until its
//! end; all of it is leased. The inputs stay as they are, and so does the directory, should the job end early:
//! a result has no name before all of them are whole.

use std::path::PathBuf;
use std::sync::Arc;

use disk::Fs;
use model::{Budget, Lease, Lsn, SeriesKey, Share, TimeRange};

use super::slices::{Slice, slices};
use super::streams::{Places, Streams};
use super::veils::{Deletes, Veils};
use super::{Pace, Thrift};
use crate::error::{Error, Result};
use crate::generation::RowNumber;
use crate::limits::{MERGE_BUDGET_DIVISOR, MERGE_SLICE_BYTES, MERGE_SLICE_BYTES_MIN};
use crate::manifest::SegmentInfo;
use crate::merge::{NamedPiece, Rank, assemble};
use crate::run::Group;
use crate::segment::{
    Chunk, ChunkId, Extent, Finished, SegmentId, SegmentReader, SegmentSummary, SegmentWriter,
};
use crate::shard::ShardId;
use crate::tombstone::Hidden;

/// Bytes of a result after which the job looks at its pace and its memory.
const STEP_BYTES: u64 = 1 << 20;

/// Series after which it does so at the latest.
const STEP_SERIES: usize = 1024;

/// Segments that become others.
pub(crate) struct Job<'a> {
    pub(crate) fs: &'a dyn Fs,
    pub(crate) budget: &'a Budget,
    pub(crate) shard: ShardId,
    pub(crate) deletes: Deletes,
    /// The oldest writes first.
    pub(crate) inputs: Vec<Input>,
    /// How much less memory it takes than usual.
    pub(crate) thrift: Thrift,
}

/// A segment that is read.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    pub(crate) info: SegmentInfo,
    pub(crate) reader: Arc<SegmentReader>,
}

/// A segment that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: u64,
    pub(crate) path: PathBuf,
    /// The rows that it gets.
    pub(crate) time: TimeRange,
}

/// What the rows of a target come from.
struct Source<'a> {
    inputs: Vec<&'a Input>,
    lsn: (Lsn, Lsn),
    /// Up to which LSN tombstones are carried out in it.
    settled: Lsn,
}

/// A series of one input, and what was deleted of it.
struct Part<'a> {
    /// The number of the input.
    number: usize,
    chunk: Chunk<'a>,
    hidden: Option<Arc<Hidden>>,
}

impl<'a> Job<'a> {
    /// Writes the results, each durable and with its name; those without a row are left out.
    ///
    /// # Errors
    /// When an input is damaged, memory or disk have no room, or the job was cancelled. Results that have their
    /// name already stay then.
    pub(crate) fn run(&'a self, targets: &[Target], pace: &mut Pace<'_>) -> Result<Vec<SegmentInfo>> {
        let mut finished = Vec::new();
        for target in targets {
            let source = self.source(&target.time);
            if let Some(whole) = self.write(&source, target, pace)? {
                finished.push((target.id, source.lsn, source.settled, whole));
            }
        }
        finished
            .into_iter()
            .map(|(id, lsn, settled, whole)| Ok(describe(id, self.shard, lsn, settled, &whole.publish()?)))
            .collect()
    }

    fn source(&self, time: &TimeRange) -> Source<'_> {
        let inputs: Vec<&Input> = self.inputs.iter().filter(|input| input.info.time.overlaps(time)).collect();
        let infos = || inputs.iter().map(|input| &input.info);
        let first = infos().map(|info| info.lsn_start).min().unwrap_or(Lsn(0));
        let last = infos().map(|info| info.lsn_end).max().unwrap_or(Lsn(0));
        let settled = self.deletes.settled(infos());
        Source { inputs, lsn: (first, last), settled }
    }

    fn write(
        &'a self,
        source: &Source<'_>,
        target: &Target,
        pace: &mut Pace<'_>,
    ) -> Result<Option<Finished<'a>>> {
        let lsn = source.lsn.0..=source.lsn.1;
        let mut writer = SegmentWriter::new(self.fs, &target.path, SegmentId(target.id), self.shard, lsn)?;
        let mut streams = Streams::new(source.inputs.iter().map(|input| &*input.reader))?;
        let mut tables = self.budget.empty_lease(Share::Compaction);
        let mut veils = Veils::new(&self.deletes, source.inputs.clone());
        let (mut noted, mut series) = (0, 0);
        while let Some((key, places)) = streams.next()? {
            pace.check()?;
            let parts = parts(source, &places, &veils.hidden(&key))?;
            self.write_series(&key, &parts, target.time, &mut writer, pace, &mut noted)?;
            series += 1;
            if writer.bytes() - noted >= STEP_BYTES || series >= STEP_SERIES {
                hold(&mut tables, writer.memory_bytes())?;
                pace.wrote(writer.bytes() - noted)?;
                (noted, series) = (writer.bytes(), 0);
            }
        }
        hold(&mut tables, writer.memory_bytes())?;
        pace.wrote(writer.bytes() - noted)?;
        if writer.is_empty() { Ok(None) } else { writer.finish_unnamed().map(Some) }
    }

    /// Writes one series. `noted` is up to which byte of the result the pace knows.
    fn write_series(
        &self,
        key: &SeriesKey,
        parts: &[Part<'_>],
        time: TimeRange,
        writer: &mut SegmentWriter<'_>,
        pace: &mut Pace<'_>,
        noted: &mut u64,
    ) -> Result<()> {
        let extents: Vec<Extent> = parts.iter().flat_map(|part| part.chunk.extents(time)).collect();
        if extents.is_empty() {
            return Ok(());
        }
        let mut left = slices(time, &extents, self.slice_bytes());
        left.reverse();
        while let Some(slice) = left.pop() {
            let (groups, _lease) = match self.read(parts, &slice) {
                Ok(read) => read,
                Err(error) => {
                    left.extend(smaller(parts, &slice, error)?);
                    continue;
                }
            };
            writer.push(key, groups)?;
            pace.check()?;
            // A long series is no reason to write faster, or to go on when nobody wants the result.
            if writer.bytes() - *noted >= STEP_BYTES {
                pace.wrote(writer.bytes() - *noted)?;
                *noted = writer.bytes();
            }
        }
        Ok(())
    }

    /// The rows of a series in a slice: of two values for one instant the one from the later segment.
    fn read(&self, parts: &[Part<'_>], slice: &Slice) -> Result<(Vec<Group>, Lease)> {
        // Twice: the pieces and what is made of them.
        let mut lease = self.budget.lease(Share::Compaction, 2 * slice.bytes)?;
        let (mut pieces, mut bytes) = (Vec::new(), 0);
        for part in parts {
            for group in part.read(slice.time)? {
                bytes += group.fields.iter().map(|(_, column)| column.bytes()).sum::<usize>();
                bytes += size_of::<i64>() * group.times.len();
                hold(&mut lease, 2 * bytes)?;
                let rank = Rank::Run(part.number as u64);
                pieces.push(NamedPiece { times: group.times, rank, fields: group.fields });
            }
        }
        Ok((assemble(pieces), lease))
    }

    fn slice_bytes(&self) -> usize {
        self.thrift.slice_bytes((self.budget.limit() / MERGE_BUDGET_DIVISOR).min(MERGE_SLICE_BYTES))
    }
}

/// The slice in at least two pieces, the last one first, when it failed because memory has no room for it.
fn smaller(parts: &[Part<'_>], slice: &Slice, error: Error) -> Result<impl Iterator<Item = Slice>> {
    if !matches!(error, Error::Budget(_)) || slice.bytes <= MERGE_SLICE_BYTES_MIN {
        return Err(error);
    }
    let extents: Vec<Extent> = parts.iter().flat_map(|part| part.chunk.extents(slice.time)).collect();
    let pieces = slices(slice.time, &extents, slice.bytes / 2);
    if pieces.len() > 1 { Ok(pieces.into_iter().rev()) } else { Err(error) }
}

fn parts<'a>(source: &Source<'a>, places: &Places, hidden: &[Option<Arc<Hidden>>]) -> Result<Vec<Part<'a>>> {
    let part = |(number, chunk): &(usize, ChunkId)| {
        let chunk = source.inputs[*number].reader.chunk(*chunk)?;
        Ok(Part { number: *number, chunk, hidden: hidden.get(*number).cloned().flatten() })
    };
    places.iter().map(part).collect()
}

impl Part<'_> {
    /// The rows inside `time` that were not deleted. Fields of which nothing is left may have another type by now.
    fn read(&self, time: TimeRange) -> Result<Vec<Group>> {
        let Some(hidden) = &self.hidden else { return self.chunk.read(time) };
        let groups = self.chunk.read(hidden.live(&time, RowNumber::MAX))?.into_iter();
        Ok(groups.map(|group| group.without(hidden)).filter(|group| !group.times.is_empty()).collect())
    }
}

/// Grows a lease to `bytes`, if it holds fewer.
fn hold(lease: &mut Lease, bytes: usize) -> Result<()> {
    Ok(lease.grow(bytes.saturating_sub(lease.bytes()))?)
}

/// What the MANIFEST says of a finished segment, in which tombstones were carried out up to `settled`.
pub(crate) fn describe(
    id: u64,
    shard: ShardId,
    lsn: (Lsn, Lsn),
    settled: Lsn,
    summary: &SegmentSummary,
) -> SegmentInfo {
    SegmentInfo {
        id,
        shard,
        lsn_start: lsn.0,
        lsn_end: lsn.1,
        time: summary.time,
        rows: summary.rows,
        values: summary.values,
        series: summary.series,
        bytes: summary.bytes,
        settled,
    }
}
