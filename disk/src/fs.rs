//! The door to files: what the crates above may ask of a disk, and what it promises in return.
//!
//! Assumptions about the underlying media, which [`StdFs`] inherits and [`crate::SimFs`] enforces:
//!
//! * Content is durable once [`File::sync_data`] has returned without error, and not before. Until then each
//!   512-byte sector may hold the old bytes, the new ones or a mix, in any order between sectors; the length
//!   may be the old one, the new one or between, and bytes that were never written may read as anything.
//! * A name (create, rename, link, remove) is durable once [`Fs::sync_dir`] of its folder has returned, and not
//!   before. Names of one folder become durable in the order in which they changed; a rename is one change.
//! * Syncing a file does not make its name durable, nor the other way round.
//! * After a failed sync the pending content may be gone for good although later syncs succeed: such a handle
//!   is of no further use.
//! * What was durable stays as it is. Bit rot breaks this promise; checksums find it.

mod real;
mod real_file;
mod real_lock;

use std::ffi::OsString;
use std::fmt::Debug;
use std::path::Path;

use crate::{Bytes, Result};

pub use real::StdFs;

/// A file system. Paths are taken as given.
pub trait Fs: Send + Sync + Debug {
    /// Creates a folder and its missing parents, each with a durable name. It may exist already.
    ///
    /// # Errors
    /// When a parent is a file, or the system refuses.
    fn create_dir_all(&self, path: &Path) -> Result<()>;

    /// The entries of a folder, sorted by name.
    ///
    /// # Errors
    /// When the folder is not there or cannot be read.
    fn list(&self, dir: &Path) -> Result<Vec<Entry>>;

    /// Whether a file or folder of this name is there.
    ///
    /// # Errors
    /// When the system cannot tell.
    fn exists(&self, path: &Path) -> Result<bool>;

    /// Length of a file in bytes.
    ///
    /// # Errors
    /// When the file is not there.
    fn len(&self, path: &Path) -> Result<u64>;

    /// Creates an empty file for writing. Its name is not durable until [`Fs::sync_dir`].
    ///
    /// # Errors
    /// When the name is taken ([`crate::Error::is_already_exists`]) or the folder is not there.
    fn create(&self, path: &Path) -> Result<Box<dyn File>>;

    /// Opens an existing file for appending at its end.
    ///
    /// # Errors
    /// When the file is not there.
    fn open_append(&self, path: &Path) -> Result<Box<dyn File>>;

    /// Opens an existing file for [`File::write_at`] and [`File::truncate`].
    ///
    /// # Errors
    /// When the file is not there.
    fn open_write(&self, path: &Path) -> Result<Box<dyn File>>;

    /// The whole content of a file.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    fn read(&self, path: &Path) -> Result<Vec<u8>>;

    /// Up to `len` bytes from `offset`; fewer at the end of the file, none beyond it.
    ///
    /// # Errors
    /// When the file is not there or cannot be read.
    fn read_at(&self, path: &Path, offset: u64, len: usize) -> Result<Vec<u8>>;

    /// Maps a file that nobody will change any more; its length is fixed here. Unlinking it is fine.
    ///
    /// # Errors
    /// When the file is not there or cannot be mapped.
    fn map(&self, path: &Path) -> Result<Bytes>;

    /// Renames a file, replacing the target in one step. Not durable until the folder (both, if two) is synced.
    ///
    /// # Errors
    /// When `from` is not there, or the folder of `to` is not.
    fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Gives a file a second name. Not durable until the folder is synced.
    ///
    /// # Errors
    /// When `from` is not there or `to` is taken.
    fn hard_link(&self, from: &Path, to: &Path) -> Result<()>;

    /// Removes a name of a file. Not durable until the folder is synced.
    ///
    /// # Errors
    /// When the file is not there.
    fn remove_file(&self, path: &Path) -> Result<()>;

    /// Removes a folder and all it holds. Not durable until the parent is synced.
    ///
    /// # Errors
    /// When the folder is not there; some of its entries may be gone when it fails midway.
    fn remove_dir_all(&self, path: &Path) -> Result<()>;

    /// Makes all changes of names in a folder durable.
    ///
    /// # Errors
    /// When the folder is not there, or the sync fails.
    fn sync_dir(&self, dir: &Path) -> Result<()>;

    /// Space of the file system that holds `dir`.
    ///
    /// # Errors
    /// When the folder is not there.
    fn space(&self, dir: &Path) -> Result<Space>;

    /// Takes the one lock of a data directory; it is released when the answer is dropped or the process ends.
    ///
    /// # Errors
    /// [`crate::Error::Locked`] with the holder's process id if known, when another has it.
    fn lock(&self, dir: &Path) -> Result<Box<dyn DirLock>>;

    /// Whether somebody has the lock of a data directory at this moment. Nothing is written; who asks has it
    /// shared for an instant, in which [`lock`](Self::lock) fails, so ask rarely.
    ///
    /// # Errors
    /// When the lock's file cannot be looked at.
    fn is_locked(&self, dir: &Path) -> Result<bool>;
}

/// An open file. Dropping it closes it and syncs nothing.
pub trait File: Send {
    /// Writes all of `bytes` at the end. After an error the length is as before and the end may hold anything.
    ///
    /// # Errors
    /// When not all bytes could be written.
    fn append(&mut self, bytes: &[u8]) -> Result<()>;

    /// Writes all of `bytes` at `offset`, extending the file where it reaches beyond the end.
    ///
    /// # Errors
    /// When not all bytes could be written; the range may then hold a part of them.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<()>;

    /// Makes all content written so far durable, the length included. After an error the file is retired: see
    /// the module's assumptions.
    ///
    /// # Errors
    /// When the disk did not take the content.
    fn sync_data(&mut self) -> Result<()>;

    /// Extends the file to `len` bytes with written zeros, so that later writes inside need no new space. A file
    /// that is as long already stays as it is.
    ///
    /// # Errors
    /// When the disk has no room.
    fn preallocate(&mut self, len: u64) -> Result<()>;

    /// Cuts the file to `len` bytes; a shorter file stays as it is.
    ///
    /// # Errors
    /// When the system refuses.
    fn truncate(&mut self, len: u64) -> Result<()>;

    /// Current length in bytes.
    fn len(&self) -> u64;

    /// Whether the file has no bytes.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The lock of a data directory, held until dropped.
pub trait DirLock: Send + Sync + Debug {}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without the folder.
    pub name: OsString,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Length in bytes; 0 for a folder.
    pub len: u64,
}

/// Room on a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Size of the file system.
    pub total: u64,
    /// What an unprivileged process may still use.
    pub available: u64,
}
