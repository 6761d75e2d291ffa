//! Opening a data directory: lock, MANIFEST, segments, WAL, and on from there.
//!
//! Each phase does one thing and tells the report. Nothing is deleted that could hold a point: what nobody
//! knows moves to `lost+found/`, what is damaged is copied there before its file goes.

mod replay;
mod segments;
mod unexplained;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use disk::Fs;
use disk::log::Stop;
use model::Lsn;
use threads::{ArcSwap, Mutex, RwLock};

use super::merging::Merging;
use super::room::RefusedSeries;
use super::upkeep::Upkeep;
use super::worker::Worker;
use super::{Engine, Writer, WriterState};
use crate::backup;
use crate::clock_guard::ClockGuard;
use crate::damage::Damage;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::generation::Definitions;
use crate::generation::Generation;
use crate::manifest::{Edit, Manifest, ManifestReport, reading};
use crate::options::Options;
use crate::readers::Readers;
use crate::shard::Shard;
use crate::space::Space;
use crate::stats::Counters;
use crate::stream::{Followers, Ring};
use crate::view::View;
use crate::wal::Wal;
use crate::wal::runs::{Run, RunKey};

pub(super) use replay::Replayed;

/// What opening a data directory found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecoveryReport {
    /// Whether the engine was stopped cleanly the last time, or the directory is new.
    pub clean: bool,
    /// Frames of the WAL that were applied.
    pub frames: u64,
    /// Rows that came back from the WAL.
    pub rows: u64,
    /// Generations that came back from the WAL.
    pub generations: u64,
    /// Bytes of a write to the WAL that was interrupted before it was acknowledged.
    pub wal_torn_bytes: u64,
    /// Where such writes were cut off: file, offset and bytes.
    pub torn: Vec<String>,
    /// Bytes of an edit of the MANIFEST that was interrupted.
    pub manifest_torn_bytes: u64,
    /// What is damaged: acknowledged points may be missing, and queries that need the files fail.
    pub damage: Vec<String>,
    /// Where files went that nobody knows, and copies of damaged ones.
    pub kept_aside: Vec<PathBuf>,
    /// How long it took, by monotonic time.
    pub elapsed: Duration,
}

impl RecoveryReport {
    /// Notes where a copy is; several damaged places in one file make one copy.
    fn keep(&mut self, copy: PathBuf) {
        if !self.kept_aside.contains(&copy) {
            self.kept_aside.push(copy);
        }
    }
}

impl Engine {
    /// Opens the data directory `dir`, making it if it is not there, and brings back what the WAL holds.
    ///
    /// # Errors
    /// When another process has the directory, its MANIFEST is missing, damaged or of a later version, its end does
    /// not tell whose the WAL is ([`Error::RunLost`]), or the disk fails. Damage elsewhere is told by [`recovery`](Self::recovery), and by the queries that
    /// meet it.
    pub fn open(fs: Arc<dyn Fs>, dir: &Path, options: Options) -> Result<Arc<Self>> {
        let started = options.clock.monotonic();
        let directory = Directory::new(dir);
        fs.create_dir_all(dir)?;
        let lock = fs.lock(dir)?;
        let is_new = !fs.exists(&directory.manifest())?;
        let (mut manifest, found) = open_manifest(&fs, &directory)?;
        fs.create_dir_all(&directory.wal())?;
        fs.create_dir_all(&directory.segments())?;
        settle_names(&*fs, dir)?;
        let mut report = RecoveryReport {
            clean: found.clean_stop,
            manifest_torn_bytes: found.torn_bytes,
            ..RecoveryReport::default()
        };
        let clock_guard = ClockGuard::open(&*fs, &directory, options.clock.clone(), is_new);
        let damage = Damage::open(&*fs, &directory, options.clock.clone());
        let readers = Readers::new(
            fs.clone(),
            directory.clone(),
            &options.budget,
            damage.clone(),
            options.open_segments_max,
        );
        let shards = segments::open(&*fs, &directory, &mut manifest, &readers, &mut report)?;
        let stop = if found.clean_stop { Stop::Clean } else { Stop::Unknown };
        let replayed = replay::run(&*fs, &directory, &manifest, stop, &mut report)?;
        segments::judge_unknown(&*fs, replayed.last_lsn, &mut report);
        let run = begin_run(&mut manifest, &replayed)?;
        let engine = assemble(
            fs,
            directory,
            options,
            manifest,
            clock_guard,
            readers,
            damage,
            shards,
            replayed,
            run,
            lock,
            report,
            started,
        )?;
        if engine.options.background {
            let no_thread =
                |source| disk::Error::Io { operation: "start a thread for", path: dir.into(), source };
            engine.worker.start("tsdb-upkeep", &engine, |engine| engine.upkeep_once()).map_err(no_thread)?;
            engine
                .merger
                .start("tsdb-merge", &engine, |engine| engine.merge_in_background())
                .map_err(no_thread)?;
        }
        Ok(engine)
    }
}

