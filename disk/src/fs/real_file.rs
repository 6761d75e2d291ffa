//! An open file of the machine.
//!
//! It keeps its own length and writes at explicit offsets, so that a failed append leaves no doubt where the
//! next one goes. After a failed sync it refuses everything: the kernel may have dropped the pages and would
//! call the next sync a success.

use std::fs;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::FallocateFlags;

use super::real::StdFs;
use super::{File, Fs as _};
use crate::limits::ZERO_PIECE_BYTES;
use crate::replace::parent;
use crate::width::{index, offset};
use crate::{Error, Result};

pub(super) struct RealFile {
    file: fs::File,
    path: PathBuf,
    len: u64,
    retired: bool,
}

impl RealFile {
    pub(super) fn new(file: fs::File, path: &Path, len: u64) -> Self {
        Self { file, path: path.to_path_buf(), len, retired: false }
    }

    fn check(&self) -> Result<()> {
        if self.retired { Err(Error::Retired { path: self.path.clone() }) } else { Ok(()) }
    }

    fn wrap(&self, operation: &'static str, source: io::Error) -> Error {
        Error::io(operation, &self.path, source)
    }

    /// An error of writing so many bytes; a full disk is measured.
    fn wrap_write(&self, operation: &'static str, bytes: u64, source: io::Error) -> Error {
        let space = || StdFs.space(parent(&self.path)).ok().map(|space| space.available);
        self.wrap(operation, source).with_room(bytes, space)
    }

    /// Asks for the blocks first, so that a full disk is found before gigabytes of zeros are written. File
    /// systems without the call are fine: writing the zeros finds it as well.
    fn reserve(&self, len: u64) -> io::Result<()> {
        let range = len - self.len;
        match rustix::fs::fallocate(&self.file, FallocateFlags::KEEP_SIZE, self.len, range) {
            Err(errno) if errno == rustix::io::Errno::OPNOTSUPP || errno == rustix::io::Errno::NOSYS => {
                Ok(())
            }
            other => other.map_err(io::Error::from),
        }
    }

    fn fill_zeros(&self, len: u64) -> io::Result<()> {
        let piece = vec![0; ZERO_PIECE_BYTES.min(index(len - self.len))];
        let mut position = self.len;
        while position < len {
            let count = offset(piece.len()).min(len - position);
            self.file.write_all_at(&piece[..index(count)], position)?;
            position += count;
        }
        Ok(())
    }
}

impl File for RealFile {
    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.check()?;
        let count = offset(bytes.len());
        let written = self.file.write_all_at(bytes, self.len);
        written.map_err(|source| self.wrap_write("append to", count, source))?;
        self.len += count;
        Ok(())
    }

    fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<()> {
        self.check()?;
        let count = offset(bytes.len());
        let written = self.file.write_all_at(bytes, position);
        written.map_err(|source| self.wrap_write("write to", count, source))?;
        self.len = self.len.max(position + count);
        Ok(())
    }

    fn sync_data(&mut self) -> Result<()> {
        self.check()?;
        self.file.sync_data().map_err(|source| {
            self.retired = true;
            Error::io("sync", &self.path, source)
        })
    }

    fn preallocate(&mut self, len: u64) -> Result<()> {
        self.check()?;
        if len <= self.len {
            return Ok(());
        }
        let done = self.reserve(len).and_then(|()| self.fill_zeros(len));
        done.map_err(|source| self.wrap_write("preallocate", len - self.len, source))?;
        self.len = len;
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> Result<()> {
        self.check()?;
        if len >= self.len {
            return Ok(());
        }
        self.file.set_len(len).map_err(|source| self.wrap("truncate", source))?;
        self.len = len;
        Ok(())
    }

    fn len(&self) -> u64 {
        self.len
    }
}
