//! The numbers of the segment file. The layout itself is in `docs/format/segment.md`, its only home.
//!
//! ```text
//! header · pages · statistics · postings · sets · series · chunks · measurements · checksums · footer · trailer
//! ```

/// The first bytes of a segment.
pub(crate) const MAGIC: [u8; 8] = *b"VIGIESEG";

/// The last bytes of a segment.
pub(crate) const END_MAGIC: [u8; 8] = *b"VIGIEEND";

/// The format that is written, and the latest that is read.
pub(crate) const VERSION: u32 = 1;

/// Offsets in the header: fixed widths, little endian.
pub(crate) const HEADER_VERSION: usize = MAGIC.len();
/// Reserved, zero.
pub(crate) const HEADER_RESERVED: usize = HEADER_VERSION + 4;
/// The segment's id.
pub(crate) const HEADER_ID: usize = HEADER_RESERVED + 4;
/// The shard's id.
pub(crate) const HEADER_SHARD: usize = HEADER_ID + 8;
/// The first LSN of the rows inside.
pub(crate) const HEADER_LSN_FIRST: usize = HEADER_SHARD + 8;
/// The last LSN of the rows inside.
pub(crate) const HEADER_LSN_LAST: usize = HEADER_LSN_FIRST + 8;
/// CRC-32 of the header before it.
pub(crate) const HEADER_CRC: usize = HEADER_LSN_LAST + 8;
/// Length of the header.
pub(crate) const HEADER_LEN: usize = HEADER_CRC + 4;

/// Bytes that one checksum covers; the last block before the checksums may be shorter.
pub(crate) const BLOCK_LEN: usize = 4096;
/// Bytes of a checksum.
pub(crate) const CHECKSUM_LEN: usize = 4;

/// Sections that the footer locates, in file order, the checksums last.
pub(crate) const SECTIONS: usize = 8;
/// Numbers behind the sections in the footer: rows, values, series, first, last and base time, checksum of the
/// checksums.
pub(crate) const FOOTER_COUNTS: usize = 7;
/// Length of the footer: an offset and a length per section, then the counts, eight bytes each.
pub(crate) const FOOTER_LEN: usize = (2 * SECTIONS + FOOTER_COUNTS) * 8;

/// Offset of the footer's checksum in the trailer, behind the footer's length.
pub(crate) const TRAILER_CRC: usize = 4;
/// Offset of the end's magic in the trailer.
pub(crate) const TRAILER_MAGIC: usize = TRAILER_CRC + 4;
/// Length of the trailer.
pub(crate) const TRAILER_LEN: usize = TRAILER_MAGIC + END_MAGIC.len();

/// Records between two entries of a table's index.
pub(crate) const RECORDS_PER_ENTRY: usize = 16;
/// Bytes of an entry of a table's index, and of its count.
pub(crate) const ENTRY_LEN: usize = 8;

/// First byte of a field page that lacks some rows: which ones follows as booleans. No codec has this number.
pub(crate) const PAGE_SPARSE: u8 = 64;

/// In a tag value's record: one series, its id follows.
pub(crate) const POSTING_INLINE: u8 = 0;
/// In a tag value's record: a serialised roaring bitmap of series ids follows.
pub(crate) const POSTING_BITMAP: u8 = 1;

/// Statistics of a field that every row has.
pub(crate) const STATISTICS_DENSE: u8 = 0;
/// Statistics of a field that some rows lack: counts and the rows of first and last are stored.
pub(crate) const STATISTICS_SPARSE: u8 = 1;
