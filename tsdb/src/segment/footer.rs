//! The footer: where the sections are, and what the segment holds in total; and the trailer that guards it.

use super::format::{
    CHECKSUM_LEN, END_MAGIC, FOOTER_COUNTS, FOOTER_LEN, HEADER_LEN, SECTIONS, TRAILER_CRC, TRAILER_LEN,
    TRAILER_MAGIC,
};
use super::header::{read_u32, read_u64, too_short};
use crate::{Error, Result};
use model::TimeRange;
use std::path::Path;

/// A range of the file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extent {
    pub(crate) offset: u64,
    pub(crate) len: u64,
}

impl Extent {
    /// The first byte behind it; saturates, so that a damaged extent lies outside every file.
    pub(crate) const fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }
}

/// What the footer says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Footer {
    pub(crate) pages: Extent,
    pub(crate) statistics: Extent,
    pub(crate) postings: Extent,
    pub(crate) sets: Extent,
    pub(crate) series: Extent,
    pub(crate) chunks: Extent,
    pub(crate) measurements: Extent,
    pub(crate) checksums: Extent,
    pub(crate) totals: Totals,
    /// CRC-32 of the checksums.
    pub(crate) checksums_crc: u32,
}

/// What a segment holds in total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub(crate) rows: u64,
    pub(crate) values: u64,
    pub(crate) series: u64,
    /// The first instant inside, in ns.
    pub(crate) time_first: i64,
    /// The last instant inside, in ns.
    pub(crate) time_last: i64,
    /// The instant that chunks count theirs from, in ns.
    pub(crate) time_base: i64,
}

impl Totals {
    /// The range of all instants inside; empty for a segment without rows.
    pub(crate) fn time(&self) -> TimeRange {
        if self.rows == 0 {
            return TimeRange::new(0, 0);
        }
        TimeRange::new(self.time_first, self.time_last.saturating_add(1))
    }
}

impl Footer {
    const fn sections(&self) -> [Extent; SECTIONS] {
        [
            self.pages,
            self.statistics,
            self.postings,
            self.sets,
            self.series,
            self.chunks,
            self.measurements,
            self.checksums,
        ]
    }

    /// The bytes of footer and trailer.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let totals = &self.totals;
        let counts: [u64; FOOTER_COUNTS] = [
            totals.rows,
            totals.values,
            totals.series,
            totals.time_first.cast_unsigned(),
            totals.time_last.cast_unsigned(),
            totals.time_base.cast_unsigned(),
            u64::from(self.checksums_crc),
        ];
        let sections = self.sections().into_iter().flat_map(|section| [section.offset, section.len]);
        let mut bytes: Vec<u8> = sections.chain(counts).flat_map(u64::to_le_bytes).collect();
        let crc = disk::crc32(&bytes);
        bytes.extend_from_slice(&(u32::try_from(FOOTER_LEN).expect("a small constant")).to_le_bytes());
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes.extend_from_slice(&END_MAGIC);
        bytes
    }

    /// Reads and checks trailer and footer at the end of `file`.
    pub(crate) fn decode(file: &[u8], path: &Path) -> Result<Self> {
        let footer = footer_bytes(file, path)?;
        let offset = (file.len() - TRAILER_LEN - FOOTER_LEN) as u64;
        let number = |index: usize| read_u64(footer, index * 8);
        let extent = |index: usize| Extent { offset: number(2 * index), len: number(2 * index + 1) };
        let count = |index: usize| number(2 * SECTIONS + index);
        let totals = Totals {
            rows: count(0),
            values: count(1),
            series: count(2),
            time_first: count(3).cast_signed(),
            time_last: count(4).cast_signed(),
            time_base: count(5).cast_signed(),
        };
        let parsed = Self {
            pages: extent(0),
            statistics: extent(1),
            postings: extent(2),
            sets: extent(3),
            series: extent(4),
            chunks: extent(5),
            measurements: extent(6),
            checksums: extent(7),
            totals,
            checksums_crc: u32::try_from(count(6)).unwrap_or(u32::MAX),
        };
        if !parsed.fills(offset) {
            return Err(Error::corrupt(path, offset, "sections that fill the file", "others"));
        }
        Ok(parsed)
    }

    /// Whether the sections follow the header and each other up to the footer, and every block has a checksum.
    fn fills(&self, footer_offset: u64) -> bool {
        let mut end = HEADER_LEN as u64;
        for section in self.sections() {
            if section.offset != end || section.end() > footer_offset {
                return false;
            }
            end = section.end();
        }
        let blocks = self.checksums.offset.div_ceil(super::format::BLOCK_LEN as u64);
        end == footer_offset && self.checksums.len == blocks * CHECKSUM_LEN as u64
    }
}

/// The checksum of a segment's checksums, which stands for all of its content, from the last
/// [`FOOTER_LEN`] + [`TRAILER_LEN`] bytes of the file.
pub(crate) fn content_checksum(end: &[u8], path: &Path) -> Result<u32> {
    let footer = footer_bytes(end, path)?;
    Ok(u32::try_from(read_u64(footer, 8 * (2 * SECTIONS + FOOTER_COUNTS - 1))).unwrap_or(u32::MAX))
}

fn footer_bytes<'a>(file: &'a [u8], path: &Path) -> Result<&'a [u8; FOOTER_LEN]> {
    let (rest, trailer) =
        file.split_last_chunk::<TRAILER_LEN>().ok_or_else(|| too_short(path, file.len()))?;
    let offset = rest.len() as u64;
    if trailer[TRAILER_MAGIC..] != END_MAGIC {
        return Err(Error::corrupt(path, offset, "the end of a segment", "other bytes"));
    }
    if read_u32(trailer, 0) as usize != FOOTER_LEN {
        return Err(Error::corrupt(path, offset, "a footer of this format", "another length"));
    }
    let footer: &[u8; FOOTER_LEN] = rest.last_chunk().ok_or_else(|| too_short(path, file.len()))?;
    let (expected, found) = (read_u32(trailer, TRAILER_CRC), disk::crc32(footer));
    if expected != found {
        let (expected, found) = (format!("footer checksum {expected:08x}"), format!("{found:08x}"));
        return Err(Error::corrupt(path, offset - FOOTER_LEN as u64, expected, found));
    }
    Ok(footer)
}
