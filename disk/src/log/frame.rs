//! Encoding frames, and telling a frame from other bytes.
//!
//! [`Frames`] is what a caller hands in: encoded and checksummed, lacking only the seal that ties each frame to
//! its file. Sealing can be repeated, because after a failed sync the same frames go to another file.

use std::ops::Range;

use super::format::{
    FRAME_CRC_AT, FRAME_KIND_AT, FRAME_LEN_AT, FRAME_LSN_AT, FRAME_PAYLOAD_AT, KIND_MAX, KIND_SYNCED,
    frame_bytes, seal, u32_at, u64_at,
};
use crate::checksum::crc32;
use crate::limits::{LSN_STEP_MAX, PAYLOAD_BYTES_MAX};
use crate::width::offset;
use crate::{Error, Result};

/// Encoded frames with rising sequence numbers, ready to be submitted.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    buf: Vec<u8>,
    marks: Vec<Mark>,
}

/// Where a frame starts in the buffer, and the checksum that sealing starts from.
#[derive(Debug, Clone, Copy)]
struct Mark {
    start: usize,
    payload_crc: u32,
}

impl Frames {
    /// No frames.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One frame.
    ///
    /// # Errors
    /// As [`Frames::push`].
    pub fn one(lsn: u64, kind: u8, payload: &[u8]) -> Result<Self> {
        let mut frames = Self::new();
        frames.push(lsn, kind, payload)?;
        Ok(frames)
    }

    /// Appends a frame.
    ///
    /// # Errors
    /// When `lsn` is 0, or does not follow the last one by at most [`LSN_STEP_MAX`]; `kind` is outside 1 to 127;
    /// or `payload` is longer than [`PAYLOAD_BYTES_MAX`].
    pub fn push(&mut self, lsn: u64, kind: u8, payload: &[u8]) -> Result<()> {
        check_order(lsn, self.last_lsn())?;
        if kind == 0 || kind > KIND_MAX {
            return Err(Error::BadKind { kind });
        }
        let len = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        if payload.len() > PAYLOAD_BYTES_MAX {
            let max = offset(PAYLOAD_BYTES_MAX);
            return Err(Error::TooLarge { what: "a log frame", len: offset(payload.len()), max });
        }
        let start = self.buf.len();
        self.buf.reserve(frame_bytes(payload.len()));
        self.buf.extend_from_slice(&len.to_le_bytes());
        self.buf.extend_from_slice(&[0; 4]);
        self.buf.extend_from_slice(&lsn.to_le_bytes());
        self.buf.push(kind);
        self.buf.extend_from_slice(payload);
        self.buf.resize(start + frame_bytes(payload.len()), 0);
        self.marks.push(Mark { start, payload_crc: crc32(payload) });
        Ok(())
    }

    /// Gives the frames the consecutive sequence numbers from `first_lsn` on. It costs a few nanoseconds a frame,
    /// so frames can be encoded outside the lock that hands out the numbers, with any numbers, and get theirs
    /// inside.
    pub fn renumber(&mut self, first_lsn: u64) {
        for (mark, lsn) in self.marks.iter().zip(first_lsn..) {
            self.buf[mark.start + FRAME_LSN_AT..][..8].copy_from_slice(&lsn.to_le_bytes());
        }
    }

    /// Sequence number of the first frame.
    #[must_use]
    pub fn first_lsn(&self) -> Option<u64> {
        self.marks.first().map(|mark| self.lsn_at(mark))
    }

    /// Sequence number of the last frame.
    #[must_use]
    pub fn last_lsn(&self) -> Option<u64> {
        self.marks.last().map(|mark| self.lsn_at(mark))
    }

    /// Sequence number of the `index`-th frame.
    pub(super) fn lsn(&self, index: usize) -> Option<u64> {
        self.marks.get(index).map(|mark| self.lsn_at(mark))
    }

