//! Checked bytes: a mapped segment that verifies the checksum of each block when it is first read.
//!
//! A block is verified once. Should the file be cut, or its disk fail, after that, readers of the mapping are given
//! zeros; therefore [`Blocks::check`] and [`Blocks::intact`] look after the decoding whether the mapping is whole.

use super::footer::{Extent, Footer};
use super::format::{BLOCK_LEN, CHECKSUM_LEN};
use crate::codec::{Decoded, Malformed};
use crate::damage::Damage;
use crate::{Error, Result};
use disk::Bytes;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes of a segment before its checksums. What [`Blocks::get`] gives is as it was written, if
/// [`Blocks::intact`] says so afterwards.
#[derive(Debug)]
pub(crate) struct Blocks {
    path: PathBuf,
    bytes: Bytes,
    checksums: Bytes,
    /// A bit per block that was found whole. Threads may verify a block twice, never skip it.
    verified: Vec<AtomicU64>,
    /// Where damage is noted, for a segment that is in use.
    damage: Option<Damage>,
}

impl Blocks {
    /// The blocks of the file that `footer` describes; checks the checksums' own checksum.
    pub(crate) fn new(path: &Path, file: &Bytes, footer: &Footer) -> Result<Self> {
        let covered = position(footer.checksums.offset);
        let checksums = file.slice(covered..position(footer.checksums.end()));
        let found = disk::crc32(&checksums);
        if found != footer.checksums_crc {
            let expected = format!("checksum {:08x} of the checksums", footer.checksums_crc);
            return Err(Error::corrupt(path, footer.checksums.offset, expected, format!("{found:08x}")));
        }
        let words = covered.div_ceil(BLOCK_LEN).div_ceil(64);
        Ok(Self {
            path: path.to_path_buf(),
            bytes: file.slice(0..covered),
            checksums,
            verified: (0..words).map(|_| AtomicU64::new(0)).collect(),
            damage: None,
        })
    }

    /// Notes the damage that is met from here on.
    pub(crate) fn note_in(&mut self, damage: Damage) {
        self.damage = Some(damage);
    }

    /// Memory besides the mapping.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.verified.len() * size_of::<AtomicU64>() + self.path.as_os_str().len()
    }

    /// The bytes of `extent`, each block of them verified.
    pub(crate) fn get(&self, extent: Extent) -> Result<&[u8]> {
        let bytes = usize::try_from(extent.offset)
            .ok()
            .zip(usize::try_from(extent.end()).ok())
            .and_then(|(start, end)| self.bytes.as_slice().get(start..end))
            .ok_or_else(|| self.corrupt(extent.offset, "bytes inside the segment", "an offset outside"))?;
        if !bytes.is_empty() {
            let start = position(extent.offset);
            (start / BLOCK_LEN..=(start + bytes.len() - 1) / BLOCK_LEN)
                .try_for_each(|block| self.verify(block))?;
        }
        Ok(bytes)
    }

    /// What was decoded from the bytes at `offset`, if they were the file's; what a decoder missed becomes an error
    /// that says where.
    pub(crate) fn check<T>(&self, offset: u64, decoded: Decoded<T>) -> Result<T> {
        self.intact()?;
        decoded.map_err(|Malformed(expected)| self.corrupt(offset, expected, "other bytes"))
    }

    /// Whether all that was read so far were the file's bytes. Every way out of a reader ends here.
    pub(crate) fn intact(&self) -> Result<()> {
        self.broken_at().map_or(Ok(()), |offset| {
            Err(self.corrupt(offset, "the bytes of the file", "none: it was cut, or cannot be read"))
        })
    }

    /// Where the bytes stop being the file's, if they do.
    pub(crate) fn broken_at(&self) -> Option<u64> {
        self.bytes.broken_at()
    }

    /// Damage at `offset`.
    pub(crate) fn corrupt(&self, offset: u64, expected: &str, found: &str) -> Error {
        let error = Error::corrupt(&self.path, offset, expected, found);
        if let Some(damage) = &self.damage {
            damage.note(&error);
        }
        error
    }

    fn verify(&self, block: usize) -> Result<()> {
        let (word, bit) = (&self.verified[block / 64], 1 << (block % 64));
        if word.load(Ordering::Relaxed) & bit != 0 {
            return Ok(());
        }
        let start = block * BLOCK_LEN;
        let bytes = &self.bytes[start..self.bytes.len().min(start + BLOCK_LEN)];
        let expected = super::header::read_u32(&self.checksums, block * CHECKSUM_LEN);
        let found = disk::crc32(bytes);
        if found != expected {
            self.intact()?;
            let (expected, found) = (format!("block checksum {expected:08x}"), format!("{found:08x}"));
            return Err(self.corrupt(start as u64, &expected, &found));
        }
        word.fetch_or(bit, Ordering::Relaxed);
        Ok(())
    }
}

/// A position inside the file as an index: the file is mapped, so that it fits.
fn position(offset: u64) -> usize {
    usize::try_from(offset).expect("an offset checked against the mapped length")
}
