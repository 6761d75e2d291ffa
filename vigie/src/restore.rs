//! `vigie restore`: a data directory from a backup, while no server runs on it.

use crate::backup_command::{Earlier, unpack};
use crate::cli::RestoreOptions;
use crate::inspect::counted;
use crate::progress::{Progress, Unit};
use anyhow::{Context as _, bail};
use disk::{Fs, StdFs};
use model::{Budget, SystemClock};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tsdb::{Engine, Options, Restored, Restoring};

/// Memory for opening the restored store once.
const MEMORY_BYTES: usize = 256 << 20;

/// Restores, or with `--verify` only looks, and says what there is.
pub(crate) fn run(options: &RestoreOptions) -> anyhow::Result<()> {
    let started = Instant::now();
    are_there(options)?;
    // Before anything is unpacked: until the end, a server must not take the directory for a new one.
    let target = options.data_dir.as_deref().filter(|_| !options.verify);
    let target = target.map(|dir| Restoring::begin(&StdFs, dir)).transpose()?;
    let beside = options.data_dir.clone().unwrap_or_else(|| options.source.clone());
    let unpacked = Unpacked::new(&beside, &options.base, &options.source)?;
    let progress = Progress::new(Unit::Bytes, None);
    let advance = |bytes| progress.advance(bytes);
    let (source, bases) = (&unpacked.source, &unpacked.bases);
    let done = match target {
        _ if options.verify => tsdb::verify(&StdFs, source, bases, advance),
        Some(target) => target.fill(source, bases, options.accept_damage, advance),
        None => bail!("--data-dir says where to restore to; --verify only looks"),
    };
    let done = done.map_err(|error| unpacked.as_given(error, &options.source))?;
    progress.finish();
    drop(unpacked);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", summary(options, &done, started))?;
    match &options.data_dir {
        Some(dir) if !options.verify => writeln!(out, "{}", prove(dir)?)?,
        _ => {}
    }
    if options.verify && !done.damaged.is_empty() {
        bail!("missing or damaged: {}", done.damaged.join(", "));
    }
    Ok(())
}

fn are_there(options: &RestoreOptions) -> anyhow::Result<()> {
    let missing = options.base.iter().chain([&options.source]).find(|path| !path.exists());
    match missing {
        Some(path) => bail!("{} is not there; expected a backup: a folder or a NAME.tar", path.display()),
        None => Ok(()),
    }
}

fn summary(options: &RestoreOptions, done: &Restored, started: Instant) -> String {
    let list = &done.list;
    let verb = if options.verify { "checked" } else { "restored" };
    let mib = list.bytes() as f64 / f64::from(1 << 20);
    let (files, lsn, seconds) = (list.files.len(), list.lsn, started.elapsed().as_secs_f64());
    let damage = match done.damaged.as_slice() {
        [] => String::new(),
        damaged => format!("; missing or damaged: {}", damaged.join(", ")),
    };
    format!("{verb} {files} files, {mib:.1} MiB, everything up to LSN {lsn}, in {seconds:.1} s{damage}")
}

/// Opens the store and closes it again: what cannot be opened is no restored one.
fn prove(dir: &Path) -> anyhow::Result<String> {
    let options = Options::new(Arc::new(SystemClock::new()), Budget::new(MEMORY_BYTES));
    // Nothing is dropped or merged here: that is for the server to decide.
    let options = Options { background: false, ..options };
    let engine = Engine::open(Arc::new(StdFs), dir, options).context("the restored store does not open")?;
    let (databases, stats) = (engine.databases(), engine.stats());
    for damage in &engine.recovery().damage {
        tracing::warn!("{damage}");
    }
    engine.stop().context("the restored store does not close")?;
    let names: Vec<&str> = databases.iter().map(|database| &*database.name).collect();
    let (shards, segments) = (counted(stats.shards, "shard"), counted(stats.segments, "segment"));
    let rows = counted(stats.segment_rows, "row");
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Ok(format!("databases: {names}; {shards}, {segments}, {rows}"))
}

/// Folders of what was given; those of archives go when this does.
struct Unpacked {
    source: PathBuf,
    bases: Vec<PathBuf>,
    made: Vec<PathBuf>,
    /// What was given last.
    given: PathBuf,
}

impl Unpacked {
    /// Unpacks archives beside `beside`, the oldest first: each has what is new since the one before.
    fn new(beside: &Path, bases: &[PathBuf], source: &Path) -> anyhow::Result<Self> {
        let mut unpacked =
            Self { source: PathBuf::new(), bases: Vec::new(), made: Vec::new(), given: PathBuf::new() };
        for path in bases.iter().map(PathBuf::as_path).chain([source]) {
            let folder = if path.is_dir() { path.to_path_buf() } else { unpacked.unpack(beside, path)? };
            unpacked.bases.push(folder);
            path.clone_into(&mut unpacked.given);
        }
        unpacked.source = unpacked.bases.pop().unwrap_or_default();
        Ok(unpacked)
    }

    fn unpack(&mut self, beside: &Path, archive: &Path) -> anyhow::Result<PathBuf> {
        let mut name = beside.as_os_str().to_owned();
        name.push(format!(".unpacked-{}", self.made.len()));
        let folder = PathBuf::from(name);
        if StdFs.exists(&folder)? {
            StdFs.remove_dir_all(&folder)?;
        }
        self.made.push(folder.clone());
        let file = std::fs::File::open(archive);
        let file = file.with_context(|| format!("cannot open {}", archive.display()))?;
        let base = self.bases.last().map(|folder| Earlier { folder, name: &self.given });
        unpack(file, archive, &folder, base)
            .with_context(|| format!("cannot unpack {}", archive.display()))?;
        Ok(folder)
    }

    /// An error about what was given, not about where that was unpacked to.
    fn as_given(&self, error: tsdb::Error, source: &Path) -> tsdb::Error {
        match error {
            tsdb::Error::NotABackup { path, found } if path == self.source => {
                tsdb::Error::NotABackup { path: source.to_path_buf(), found }
            }
            other => other,
        }
    }
}

impl Drop for Unpacked {
    fn drop(&mut self) {
        for folder in &self.made {
            for path in [folder.clone(), disk::temporary_path(folder)] {
                if path.exists()
                    && let Err(error) = StdFs.remove_dir_all(&path)
                {
                    tracing::warn!(%error, "an unpacked archive stays");
                }
            }
        }
    }
}