/// Makes the names of the folders durable also when a start that failed half way has made them.
fn settle_names(fs: &dyn Fs, dir: &Path) -> Result<()> {
    fs.sync_dir(dir)?;
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs.sync_dir(parent) {
        // A service may own its folder without being allowed to read the one above: then an administrator
        // made it, long ago.
        Err(disk::Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::PermissionDenied => {
            Ok(())
        }
        other => Ok(other?),
    }
}

/// Makes the run known that begins now, before any file of it is there. A MANIFEST of an older format is replaced on the
/// way: what follows may be of a kind that it does not know.
fn begin_run(manifest: &mut Manifest, replayed: &Replayed) -> Result<Run> {
    let first = replayed.last_generation.max(manifest.state().flushed) + 1;
    let run = Run { first, key: RunKey::draw() };
    let runs = manifest.state().runs.with_next(run, &replayed.present);
    manifest.commit(&Edit::Started { runs })?;
    Ok(run)
}

fn open_manifest(fs: &Arc<dyn Fs>, directory: &Directory) -> Result<(Manifest, ManifestReport)> {
    if fs.exists(&directory.manifest())? {
        let found = reading::read(&**fs, &directory.manifest())?;
        unexplained::refuse(&**fs, directory, &found)?;
        return Manifest::open(fs.clone(), directory.clone(), found);
    }
    if backup::is_unfinished(&**fs, directory)? {
        return Err(Error::RestoreUnfinished { dir: directory.root().to_path_buf() });
    }
    for dir in [directory.segments(), directory.wal()] {
        let entries = if fs.exists(&dir)? { fs.list(&dir)? } else { Vec::new() };
        if let Some(entry) = entries.first() {
            let (dir, found) = (directory.root().to_path_buf(), dir.join(&entry.name));
            return Err(Error::ManifestMissing { dir, found });
        }
    }
    let manifest = Manifest::create(fs.clone(), directory.clone())?;
    Ok((manifest, ManifestReport { torn_bytes: 0, clean_stop: true }))
}

#[expect(clippy::too_many_arguments, reason = "the one place where what the phases found comes together")]
fn assemble(
    fs: Arc<dyn Fs>,
    directory: Directory,
    mut options: Options,
    manifest: Manifest,
    clock_guard: ClockGuard,
    readers: Readers,
    damage: Damage,
    mut shards: Vec<Shard>,
    replayed: Replayed,
    run: Run,
    lock: Box<dyn disk::DirLock>,
    mut report: RecoveryReport,
    started: Duration,
) -> Result<Arc<Engine>> {
    let counters = Arc::new(Counters::default());
    let next_lsn = Lsn(replayed.last_lsn.0.max(manifest.state().flushed_lsn.0)).next();
    let space = Space::new(fs.clone(), directory.root(), options.disk_reserve);
    options.wal_preallocate_bytes = space.preallocate_bytes(options.wal_preallocate_bytes);
    let wal = Wal::start(fs.clone(), directory.clone(), &options, run, next_lsn, counters.clone())?;
    replay::remove_files(&*fs, &directory, &replayed.empty_files)?;
    for shard in replayed.shards.values() {
        if !shards.iter().any(|known| known.info.id == shard.id) {
            shards.push(Shard::new(*shard));
        }
    }
    let next_shard = replayed.next_shard.max(manifest.state().next_shard);
    let mut generations = replayed.generations;
    generations.iter().for_each(|generation| lease(&options, generation));
    generations.push(Arc::new(Generation::new(run.first, next_lsn, Vec::new())));
    let mut view = View::new(replayed.catalog, shards, generations, replayed.tombstones);
    view.remove_orphans();
    let next_segment = manifest.state().next_segment;
    report.elapsed = options.clock.monotonic().saturating_sub(started);
    let writer = Writer {
        next_lsn,
        next_shard,
        types: std::collections::HashMap::new(),
        admitting: Vec::new(),
        refused: RefusedSeries::default(),
        unlogged: Definitions::default(),
        must_seal: false,
        first_delete: None,
        last_write: options.clock.monotonic(),
    };
    let opened = options.clock.monotonic();
    Ok(Arc::new(Engine {
        fs,
        directory,
        options,
        view: ArcSwap::from_pointee(view),
        writer: Mutex::new(WriterState::Running(writer)),
        wal: RwLock::new(Some(wal)),
        upkeep: Mutex::new(Upkeep::new(manifest, next_segment, readers.clone())),
        ring: Ring::new(next_lsn),
        followers: Followers::default(),
        opened,
        clock_guard,
        space,
        readers,
        damage,
        census: Mutex::default(),
        counters,
        report,
        worker: Worker::default(),
        merger: Worker::default(),
        merging: Merging::default(),
        lock: Mutex::new(Some(lock)),
    }))
}

/// Rows that came back are there whether or not the budget has room for them.
fn lease(options: &Options, generation: &Generation) {
    let bytes = usize::try_from(generation.head_bytes()).unwrap_or(usize::MAX);
    let held = options.budget.lease(model::Share::Head, bytes).map_err(Error::from);
    if let Err(error) = held.and_then(|lease| generation.hold(lease)) {
        tracing::warn!(%error, "the WAL held more than the memory budget has room for");
    }
}
