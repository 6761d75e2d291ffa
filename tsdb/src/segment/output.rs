//! The file under way: appended through a buffer, each block's checksum taken as it goes out.

use super::footer::Extent;
use super::format::BLOCK_LEN;
use crate::Result;
use disk::{File, Fs};
use std::path::Path;

/// Bytes that are gathered for one write; a multiple of [`BLOCK_LEN`].
const BUFFER_LEN: usize = 64 * BLOCK_LEN;

/// A file that only grows, and the checksums of its blocks so far.
pub(crate) struct Output {
    file: Box<dyn File>,
    buffer: Vec<u8>,
    flushed: u64,
    checksums: Vec<u32>,
}

impl Output {
    /// Creates the file.
    pub(crate) fn create(fs: &dyn Fs, path: &Path) -> Result<Self> {
        let file = fs.create(path)?;
        Ok(Self { file, buffer: Vec::with_capacity(BUFFER_LEN), flushed: 0, checksums: Vec::new() })
    }

    /// Where the next byte goes.
    pub(crate) fn offset(&self) -> u64 {
        self.flushed + self.buffer.len() as u64
    }

    /// Appends bytes and says where they are.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<Extent> {
        let extent = Extent { offset: self.offset(), len: bytes.len() as u64 };
        let mut rest = bytes;
        while self.buffer.len() + rest.len() >= BUFFER_LEN {
            let (now, later) = rest.split_at(BUFFER_LEN - self.buffer.len());
            self.buffer.extend_from_slice(now);
            self.flush(BUFFER_LEN)?;
            rest = later;
        }
        self.buffer.extend_from_slice(rest);
        Ok(extent)
    }

    /// Everything from `start` up to here.
    pub(crate) fn extent_from(&self, start: u64) -> Extent {
        Extent { offset: start, len: self.offset() - start }
    }

    /// Ends the checked part: writes all of it and gives the checksums of its blocks.
    pub(crate) fn take_checksums(&mut self) -> Result<Vec<u8>> {
        self.flush(self.buffer.len())?;
        Ok(self.checksums.iter().flat_map(|checksum| checksum.to_le_bytes()).collect())
    }

    /// Appends what needs no checksum, makes the file durable and gives its length.
    pub(crate) fn finish(mut self, tail: &[u8]) -> Result<u64> {
        self.file.append(tail)?;
        self.file.sync_data()?;
        Ok(self.file.len())
    }

    fn flush(&mut self, len: usize) -> Result<()> {
        let bytes = &self.buffer[..len];
        self.file.append(bytes)?;
        self.checksums.extend(bytes.chunks(BLOCK_LEN).map(disk::crc32));
        self.flushed += len as u64;
        self.buffer.drain(..len);
        Ok(())
    }
}
