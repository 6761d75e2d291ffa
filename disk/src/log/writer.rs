//! Appending frames to one log file.
//!
//! A file gets its name only when its header is durable, so a name never leads to a half-made log. After any
//! error the writer is retired: what the failed call left behind must not be followed by anything else.

use std::path::{Path, PathBuf};

use super::format::{HEADER_BYTES, Header};
use super::frame::{Frames, check_order};
use super::report::{FileReport, Tail};
use crate::fs::File;
use crate::replace::{parent, remove_if_present, temporary_path};
use crate::width::offset;
use crate::{Error, Fs, Result};

/// Appends frames to one file, in step with the caller.
pub struct Writer {
    file: Box<dyn File>,
    path: PathBuf,
    header: Header,
    last_lsn: Option<u64>,
    /// End of the last frame.
    end: u64,
    preallocate_bytes: u64,
    /// Whether all up to `end` is synced.
    synced: bool,
    retired: bool,
}

impl Writer {
    /// Creates a log file. `salt` is a number that no other file has; `first_lsn` is the lowest sequence number that
    /// may come, and vouches that all lower ones are durable in earlier files; the file is kept extended with
    /// zeros in steps of `preallocate_bytes`, 0 for not at all.
    ///
    /// # Errors
    /// When the name is taken, or a step fails.
    pub fn create(
        fs: &dyn Fs,
        path: &Path,
        salt: u64,
        first_lsn: u64,
        preallocate_bytes: u64,
    ) -> Result<Self> {
        if fs.exists(path)? {
            return Err(Error::io("create", path, std::io::ErrorKind::AlreadyExists.into()));
        }
        let header = Header { salt, first_lsn };
        let beside = temporary_path(path);
        remove_if_present(fs, &beside)?;
        let mut file = fs.create(&beside)?;
        let named = Self::prepare(file.as_mut(), header, preallocate_bytes)
            .and_then(|()| fs.rename(&beside, path))
            .and_then(|()| fs.sync_dir(parent(path)));
        if let Err(error) = named {
            // Only tidiness: the next attempt removes what is left.
            let _ = fs.remove_file(&beside);
            return Err(error);
        }
        let end = offset(HEADER_BYTES);
        let path = path.to_path_buf();
        Ok(Self { file, path, header, last_lsn: None, end, preallocate_bytes, synced: true, retired: false })
    }

    /// Goes on in a file that was recovered: what follows its last sound frame is cut off, and all of it synced.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when what follows is damage or overruled by a later file: go on in a new file then.
    pub fn reopen(fs: &dyn Fs, report: &FileReport, preallocate_bytes: u64) -> Result<Self> {
        if matches!(report.tail, Tail::Corrupt | Tail::Superseded) {
            return Err(Error::Corrupt {
                path: report.path.clone(),
                offset: report.end,
                expected: "a log that ends with a sound frame".to_owned(),
                found: format!("{} other bytes", report.len - report.end),
            });
        }
        let mut file = fs.open_write(&report.path)?;
        file.truncate(report.end)?;
        file.sync_data()?;
        Ok(Self {
            file,
            path: report.path.clone(),
            header: Header { salt: report.salt, first_lsn: report.first_lsn },
            last_lsn: report.last_lsn,
            end: report.end,
            preallocate_bytes,
            synced: true,
            retired: false,
        })
    }

    /// Writes frames; [`Writer::sync`] makes them durable.
    ///
    /// # Errors
    /// When the numbers do not follow, which changes nothing, or the write fails, which retires the writer.
    pub fn append(&mut self, frames: &mut Frames) -> Result<()> {
        self.append_from(frames, 0)
    }

    /// Writes frames and makes them durable.
    ///
    /// # Errors
    /// As [`Writer::append`] and [`Writer::sync`].
    pub fn append_sync(&mut self, frames: &mut Frames) -> Result<()> {
        self.append(frames)?;
        self.sync()
    }

    /// Makes all frames written so far durable.
    ///
    /// # Errors
    /// When the sync fails, which retires the writer: whether its unsynced frames are durable is unknown for
    /// ever, and they belong into a fresh file.
    pub fn sync(&mut self) -> Result<()> {
        self.check()?;
        let done = self.file.sync_data();
        self.synced = done.is_ok();
        self.retire_on_error(done)
    }

    /// Cuts off room that was not used and syncs: after it, every byte of the file is a promise.
    ///
    /// # Errors
    /// When a step fails.
    pub fn close(mut self) -> Result<()> {
        self.check()?;
        self.file.truncate(self.end)?;
        self.file.sync_data()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Lowest sequence number that may be in the file.
    #[must_use]
    pub fn first_lsn(&self) -> u64 {
        self.header.first_lsn
    }

    /// Sequence number of the last frame written, if there is one.
    #[must_use]
    pub fn last_lsn(&self) -> Option<u64> {
        self.last_lsn
    }

    /// End of the last frame, in bytes from the start of the file.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Writes the frames from the `from`-th on.
    pub(super) fn append_from(&mut self, frames: &mut Frames, from: usize) -> Result<()> {
        self.check()?;
        let Some(first) = frames.lsn(from) else { return Ok(()) };
        check_order(first, Some(self.last_lsn.unwrap_or(self.header.first_lsn.saturating_sub(1))))?;
        let last_lsn = frames.last_lsn();
        let bytes = frames.sealed(from, self.header.salt, self.synced);
        let end = self.end + offset(bytes.len());
        let done = self.make_room(end).and_then(|()| self.file.write_at(self.end, bytes));
        self.retire_on_error(done)?;
        (self.end, self.last_lsn, self.synced) = (end, last_lsn, false);
        Ok(())
    }

    fn make_room(&mut self, end: u64) -> Result<()> {
        if self.preallocate_bytes == 0 || end <= self.file.len() {
            return Ok(());
        }
        self.file.preallocate(end.max(self.file.len() + self.preallocate_bytes))
    }

    fn prepare(file: &mut dyn File, header: Header, preallocate_bytes: u64) -> Result<()> {
        file.append(&header.encode())?;
        if preallocate_bytes > 0 {
            file.preallocate(preallocate_bytes)?;
        }
        file.sync_data()
    }

    fn check(&self) -> Result<()> {
        if self.retired { Err(Error::Retired { path: self.path.clone() }) } else { Ok(()) }
    }

    fn retire_on_error(&mut self, done: Result<()>) -> Result<()> {
        self.retired |= done.is_err();
        done
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Writer")
            .field("path", &self.path)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}