    /// How many frames there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.marks.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.is_empty()
    }

    /// Bytes that the frames take on disk.
    #[must_use]
    pub fn size(&self) -> usize {
        self.buf.len()
    }

    /// Appends frames that follow these.
    ///
    /// # Errors
    /// When their numbers do not follow.
    pub fn extend(&mut self, frames: Self) -> Result<()> {
        let Some(first_lsn) = frames.first_lsn() else { return Ok(()) };
        check_order(first_lsn, self.last_lsn())?;
        if self.is_empty() {
            *self = frames;
            return Ok(());
        }
        let shift = self.buf.len();
        let moved = frames.marks.iter().map(|mark| Mark { start: mark.start + shift, ..*mark });
        self.marks.extend(moved);
        self.buf.extend_from_slice(&frames.buf);
        Ok(())
    }

    /// Drops all but the first `count` frames.
    pub(super) fn truncate(&mut self, count: usize) {
        if let Some(mark) = self.marks.get(count) {
            self.buf.truncate(mark.start);
            self.marks.truncate(count);
        }
    }

    /// Ties the frames from the `from`-th on to the file with this salt; the first of them says that all before
    /// it is synced, if so. The answer is the bytes to write.
    pub(super) fn sealed(&mut self, from: usize, salt: u64, synced: bool) -> &[u8] {
        for (position, mark) in self.marks.iter().enumerate().skip(from) {
            let frame = &mut self.buf[mark.start..];
            let flag = if synced && position == from { KIND_SYNCED } else { 0 };
            let kind = (frame[FRAME_KIND_AT] & KIND_MAX) | flag;
            let crc =
                seal(mark.payload_crc, u32_at(frame, FRAME_LEN_AT), kind, u64_at(frame, FRAME_LSN_AT), salt);
            frame[FRAME_KIND_AT] = kind;
            frame[FRAME_CRC_AT..FRAME_LSN_AT].copy_from_slice(&crc.to_le_bytes());
        }
        let start = self.marks.get(from).map_or(self.buf.len(), |mark| mark.start);
        &self.buf[start..]
    }

    fn lsn_at(&self, mark: &Mark) -> u64 {
        u64_at(&self.buf, mark.start + FRAME_LSN_AT)
    }
}

/// Whether `lsn` may follow `last`.
pub(super) fn check_order(lsn: u64, last: Option<u64>) -> Result<()> {
    let follows = lsn > 0 && last.is_none_or(|last| lsn > last && lsn - last <= LSN_STEP_MAX);
    if follows { Ok(()) } else { Err(Error::OutOfOrder { lsn, last: last.unwrap_or(0) }) }
}

/// A stretch of bytes that could be a frame by its fields; only [`Candidate::is_sound`] says that it is.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) start: usize,
    pub(super) lsn: u64,
    raw_kind: u8,
    pub(super) payload: Range<usize>,
    /// Where the next frame starts.
    pub(super) end: usize,
}

impl Candidate {
    /// Looks at `start` for a frame whose number follows `after_lsn`, without hashing.
    pub(super) fn at(bytes: &[u8], start: usize, after_lsn: u64) -> Option<Self> {
        let head = bytes.get(start..)?.get(..FRAME_PAYLOAD_AT)?;
        let len = usize::try_from(u32_at(head, FRAME_LEN_AT)).ok()?;
        let lsn = u64_at(head, FRAME_LSN_AT);
        let raw_kind = head[FRAME_KIND_AT];
        if len > PAYLOAD_BYTES_MAX || raw_kind & KIND_MAX == 0 || check_order(lsn, Some(after_lsn)).is_err() {
            return None;
        }
        let end = start + frame_bytes(len);
        let payload = start + FRAME_PAYLOAD_AT..start + FRAME_PAYLOAD_AT + len;
        (end <= bytes.len()).then_some(Self { start, lsn, raw_kind, payload, end })
    }

    /// Whether the checksum agrees.
    pub(super) fn is_sound(&self, bytes: &[u8], salt: u64) -> bool {
        let frame = &bytes[self.start..self.end];
        let payload_crc = crc32(&bytes[self.payload.clone()]);
        u32_at(frame, FRAME_CRC_AT)
            == seal(payload_crc, u32_at(frame, FRAME_LEN_AT), self.raw_kind, self.lsn, salt)
    }

    /// The caller's kind.
    pub(super) fn kind(&self) -> u8 {
        self.raw_kind & KIND_MAX
    }

    /// Whether all before this frame in its file was synced when it was written.
    pub(super) fn proves_sync(&self) -> bool {
        self.raw_kind & KIND_SYNCED != 0
    }
}
