//! The numbers of the MANIFEST; `docs/format/manifest.md` says what each record holds.
//!
//! ```text
//! MANIFEST   log header | format | whole | edit | edit | ...
//! format     varint reader | varint writer
//! ```

use disk::varint;

/// The format that this program writes.
pub(crate) const FORMAT: u32 = 3;

/// The oldest program that can read what this one writes knows this format.
pub(crate) const READER_FORMAT: u32 = 3;

/// The first format with tombstones: the state holds those that are not carried out everywhere, and each segment up to
/// which LSN they were carried out in it.
pub(crate) const FORMAT_WITH_TOMBSTONES: u32 = 2;

/// The first format that knows which runs wrote the WAL. It rose because an older program would make files that no run
/// vouches for.
pub(crate) const FORMAT_WITH_RUNS: u32 = 3;

/// Which program may read the file: the first record of every MANIFEST.
pub(crate) const KIND_FORMAT: u8 = 1;
/// The whole state.
pub(crate) const KIND_WHOLE: u8 = 2;
/// A generation went into segments.
pub(crate) const KIND_FLUSH: u8 = 3;
/// Segments of a shard became one. Read, and not written any more.
pub(crate) const KIND_MERGE_ONE: u8 = 4;
/// Shards are gone.
pub(crate) const KIND_REMOVE_SHARDS: u8 = 5;
/// The engine was stopped: nothing is in the WAL.
pub(crate) const KIND_STOPPED: u8 = 6;
/// The engine was started: the runs whose files may be in the WAL.
pub(crate) const KIND_STARTED: u8 = 7;
/// Tombstones hide nothing any more.
pub(crate) const KIND_FORGET: u8 = 8;
/// Segments of a shard became others.
pub(crate) const KIND_MERGE: u8 = 9;

/// The record of versions.
pub(crate) fn versions() -> Vec<u8> {
    let mut buf = Vec::new();
    varint::write_u64(&mut buf, u64::from(READER_FORMAT));
    varint::write_u64(&mut buf, u64::from(FORMAT));
    buf
}

/// The format that a reader has to know, and the one of the writer.
pub(crate) fn read_versions(mut payload: &[u8]) -> Option<(u32, u32)> {
    let reader = u32::try_from(varint::read_u64(&mut payload)?).ok()?;
    let writer = u32::try_from(varint::read_u64(&mut payload)?).ok()?;
    Some((reader, writer))
}
