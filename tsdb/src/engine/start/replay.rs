//! Bringing generations back from the WAL: read, group, apply, report.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use disk::Fs;
use disk::log::{self, Finding, Frame, Stop};
use model::{Lsn, ValueRef};

use super::RecoveryReport;
use crate::catalog::{Catalog, Change};
use crate::directory::{self, Directory};
use crate::engine::lost::{keep_copy, move_aside};
use crate::error::{Error, Result};
use crate::generation::{Definition, Generation, GenerationData, GenerationId, OldFile, SeriesId, ShapeId};
use crate::manifest::{Manifest, State};
use crate::shard::{ShardId, ShardInfo};
use crate::tombstone::{Placed, Tombstones};
use crate::wal::folder::{Folder, WalPath};
use crate::wal::format::{KIND_CHANGES, KIND_ROWS};
use crate::wal::{RowsRecord, decode_changes};

/// What the WAL gave back.
#[derive(Debug)]
pub(in crate::engine) struct Replayed {
    /// The oldest first; none is empty.
    pub(super) generations: Vec<Arc<Generation>>,
    /// The catalog after the last change.
    pub(super) catalog: Catalog,
    /// The deletes that are not carried out everywhere.
    pub(super) tombstones: Tombstones,
    /// The shards that rows came back for.
    pub(super) shards: BTreeMap<ShardId, ShardInfo>,
    /// Files without a frame.
    pub(super) empty_files: Vec<PathBuf>,
    /// The generation of each file that counts.
    pub(super) present: Vec<GenerationId>,
    pub(super) last_generation: GenerationId,
    pub(super) last_lsn: Lsn,
    pub(super) next_shard: ShardId,
}

/// Frames of one file that were not applied.
struct Refused {
    /// Where the first one is.
    offset: u64,
    count: u64,
}

/// A generation on its way back.
#[derive(Default)]
struct Rebuilt {
    first_lsn: Lsn,
    last_lsn: Lsn,
    bytes: usize,
    data: GenerationData,
}

/// Reads the WAL files that count and applies them on top of the MANIFEST.
pub(super) fn run(
    fs: &dyn Fs,
    directory: &Directory,
    manifest: &Manifest,
    stop: Stop,
    report: &mut RecoveryReport,
) -> Result<Replayed> {
    let files = tidy(fs, directory, manifest.state(), report)?;
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let mut replay = Replay::new(manifest.state(), &files);
    let mut frames = log::recover(fs, &paths, stop)?;
    let mut refused: BTreeMap<usize, Refused> = BTreeMap::new();
    while let Some(frame) = frames.next() {
        let frame = frame?;
        replay.note_losses(frames.report());
        if replay.apply(&frame).is_none() {
            let first = || Refused { offset: frame.offset, count: 0 };
            refused.entry(frame.file).or_insert_with(first).count += 1;
        }
        report.frames += 1;
    }
    for (file, Refused { offset, count }) in refused {
        let found = format!("{count} that are damaged, or that need what is lost before them");
        report.damage.push(Error::corrupt(&paths[file], offset, "records of the WAL", found).to_string());
        report.keep(keep_copy(fs, directory, &paths[file])?);
    }
    let found = frames.finish()?;
    judge(fs, directory, &found, report)?;
    report.damage.extend(lost_before(&found, manifest.state().flushed_lsn));
    log::settle(fs, &found)?;
    let replayed = replay.finish(&found);
    report.generations = replayed.generations.len() as u64;
    report.rows = replayed.generations.iter().map(|generation| u64::from(generation.rows())).sum();
    Ok(replayed)
}

/// The files of generations that are not in segments, in their order. Files of older ones are removed, unless there is
/// damage: a segment that cannot be read may have its rows there.
fn tidy(
    fs: &dyn Fs,
    directory: &Directory,
    state: &State,
    report: &mut RecoveryReport,
) -> Result<Vec<WalPath>> {
    let Folder { counting, flushed, misnamed, strays, unexplained: _, temporary, unknown } =
        Folder::read(fs, directory, state)?;
    let (past, aside) = if report.damage.is_empty() { (flushed, Vec::new()) } else { (Vec::new(), flushed) };
    for path in aside.iter().chain(&unknown) {
        report.kept_aside.push(move_aside(fs, directory, path)?);
    }
    for stray in &strays {
        let to = move_aside(fs, directory, &stray.path)?;
        report.damage.push(format!("{stray}; it is not read and lies in {}", to.display()));
        report.kept_aside.push(to);
    }
    report.damage.extend(misnamed.iter().map(ToString::to_string));
    remove_files(fs, directory, &past)?;
    remove_files(fs, directory, &temporary)?;
    Ok(counting)
}

