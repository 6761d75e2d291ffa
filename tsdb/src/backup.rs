//! Backups: the store at one moment, copied while it goes on, and made a data directory again.
//!
//! * [`Engine::backup`](crate::Engine::backup) fixes the moment: everything accepted before it is in segments
//!   that stay until the [`Backup`] is dropped, with a MANIFEST that names exactly these, and says of a clean
//!   stop. Writes, merges and drops go on.
//! * [`Backup::link_into`] puts it into a folder on the same machine by hard links; a server streams
//!   [`Backup::read`].
//! * A [`BackupFolder`] is such a folder under construction; [`restore`] takes it back, [`verify`] only looks.
//!
//! A backup has the names of a data directory, and [`LIST_NAME`], written last: without it nothing is a backup.
//! Segments never change, so that one which an earlier backup has needs no second copy: same name, length and
//! checksum are the same bytes.
//!
//! Files of other owners (states of alerts, say) are handed in as bytes, taken *before* the moment: what they
//! know of the store must be in it.

mod check;
mod folder;
mod format;
mod list;
mod restore;

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use disk::Fs;

pub use folder::BackupFolder;
pub use format::{CONTENTS_NAME, LIST_NAME};
pub use list::{BackupFile, BackupList, Checksum};
pub use restore::{Restored, Restoring, restore, verify};

pub(crate) use format::FORMAT;
pub(crate) use list::is_sound;
pub(crate) use restore::is_unfinished;

use crate::error::{Error, Result};
use crate::manifest::SegmentId;

/// A file that is not the store's: a consistent copy, taken by its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFile {
    /// Its path below the data directory, with `/`; letters, digits, `.`, `-` and `_`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Segments whose files stay while this lives.
pub(crate) type Pin = Arc<HashSet<SegmentId>>;

/// The store at one moment. Its files stay until it is dropped.
pub struct Backup {
    pub(crate) fs: Arc<dyn Fs>,
    pub(crate) root: PathBuf,
    pub(crate) list: BackupList,
    /// The MANIFEST, and what others handed in.
    pub(crate) small: Vec<OwnedFile>,
    pub(crate) pin: Pin,
}

impl Backup {
    /// What is in it.
    #[must_use]
    pub const fn list(&self) -> &BackupList {
        &self.list
    }

    /// The files that are not in `base`, in the order in which they are to be copied: big ones first.
    #[must_use]
    pub fn files_beyond(&self, base: Option<&BackupList>) -> Vec<BackupFile> {
        let known: HashSet<&BackupFile> = base.iter().flat_map(|base| &base.files).collect();
        self.list.files.iter().filter(|file| !known.contains(file)).cloned().collect()
    }

    /// Up to `len` bytes of a file from `offset`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, file: &BackupFile, offset: u64, len: usize) -> Result<Vec<u8>> {
        let Some(small) = self.small.iter().find(|small| small.name == file.name) else {
            return Ok(self.fs.read_at(&self.root.join(&file.name), offset, len)?);
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(small.bytes.len());
        let end = start.saturating_add(len).min(small.bytes.len());
        Ok(small.bytes[start..end].to_vec())
    }

    /// Makes the folder `dest` of it, which must not be there: hard links, or copies where links are impossible.
    ///
    /// # Errors
    /// When `dest` is there, or the disk fails. `dest` is whole or not there; `dest` with `.tmp` may be left.
    pub fn link_into(&self, dest: &Path) -> Result<()> {
        let mut folder = BackupFolder::create(self.fs.clone(), dest)?;
        for file in &self.list.files {
            match self.small.iter().find(|small| small.name == file.name) {
                Some(small) => folder.copy(file, &mut small.bytes.as_slice())?,
                None => folder.link(file, &self.root).map(drop)?,
            }
        }
        folder.finish(&self.list)
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pinned = self.pin.len();
        formatter.debug_struct("Backup").field("id", &self.list.id).field("pinned", &pinned).finish()
    }
}

/// What the list says of a file that is in memory.
pub(crate) fn describe(small: &OwnedFile) -> Result<BackupFile> {
    if !is_sound(&small.name) || small.name.starts_with("segments/") {
        let found = format!("a file named {:?}", small.name);
        return Err(Error::NotABackup { path: PathBuf::from(&small.name), found });
    }
    let (bytes, checksum) = (small.bytes.len() as u64, Checksum::Whole(disk::crc32(&small.bytes)));
    Ok(BackupFile { name: small.name.clone(), bytes, checksum })
}
