//! The header: which segment this is, and which part of the arrival order it holds.

use super::SegmentId;
use super::format::{
    HEADER_CRC, HEADER_ID, HEADER_LEN, HEADER_LSN_FIRST, HEADER_LSN_LAST, HEADER_RESERVED, HEADER_SHARD,
    HEADER_VERSION, MAGIC, VERSION,
};
use crate::{Error, Result};
use model::Lsn;
use std::ops::RangeInclusive;
use std::path::Path;

/// What the first bytes of a segment say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: SegmentId,
    pub(crate) shard: u64,
    pub(crate) lsn: RangeInclusive<Lsn>,
}

impl Header {
    /// The bytes of the header.
    pub(crate) fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..HEADER_VERSION].copy_from_slice(&MAGIC);
        bytes[HEADER_VERSION..HEADER_RESERVED].copy_from_slice(&VERSION.to_le_bytes());
        bytes[HEADER_ID..HEADER_SHARD].copy_from_slice(&self.id.0.to_le_bytes());
        bytes[HEADER_SHARD..HEADER_LSN_FIRST].copy_from_slice(&self.shard.to_le_bytes());
        bytes[HEADER_LSN_FIRST..HEADER_LSN_LAST].copy_from_slice(&self.lsn.start().0.to_le_bytes());
        bytes[HEADER_LSN_LAST..HEADER_CRC].copy_from_slice(&self.lsn.end().0.to_le_bytes());
        let crc = disk::crc32(&bytes[..HEADER_CRC]);
        bytes[HEADER_CRC..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads and checks the header at the front of `file`.
    pub(crate) fn decode(file: &[u8], path: &Path) -> Result<Self> {
        let bytes: &[u8; HEADER_LEN] = file.first_chunk().ok_or_else(|| too_short(path, file.len()))?;
        if !bytes.starts_with(&MAGIC) {
            return Err(Error::corrupt(path, 0, "a segment", "other bytes"));
        }
        let found = disk::crc32(&bytes[..HEADER_CRC]);
        let expected = read_u32(bytes, HEADER_CRC);
        if found != expected {
            let (expected, found) = (format!("header checksum {expected:08x}"), format!("{found:08x}"));
            return Err(Error::corrupt(path, HEADER_CRC as u64, expected, found));
        }
        let version = read_u32(bytes, HEADER_VERSION);
        if version > VERSION {
            return Err(Error::NewerFormat { path: path.into(), found: version, supported: VERSION });
        }
        let number = |offset| read_u64(bytes, offset);
        Ok(Self {
            id: SegmentId(number(HEADER_ID)),
            shard: number(HEADER_SHARD),
            lsn: Lsn(number(HEADER_LSN_FIRST))..=Lsn(number(HEADER_LSN_LAST)),
        })
    }
}

/// The format version that the first bytes of a segment name, also one that this program does not read; `None`
/// if they are not a segment's.
pub(crate) fn version(file: &[u8]) -> Option<u32> {
    let bytes = file.get(..HEADER_RESERVED)?;
    bytes.starts_with(&MAGIC).then(|| read_u32(bytes, HEADER_VERSION))
}

/// A file that is too short to be a segment.
pub(crate) fn too_short(path: &Path, len: usize) -> Error {
    Error::corrupt(path, len as u64, "a whole segment", format!("{len} bytes"))
}

/// The little-endian number at `offset`, which is inside.
pub(crate) fn read_u32(bytes: &[u8], offset: usize) -> u32 {
    u32::from_le_bytes(*bytes[offset..].first_chunk().expect("the offset is a constant inside"))
}

/// The little-endian number at `offset`, which is inside.
pub(crate) fn read_u64(bytes: &[u8], offset: usize) -> u64 {
    u64::from_le_bytes(*bytes[offset..].first_chunk().expect("the offset is a constant inside"))
}