/// Removes files of the WAL for good. Also makes durable what was removed before: a file that comes back when the
/// MANIFEST has forgotten its run would be taken for damage.
pub(super) fn remove_files(fs: &dyn Fs, directory: &Directory, files: &[PathBuf]) -> Result<()> {
    for path in files {
        fs.remove_file(path)?;
    }
    Ok(fs.sync_dir(&directory.wal())?)
}

/// Tells the report what the log found, and keeps copies of damaged files.
fn judge(fs: &dyn Fs, directory: &Directory, found: &log::Report, report: &mut RecoveryReport) -> Result<()> {
    for finding in &found.findings {
        match finding {
            Finding::TornTail { path, offset, bytes } => {
                report.wal_torn_bytes += bytes;
                report.torn.push(format!("{} at offset {offset}: {bytes} bytes", path.display()));
            }
            Finding::Corrupt { path, range, expected, found } => {
                let error = Error::corrupt(path, range.start, expected.clone(), found.clone());
                report.damage.push(error.to_string());
                report.keep(keep_copy(fs, directory, path)?);
            }
            other => report.damage.push(format!("the WAL is not complete: {other:?}")),
        }
    }
    Ok(())
}

/// The log begins where the segments end, or earlier: a later beginning says that files are gone.
fn lost_before(found: &log::Report, flushed: Lsn) -> Option<String> {
    let first = found.files.first().filter(|file| file.first_lsn > flushed.next().0)?;
    let expected = format!("the log from number {}", flushed.next().0);
    Some(
        Error::corrupt(&first.path, 0, expected, format!("{} as the first one", first.first_lsn)).to_string(),
    )
}

struct Replay<'a> {
    state: &'a State,
    files: &'a [WalPath],
    rebuilt: BTreeMap<GenerationId, Rebuilt>,
    catalog: Catalog,
    tombstones: Tombstones,
    last_lsn: Lsn,
    next_shard: ShardId,
    /// Generations of which a part is lost. Ids follow from the order of definitions: what is defined behind the
    /// loss would stand for something else.
    holed: BTreeSet<GenerationId>,
    losses_seen: usize,
}

impl<'a> Replay<'a> {
    fn new(state: &'a State, files: &'a [WalPath]) -> Self {
        Self {
            state,
            files,
            rebuilt: BTreeMap::new(),
            catalog: state.catalog.clone(),
            tombstones: state.deletes(),
            last_lsn: state.flushed_lsn,
            next_shard: state.next_shard,
            holed: BTreeSet::new(),
            losses_seen: 0,
        }
    }

    /// Takes in what the log has found missing by now.
    fn note_losses(&mut self, found: &log::Report) {
        for finding in &found.findings[self.losses_seen..] {
            let path = match finding {
                Finding::Corrupt { path, .. } | Finding::Missing { path, .. } => Some(path),
                _ => None,
            };
            let is_before = matches!(finding, Finding::Missing { .. });
            let of = path.and_then(|path| self.files.iter().find(|file| file.path == *path));
            let of = of.filter(|file| !is_before || !file.begins_generation());
            self.holed.extend(of.map(|file| file.generation));
        }
        self.losses_seen = found.findings.len();
        if let [first, ..] = &found.files[..]
            && first.first_lsn > self.state.flushed_lsn.next().0
        {
            let of = self.files.first().filter(|file| !file.begins_generation());
            self.holed.extend(of.map(|file| file.generation));
        }
    }

    /// Applies a frame; `None` if it is not what the engine wrote, or needs what is lost.
    fn apply(&mut self, frame: &Frame) -> Option<()> {
        let lsn = Lsn(frame.lsn);
        self.last_lsn = self.last_lsn.max(lsn);
        let id = self.files[frame.file].generation;
        let rebuilt =
            self.rebuilt.entry(id).or_insert_with(|| Rebuilt { first_lsn: lsn, ..Rebuilt::default() });
        rebuilt.last_lsn = lsn;
        rebuilt.bytes += frame.payload.len();
        match frame.kind {
            KIND_ROWS => {
                let is_holed = self.holed.contains(&id);
                apply_rows(&mut rebuilt.data, self.state, &frame.payload, is_holed, &mut self.next_shard)
            }
            KIND_CHANGES => decode_changes(&frame.payload).map(|changes| {
                for change in &changes {
                    self.catalog.apply(change);
                    if let Change::Delete(tombstone) = change {
                        let (tombstone, rows) = (tombstone.clone(), rebuilt.data.rows);
                        let placed = Placed { tombstone, generation: id, rows };
                        self.tombstones.add_covering(placed.clone());
                        rebuilt.data.deletes.add(placed);
                    }
                }
                rebuilt.data.changes.extend(changes);
            }),
            _ => None,
        }
    }

