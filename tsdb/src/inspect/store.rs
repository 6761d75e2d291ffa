//! A data directory as its MANIFEST describes it at one moment.

use std::path::{Path, PathBuf};

use disk::Fs;
use disk::log::Stop;

use crate::directory::{self, Directory};
use crate::error::{Error, Result};
use crate::generation::GenerationId;
use crate::limits::INSPECT_ATTEMPTS_MAX;
use crate::manifest::reading::{self, Reading};

/// What the MANIFEST said, and where its files are.
#[derive(Debug)]
pub(super) struct Store<'fs> {
    pub(super) fs: &'fs dyn Fs,
    pub(super) directory: Directory,
    pub(super) manifest: Reading,
}

/// A WAL file that counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WalPath {
    pub(super) generation: GenerationId,
    pub(super) number: u64,
    pub(super) path: PathBuf,
}

impl<'fs> Store<'fs> {
    /// Reads the MANIFEST of `dir`.
    pub(super) fn read(fs: &'fs dyn Fs, dir: &Path) -> Result<Self> {
        again(|| Self::read_once(fs, dir))
    }

    fn read_once(fs: &'fs dyn Fs, dir: &Path) -> Result<Self> {
        let directory = Directory::new(dir);
        if !fs.exists(&directory.manifest())? {
            return Err(Error::NotADataDirectory { dir: dir.to_path_buf() });
        }
        let manifest = reading::read(fs, &directory.manifest())?;
        Ok(Self { fs, directory, manifest })
    }

    /// How the WAL ended, as far as the MANIFEST tells.
    pub(super) const fn stop(&self) -> Stop {
        if self.manifest.clean_stop { Stop::Clean } else { Stop::Unknown }
    }

    /// The WAL files of generations that are not in segments, in the order in which they are read.
    pub(super) fn wal_files(&self) -> Result<Vec<WalPath>> {
        let dir = self.directory.wal();
        let mut files = Vec::new();
        for entry in list(self.fs, &dir)? {
            if let Some((generation, number)) = directory::wal_name(&entry.name)
                && generation > self.manifest.state.flushed
            {
                files.push(WalPath { generation, number, path: dir.join(&entry.name) });
            }
        }
        files.sort();
        Ok(files)
    }
}

/// Does `look` again, a few times, while it meets what a running server changes under it: a file that a flush or a
/// merge took away, or a MANIFEST that was replaced between two reads.
pub(super) fn again<T>(mut look: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..INSPECT_ATTEMPTS_MAX {
        match look() {
            Err(error) if may_pass(&error) => {}
            other => return other,
        }
    }
    look()
}

fn may_pass(error: &Error) -> bool {
    match error {
        Error::Disk(error) => error.is_not_found(),
        Error::Corrupt { .. } => true,
        _ => false,
    }
}

/// The entries of a folder; none if it is not there.
pub(super) fn list(fs: &dyn Fs, dir: &Path) -> Result<Vec<disk::Entry>> {
    if fs.exists(dir)? { Ok(fs.list(dir)?) } else { Ok(Vec::new()) }
}
