//! One process per data directory: an advisory lock on a file that also names its holder.
//!
//! The kernel drops the lock when the process ends, however it ends, so a file left behind locks nobody out. The
//! process id inside is for the message only and is never trusted for the decision.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use super::DirLock;
use crate::limits::{LOCK_FILE_NAME, LOCK_TEXT_BYTES_MAX};
use crate::{Error, Result};

#[derive(Debug)]
pub(super) struct RealLock {
    /// Held open for the lock that lives on it.
    _file: File,
}

impl DirLock for RealLock {}

impl RealLock {
    pub(super) fn take(dir: &Path) -> Result<Self> {
        let path = dir.join(LOCK_FILE_NAME);
        let wrap = |source| Error::io("lock", &path, source);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).clone();
        let mut file = options.open(&path).map_err(wrap)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { path: dir.to_path_buf(), holder: holder(&file) });
            }
            Err(TryLockError::Error(source)) => return Err(wrap(source)),
        }
        file.set_len(0).map_err(wrap)?;
        writeln!(file, "{}", std::process::id()).map_err(wrap)?;
        Ok(Self { _file: file })
    }

    /// Whether a process has it; without a file nobody ever had.
    pub(super) fn is_taken(dir: &Path) -> Result<bool> {
        let path = dir.join(LOCK_FILE_NAME);
        let wrap = |source| Error::io("look at the lock", &path, source);
        let file = match File::open(&path) {
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(wrap)?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(wrap(source)),
        }
    }
}

fn holder(file: &File) -> Option<u32> {
    let mut text = String::new();
    file.take(LOCK_TEXT_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
