//! Whether a file's content is what its backup says, while it passes by.
//!
//! Nothing is kept but running checksums: of a segment each block's goes into that of all, as in the segment's
//! own checksums, which must come to the same, and its footer must say so.

use disk::Crc32;

use super::list::{BackupFile, Checksum};
use crate::segment::{BLOCK_LEN, CHECKSUM_LEN, END_LEN, content_checksum};

/// A check under way.
#[derive(Debug)]
pub(crate) struct Check {
    expected: Checksum,
    bytes: u64,
    seen: u64,
    whole: u32,
    segment: SegmentCheck,
}

impl Check {
    /// A check of this file, from its first byte on.
    pub(crate) fn new(file: &BackupFile) -> Self {
        let segment = SegmentCheck::new(file.bytes);
        Self { expected: file.checksum, bytes: file.bytes, seen: 0, whole: 0, segment }
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.seen = self.seen.saturating_add(bytes.len() as u64);
        match self.expected {
            Checksum::Whole(_) => add(&mut self.whole, bytes),
            Checksum::Segment(_) => self.segment.update(bytes),
        }
    }

    /// Whether that was the file, whole and unchanged.
    pub(crate) fn finish(self) -> bool {
        let matches = match self.expected {
            Checksum::Whole(crc) => self.whole == crc,
            Checksum::Segment(crc) => self.segment.finish() == Some([crc; 3]),
        };
        self.seen == self.bytes && matches
    }
}

/// Goes through blocks, checksums and end of a segment.
#[derive(Debug)]
struct SegmentCheck {
    /// Bytes before the checksums.
    covered: u64,
    /// Bytes before the footer.
    before_end: u64,
    position: u64,
    block: u32,
    /// Of the checksums that the blocks come to.
    blocks: u32,
    /// Of the checksums that are stored.
    stored: u32,
    end: Vec<u8>,
}

impl SegmentCheck {
    fn new(bytes: u64) -> Self {
        let (block, checksum) = (BLOCK_LEN as u64, CHECKSUM_LEN as u64);
        // Footer and trailer apart, every block has a checksum, and the last block is not empty.
        let before_end = bytes.saturating_sub(END_LEN as u64);
        let covered = before_end.saturating_sub(before_end.div_ceil(block + checksum) * checksum);
        Self {
            covered,
            before_end,
            position: 0,
            block: 0,
            blocks: 0,
            stored: 0,
            end: Vec::with_capacity(END_LEN),
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let left = |end: u64| usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let taken = if self.position < self.covered {
                let in_block = BLOCK_LEN as u64 - self.position % BLOCK_LEN as u64;
                let taken = left(self.covered.min(self.position + in_block)).min(bytes.len());
                add(&mut self.block, &bytes[..taken]);
                taken
            } else if self.position < self.before_end {
                let taken = left(self.before_end).min(bytes.len());
                add(&mut self.stored, &bytes[..taken]);
                taken
            } else {
                // A file that is longer than announced fails by its length.
                let room = END_LEN.saturating_sub(self.end.len()).min(bytes.len());
                self.end.extend_from_slice(&bytes[..room]);
                bytes.len()
            };
            self.position += taken as u64;
            bytes = &bytes[taken..];
            let ends_block = self.position == self.covered || self.position.is_multiple_of(BLOCK_LEN as u64);
            if self.position <= self.covered && ends_block {
                let block = std::mem::take(&mut self.block);
                add(&mut self.blocks, &block.to_le_bytes());
            }
        }
    }

    /// What the content comes to, what its stored checksums come to, and what its footer says.
    fn finish(self) -> Option<[u32; 3]> {
        let said = content_checksum(&self.end, std::path::Path::new("")).ok()?;
        Some([self.blocks, self.stored, said])
    }
}

/// Lets a checksum go on; that of nothing is 0.
fn add(crc: &mut u32, bytes: &[u8]) {
    *crc = Crc32::resume(*crc).update(bytes).finish();
}
