//! What a data directory holds, and what it costs.

use std::path::{Path, PathBuf};

use disk::log;

use super::finding::Finding;
use super::store::{Store, WalFiles, again, list};
use super::wal::{WalFile, describe_file};
use crate::catalog::Policy;
use crate::damage::{self, DamageMark};
use crate::directory;
use crate::error::{Error, Result};
use crate::manifest::SegmentInfo;
use crate::segment::SegmentReader;
use crate::shard::ShardInfo;
use disk::Fs;

/// A data directory at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The MANIFEST.
    pub manifest: ManifestSummary,
    /// Every database in the order of its making.
    pub databases: Vec<DatabaseSummary>,
    /// Shards whose retention policy was dropped; their files go soon.
    pub orphans: Vec<ShardSummary>,
    /// Deletes that are not carried out yet in every segment: their points are hidden, their space is taken.
    pub tombstones: u64,
    /// What the parts of all segments come to in bytes, in file order.
    pub sections: Vec<(&'static str, u64)>,
    /// The WAL files that count, in the order in which they are read.
    pub wal: Vec<WalFile>,
    /// What the WAL and the segments' headers, footers and checksums-of-checksums show to be damaged. `verify` looks
    /// at every byte.
    pub findings: Vec<Finding>,
    /// What readers of the server found damaged, as it noted it down.
    pub marks: Vec<DamageMark>,
    /// Segments that were merged or dropped and whose files are still there: how many, and their bytes.
    pub obsolete: (u64, u64),
    /// Files that are no part of the store, by path from the data directory, with their bytes: what a start moved to
    /// `lost+found`, and what the next one will.
    pub set_aside: Vec<(PathBuf, u64)>,
}

/// The MANIFEST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestSummary {
    /// The format that a reader has to know.
    pub reader_format: u32,
    /// The format of the program that wrote it.
    pub writer_format: u32,
    /// Length of the file.
    pub bytes: u64,
    /// Its frames.
    pub frames: u64,
    /// Whether the engine was stopped cleanly; false while it runs.
    pub clean_stop: bool,
    /// Bytes of an edit that was interrupted.
    pub torn_bytes: u64,
    /// The last generation whose rows are all in segments.
    pub flushed_generation: u64,
    /// The last LSN in it.
    pub flushed_lsn: u64,
}

/// A database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseSummary {
    /// Its name.
    pub name: String,
    /// The name of its default policy.
    pub default_policy: String,
    /// Its policies in the order of their making.
    pub policies: Vec<PolicySummary>,
}

/// A retention policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySummary {
    /// Its name.
    pub name: String,
    /// How long points are kept, in ns; 0 is for ever.
    pub duration_ns: i64,
    /// How long a shard lasts, in ns.
    pub shard_duration_ns: i64,
    /// Its shards by time.
    pub shards: Vec<ShardSummary>,
}

/// A shard that has segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardSummary {
    /// Its id.
    pub id: u64,
    /// Its first instant in ns.
    pub start_ns: i64,
    /// The instant behind its last one, in ns.
    pub end_ns: i64,
    /// Its segments, the oldest writes first.
    pub segments: Vec<SegmentSummary>,
}

/// A segment as the MANIFEST knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentSummary {
    /// Its id.
    pub id: u64,
    /// Length of its file.
    pub bytes: u64,
    /// Rows of all series.
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
}

impl Summary {
    /// Every segment of every shard.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentSummary> {
        let policies = self.databases.iter().flat_map(|database| &database.policies);
        let shards = policies.flat_map(|policy| &policy.shards).chain(&self.orphans);
        shards.flat_map(|shard| &shard.segments)
    }
}

/// Reads the MANIFEST, every segment's frame and the WAL.
///
/// # Errors
/// When it is no data directory, the MANIFEST is damaged or too new, or the disk fails. Damage elsewhere is in
/// [`Summary::findings`].
pub fn summary(fs: &dyn Fs, dir: &Path) -> Result<Summary> {
    again(|| summarise(&Store::read(fs, dir)?))
}

fn summarise(store: &Store<'_>) -> Result<Summary> {
    let mut findings = Vec::new();
    let sections = sections(store, &mut findings)?;
    let wal = wal(store, &mut findings)?;
    let marks = damage::read(store.fs, &store.directory).unwrap_or_else(|error| {
        findings.push(Finding::of(&store.directory.damage(), error));
        Vec::new()
    });
    let (obsolete, set_aside) = strangers(store)?;
    let state = &store.manifest.state;
    let shards_of = |wanted: &dyn Fn(&ShardInfo) -> bool| -> Vec<ShardSummary> {
        state.shards.values().filter(|shard| wanted(shard)).map(|shard| shard_summary(store, shard)).collect()
    };
    let policy = |policy: &Policy| PolicySummary {
        name: policy.name.to_string(),
        duration_ns: policy.duration_ns,
        shard_duration_ns: policy.shard_duration_ns,
        shards: shards_of(&|shard| shard.policy == policy.id),
    };
    let databases = state.catalog.databases().into_iter().map(|database| DatabaseSummary {
        name: database.name.to_string(),
        default_policy: database.default_policy.to_string(),
        policies: database.policies.iter().map(|found| policy(found)).collect(),
    });
    Ok(Summary {
        manifest: manifest_summary(store)?,
        databases: databases.collect(),
        orphans: shards_of(&|shard| state.catalog.policy_by_id(shard.policy).is_none()),
        tombstones: state.tombstones.len() as u64,
        sections,
        wal,
        findings,
        marks,
        obsolete,
        set_aside,
    })
}

