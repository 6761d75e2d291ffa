//! One segment: its parts, its fields, and how they are encoded.

mod columns;

use std::path::{Path, PathBuf};

use disk::Fs;
use model::{FieldType, TagPredicate};

use super::store::Store;
use crate::error::{Error, Result};
use crate::segment::{ChunkId, SEGMENT_FORMAT, SegmentReader, SurveyGroup};
use columns::Columns;

/// Which segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SegmentChoice {
    /// The one of this number that the MANIFEST lists.
    Id(u64),
    /// A file anywhere.
    File(PathBuf),
}

/// A segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentReport {
    /// The file.
    pub path: PathBuf,
    /// The segment's number.
    pub id: u64,
    /// The number of its shard.
    pub shard: u64,
    /// The database and the policy, where the MANIFEST knows them.
    pub place: Option<(String, String)>,
    /// The latest format that this program reads; the file has this one or an earlier one.
    pub format: u32,
    /// Length of the file.
    pub bytes: u64,
    /// Rows of all groups of all series.
    pub rows: u64,
    /// Values that are not null.
    pub values: u64,
    /// Series.
    pub series: u64,
    /// The first LSN of its rows.
    pub lsn_first: u64,
    /// The last LSN of its rows.
    pub lsn_last: u64,
    /// Its first instant in ns.
    pub start_ns: i64,
    /// The instant behind its last one, in ns.
    pub end_ns: i64,
    /// Its parts in file order, in bytes.
    pub sections: Vec<(&'static str, u64)>,
    /// Its measurements by name.
    pub measurements: Vec<MeasurementReport>,
}

/// A measurement of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeasurementReport {
    /// Its name.
    pub name: String,
    /// How many series it has.
    pub series: u64,
    /// Its tag keys with how many values each has, by name.
    pub tag_keys: Vec<(String, u64)>,
    /// Its time columns, all together.
    pub time: ColumnReport,
    /// Its fields by name, each with its type.
    pub fields: Vec<(String, FieldType, ColumnReport)>,
}

/// The pages of a field, or of time, over all series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnReport {
    /// How many pages there are.
    pub pages: u64,
    /// Values that are not null.
    pub values: u64,
    /// Bytes of the pages.
    pub bytes: u64,
    /// Bytes of the statistics; those of time are the grids that its fields share.
    pub statistics_bytes: u64,
    /// How the pages are encoded, by the number of the codec. A page without any value has none.
    pub codecs: Vec<CodecShare>,
}

/// The pages that one codec encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodecShare {
    /// The codec's name, as in `docs/format/segment.md`.
    pub codec: &'static str,
    /// How many pages it encoded.
    pub pages: u64,
    /// What these take.
    pub bytes: u64,
}

/// A series of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesReport {
    /// Its key.
    pub key: String,
    /// Time columns that its fields share.
    pub groups: u64,
    /// Rows of all groups.
    pub rows: u64,
    /// Bytes of its pages.
    pub bytes: u64,
    /// Its first instant in ns.
    pub first_ns: i64,
    /// Its last instant in ns.
    pub last_ns: i64,
}

/// Reads a segment's directory and the head of every page.
///
/// # Errors
/// When there is no such file, it is damaged or of a later format, or the disk fails.
pub fn segment(fs: &dyn Fs, dir: &Path, choice: &SegmentChoice) -> Result<SegmentReport> {
    let (path, reader) = open(fs, dir, choice)?;
    let mut columns = Columns::of(reader.numbered_measurements());
    for chunk in chunks(&reader)? {
        reader.each_group(chunk, |measurement, group| columns.add(measurement, &group))?;
    }
    let totals = reader.totals();
    Ok(SegmentReport {
        path,
        id: reader.id().0,
        shard: reader.shard(),
        place: place(fs, dir, reader.shard()),
        format: SEGMENT_FORMAT,
        bytes: reader.bytes(),
        rows: totals.rows,
        values: totals.values,
        series: totals.series,
        lsn_first: reader.lsn().start().0,
        lsn_last: reader.lsn().end().0,
        start_ns: reader.time().start,
        end_ns: reader.time().end,
        sections: reader.sections().to_vec(),
        measurements: columns.finish(&reader)?,
    })
}

/// Gives every series of a segment, measurement after measurement, until `take` answers false.
///
/// # Errors
/// As [`segment`].
pub fn series(
    fs: &dyn Fs,
    dir: &Path,
    choice: &SegmentChoice,
    take: &mut dyn FnMut(&SeriesReport) -> bool,
) -> Result<()> {
    let (_, reader) = open(fs, dir, choice)?;
    let mut go_on = true;
    for measurement in reader.measurements() {
        let given = reader.each_series(measurement, &TagPredicate::All, |found| {
            go_on = go_on && take(&describe(&reader, found.key.as_str(), found.chunk)?);
            if go_on { Ok(()) } else { Err(Error::Cancelled) }
        });
        match given {
            Err(Error::Cancelled) => return Ok(()),
            other => other?,
        }
    }
    Ok(())
}

fn open(fs: &dyn Fs, dir: &Path, choice: &SegmentChoice) -> Result<(PathBuf, SegmentReader)> {
    let path = match choice {
        SegmentChoice::Id(id) => Store::read(fs, dir)?.directory.segment(*id),
        SegmentChoice::File(path) => path.clone(),
    };
    let reader = SegmentReader::open(fs, &path)?;
    Ok((path, reader))
}

/// The database and policy of a shard; nothing if there is no MANIFEST that knows it.
fn place(fs: &dyn Fs, dir: &Path, shard: u64) -> Option<(String, String)> {
    let store = Store::read(fs, dir).ok()?;
    let state = &store.manifest.state;
    let (database, policy) = state.catalog.policy_by_id(state.shards.get(&shard)?.policy)?;
    Some((database.name.to_string(), policy.name.to_string()))
}

/// The numbers of all chunks.
pub(super) fn chunks(reader: &SegmentReader) -> Result<impl Iterator<Item = ChunkId> + use<>> {
    Ok((0_u32..).take(reader.chunk_count()?).map(ChunkId))
}

fn describe(reader: &SegmentReader, key: &str, chunk: ChunkId) -> Result<SeriesReport> {
    let mut report = SeriesReport {
        key: key.to_owned(),
        groups: 0,
        rows: 0,
        bytes: 0,
        first_ns: i64::MAX,
        last_ns: i64::MIN,
    };
    reader.each_group(chunk, |_, group: SurveyGroup<'_>| {
        report.groups += 1;
        report.rows += group.index.rows() as u64;
        report.bytes += group.index.page_lens.iter().sum::<u64>();
        report.first_ns = report.first_ns.min(group.index.first_time);
        report.last_ns = report.last_ns.max(group.index.last_time);
        Ok(())
    })?;
    Ok(report)
}
