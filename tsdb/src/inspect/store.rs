//! A data directory as its MANIFEST describes it at one moment.

use std::path::Path;

use disk::Fs;
use disk::log::Stop;

use super::finding::Finding;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::limits::INSPECT_ATTEMPTS_MAX;
use crate::manifest::reading::{self, Reading};
use crate::wal::folder::{Folder, Oddity, WalPath};

/// What the MANIFEST said, and where its files are.
#[derive(Debug)]
pub(super) struct Store<'fs> {
    pub(super) fs: &'fs dyn Fs,
    pub(super) directory: Directory,
    pub(super) manifest: Reading,
}

/// The files of the WAL.
#[derive(Debug, Default)]
pub(super) struct WalFiles {
    /// Those of generations that are not in segments, in the order in which they are read.
    pub(super) files: Vec<WalPath>,
    /// Those that are not what their names say.
    pub(super) findings: Vec<Finding>,
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

    /// The files of the WAL, with what is wrong with them.
    pub(super) fn wal_files(&self) -> Result<WalFiles> {
        let folder = Folder::read(self.fs, &self.directory, &self.manifest.state)?;
        let odd: Vec<Oddity> = folder.strays.into_iter().chain(folder.misnamed).collect();
        if !odd.is_empty() && self.is_outdated()? {
            let path = self.directory.manifest();
            return Err(Error::corrupt(&path, 0, "the runs of the engine", "those of before its start"));
        }
        let finding = |odd: Oddity| Finding::new(&odd.path, None, odd.expected, odd.found);
        Ok(WalFiles { files: folder.counting, findings: odd.into_iter().map(finding).collect() })
    }

    /// Whether an engine was started since the MANIFEST was read: its files are those of a run that is not known here.
    fn is_outdated(&self) -> Result<bool> {
        Ok(reading::read(self.fs, &self.directory.manifest())?.state.runs != self.manifest.state.runs)
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