fn manifest_summary(store: &Store<'_>) -> Result<ManifestSummary> {
    let manifest = &store.manifest;
    Ok(ManifestSummary {
        reader_format: manifest.formats.reader,
        writer_format: manifest.formats.writer,
        bytes: store.fs.len(&store.directory.manifest())?,
        frames: manifest.frames as u64,
        clean_stop: manifest.clean_stop,
        torn_bytes: manifest.torn_bytes,
        flushed_generation: manifest.state.flushed,
        flushed_lsn: manifest.state.flushed_lsn.0,
    })
}

fn shard_summary(store: &Store<'_>, shard: &ShardInfo) -> ShardSummary {
    let of = store.manifest.state.segments.values().filter(|segment| segment.shard == shard.id);
    let mut segments: Vec<SegmentSummary> = of.map(segment_summary).collect();
    segments.sort_by_key(|segment| (segment.lsn_last, segment.id));
    ShardSummary { id: shard.id, start_ns: shard.time.start, end_ns: shard.time.end, segments }
}

fn segment_summary(info: &SegmentInfo) -> SegmentSummary {
    SegmentSummary {
        id: info.id,
        bytes: info.bytes,
        rows: info.rows,
        values: info.values,
        series: info.series,
        lsn_first: info.lsn_start.0,
        lsn_last: info.lsn_end.0,
        start_ns: info.time.start,
        end_ns: info.time.end,
    }
}

/// The bytes of each section over all segments that open. One that is gone makes the caller look again.
fn sections(store: &Store<'_>, findings: &mut Vec<Finding>) -> Result<Vec<(&'static str, u64)>> {
    let mut total: Vec<(&'static str, u64)> = Vec::new();
    for id in store.manifest.state.segments.keys() {
        let path = store.directory.segment(*id);
        match SegmentReader::open(store.fs, &path) {
            Ok(reader) if total.is_empty() => total.extend(reader.sections()),
            Ok(reader) => {
                total.iter_mut().zip(reader.sections()).for_each(|(sum, (_, bytes))| sum.1 += bytes);
            }
            Err(Error::Disk(error)) if error.is_not_found() => return Err(Error::Disk(error)),
            Err(error) => findings.push(Finding::of(&path, error)),
        }
    }
    Ok(total)
}

fn wal(store: &Store<'_>, findings: &mut Vec<Finding>) -> Result<Vec<WalFile>> {
    let WalFiles { files, findings: odd } = store.wal_files()?;
    findings.extend(odd);
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let report = log::recover(store.fs, &paths, store.stop())?.finish()?;
    findings.extend(report.findings.iter().filter_map(Finding::of_log));
    Ok(files.iter().filter_map(|file| describe_file(file, &report)).collect())
}

type SetAside = Vec<(PathBuf, u64)>;

/// Obsolete segments that are still there, and files that are no part of the store.
fn strangers(store: &Store<'_>) -> Result<((u64, u64), SetAside)> {
    let state = &store.manifest.state;
    let (mut obsolete, mut set_aside) = ((0, 0), Vec::new());
    for (folder, dir) in [
        ("segments", store.directory.segments()),
        ("wal", store.directory.wal()),
        ("lost+found", store.directory.lost_and_found()),
    ] {
        for entry in list(store.fs, &dir)? {
            let segment = directory::segment_name(&entry.name).filter(|_| folder == "segments");
            if segment.is_some_and(|id| state.obsolete.contains(&id)) {
                obsolete = (obsolete.0 + 1, obsolete.1 + entry.len);
            } else if folder == "lost+found" || is_stranger(folder, segment, &entry, state) {
                set_aside.push((Path::new(folder).join(&entry.name), entry.len));
            }
        }
    }
    Ok((obsolete, set_aside))
}

/// Whether the next start would move this file aside. A segment above those that were used is one that a running
/// server writes just now.
fn is_stranger(
    folder: &str,
    segment: Option<u64>,
    entry: &disk::Entry,
    state: &crate::manifest::State,
) -> bool {
    match segment {
        Some(id) => !state.segments.contains_key(&id) && id < state.next_segment,
        None if folder == "wal" && directory::wal_name(&entry.name).is_some() => false,
        None => !directory::is_temporary(&entry.name),
    }
}