    fn finish(self, found: &log::Report) -> Replayed {
        let last_generation = self.files.iter().map(generation_max).max().unwrap_or(0);
        let empty = |generation: &GenerationId| !self.rebuilt.contains_key(generation);
        let empty_files: Vec<PathBuf> =
            self.files.iter().filter(|file| empty(&file.generation)).map(|file| file.path.clone()).collect();
        let mut shards = BTreeMap::new();
        let mut generations = Vec::new();
        for (id, Rebuilt { first_lsn, last_lsn, bytes, data }) in self.rebuilt {
            let with_rows = data.heads.keys().filter_map(|id| data.shards.get(id));
            shards.extend(with_rows.map(|shard| (shard.id, *shard)));
            let generation = Generation::new(id, first_lsn, old_files(self.files, id, found));
            generation.publish(&data, last_lsn, bytes);
            *generation.data.write() = data;
            generations.push(Arc::new(generation));
        }
        Replayed {
            generations,
            catalog: self.catalog,
            tombstones: self.tombstones,
            shards,
            empty_files,
            present: self.files.iter().map(|file| file.generation).collect(),
            last_generation,
            last_lsn: self.last_lsn.max(Lsn(found.last_lsn)),
            next_shard: self.next_shard,
        }
    }
}

/// The generation of a file, or that of its name if that is higher: no new file may have a name that is taken.
fn generation_max(file: &WalPath) -> GenerationId {
    let named = file.path.file_name().and_then(directory::wal_name);
    named.map_or(file.generation, |(named, _)| named.max(file.generation))
}

/// The files of a generation. One whose header is damaged counts as the last: a reader does not skip it.
fn old_files(files: &[WalPath], id: GenerationId, found: &log::Report) -> Vec<OldFile> {
    let first_lsn = |path: &PathBuf| {
        let report = found.files.iter().find(|report| report.path == *path);
        report.map_or(Lsn(u64::MAX), |report| Lsn(report.first_lsn))
    };
    let of = files.iter().filter(|file| file.generation == id).map(|file| &file.path);
    of.map(|path| OldFile { path: path.clone(), first_lsn: first_lsn(path) }).collect()
}

/// A row as it was read, with the place of its values.
struct Row {
    shard: ShardId,
    shape: ShapeId,
    series: SeriesId,
    ts: i64,
    values_end: usize,
}

/// Applies a frame of rows as a whole or not at all, but for its definitions. Behind a hole nothing is defined any
/// more: rows of what was defined before it are right, others are refused.
fn apply_rows(
    data: &mut GenerationData,
    state: &State,
    payload: &[u8],
    is_holed: bool,
    next_shard: &mut ShardId,
) -> Option<()> {
    let mut record = RowsRecord::decode(payload)?;
    for definition in std::mem::take(&mut record.definitions) {
        if let Definition::Shard(shard) = &definition {
            *next_shard = (*next_shard).max(shard.id + 1);
            data.shards.insert(shard.id, *shard);
        } else if is_holed {
            return None;
        }
        data.tables.define(definition)?;
    }
    let (mut rows, mut values): (Vec<Row>, Vec<ValueRef<'_>>) = (Vec::new(), Vec::new());
    record.each_row(&data.tables, |row| {
        data.shards.get(&row.shard)?;
        values.extend_from_slice(row.values);
        rows.push(Row {
            shard: row.shard,
            shape: row.shape,
            series: row.series,
            ts: row.ts,
            values_end: values.len(),
        });
        Some(())
    })?;
    let mut start = 0;
    for row in rows {
        if !state.is_removed(row.shard) {
            let values = values[start..row.values_end].iter().copied();
            data.push_row(row.shard, row.shape, row.series, row.ts, values);
        }
        start = row.values_end;
    }
    Some(())
}
