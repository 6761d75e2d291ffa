//! Reading one log file from memory: frame, hole or end, and what kind of end.
//!
//! Safe on arbitrary bytes, and bounded: behind a hole it looks at every eighth byte, dismisses almost all false
//! starts by their fields, and hashes at most a fixed multiple of the file's length.

use std::ops::Range;
use std::path::Path;

use super::format::{FRAME_ALIGN, HEADER_BYTES, Header, HeaderFault, VERSION};
use super::frame::Candidate;
use super::report::Tail;
use crate::limits::SEARCH_HASH_FACTOR;
use crate::width::offset;
use crate::{Error, Result};

/// How the writer of the log ended, as far as the caller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It closed the log and left a durable sign of that: every byte must be sound.
    Clean,
    /// Nobody knows: the last write may be torn.
    Unknown,
    /// It has not: the last file is being written, and where its sound part ends is simply the end for now.
    Running,
}

/// The state of reading one file; the bytes come in with each step.
#[derive(Debug, Clone)]
pub(super) struct Scan {
    salt: u64,
    /// First number of the next file, which overrules this one from there on.
    limit_lsn: Option<u64>,
    /// Whether all of the file is known to have been synced up to the limit.
    all_proven: bool,
    pub(super) position: usize,
    pub(super) last_lsn: u64,
    proven_end: Option<usize>,
    hash_budget: u64,
}

/// What comes next in a file.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Frame(Candidate),
    Hole(Range<usize>),
    End(Tail),
}

impl Scan {
    pub(super) fn new(header: Header, len: usize, limit_lsn: Option<u64>, all_proven: bool) -> Self {
        Self {
            salt: header.salt,
            limit_lsn,
            all_proven,
            position: HEADER_BYTES,
            last_lsn: header.first_lsn.saturating_sub(1),
            proven_end: None,
            hash_budget: offset(len).saturating_mul(SEARCH_HASH_FACTOR),
        }
    }

    pub(super) fn step(&mut self, bytes: &[u8]) -> Step {
        if self.position >= bytes.len() {
            return Step::End(Tail::Whole);
        }
        let candidate = Candidate::at(bytes, self.position, self.last_lsn);
        match candidate.filter(|frame| frame.is_sound(bytes, self.salt)) {
            Some(frame) if self.is_overruled(&frame) => Step::End(Tail::Superseded),
            Some(frame) => self.accept(frame),
            None => self.judge(bytes),
        }
    }

    fn accept(&mut self, frame: Candidate) -> Step {
        self.position = frame.end;
        self.last_lsn = frame.lsn;
        Step::Frame(frame)
    }

    /// No frame starts here: is it the end, or damage?
    fn judge(&mut self, bytes: &[u8]) -> Step {
        let unused = bytes[self.position..].iter().all(|&byte| byte == 0);
        if self.is_complete() {
            return Step::End(if unused { Tail::Unused } else { Tail::Superseded });
        }
        if unused && !self.all_proven {
            return Step::End(Tail::Unused);
        }
        if self.position >= self.proven_end(bytes) {
            return Step::End(Tail::Torn);
        }
        self.skip_hole(bytes)
    }

    fn skip_hole(&mut self, bytes: &[u8]) -> Step {
        let start = self.position;
        let found = self.search(bytes, start + FRAME_ALIGN, self.last_lsn).ok().flatten();
        let next = found.filter(|frame| !self.is_overruled(frame));
        self.position = next.map_or(bytes.len(), |frame| frame.start);
        Step::Hole(start..self.position)
    }

    /// Whether all numbers that the next file vouches for were seen here.
    fn is_complete(&self) -> bool {
        self.limit_lsn.is_some_and(|limit| self.last_lsn.saturating_add(1) >= limit)
    }

    fn is_overruled(&self, frame: &Candidate) -> bool {
        self.limit_lsn.is_some_and(|limit| frame.lsn >= limit)
    }

    /// Up to where the file is known to have been synced: the last flagged frame. Without the budget to find
    /// out, all of it counts, because damage is kept while a torn end is cut off.
    fn proven_end(&mut self, bytes: &[u8]) -> usize {
        if self.all_proven {
            return bytes.len();
        }
        if let Some(end) = self.proven_end {
            return end;
        }
        let end = self.find_proven_end(bytes).unwrap_or(bytes.len());
        self.proven_end = Some(end);
        end
    }

    fn find_proven_end(&mut self, bytes: &[u8]) -> std::result::Result<usize, BudgetSpent> {
        let (mut proven, mut position, mut last_lsn) = (0, self.position + FRAME_ALIGN, self.last_lsn);
        while let Some(frame) = self.search(bytes, position, last_lsn)? {
            if frame.proves_sync() {
                proven = frame.start;
            }
            (position, last_lsn) = (frame.end, frame.lsn);
        }
        Ok(proven)
    }

    /// The next sound frame at or behind `from`.
    fn search(
        &mut self,
        bytes: &[u8],
        from: usize,
        after_lsn: u64,
    ) -> std::result::Result<Option<Candidate>, BudgetSpent> {
        for position in (from..bytes.len()).step_by(FRAME_ALIGN) {
            let Some(candidate) = Candidate::at(bytes, position, after_lsn) else { continue };
            let cost = offset(candidate.payload.len() + HEADER_BYTES);
            self.hash_budget = self.hash_budget.checked_sub(cost).ok_or(BudgetSpent)?;
            if candidate.is_sound(bytes, self.salt) {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }
}

/// The search gave up.
struct BudgetSpent;

/// Turns a refused header into the error that names its file.
pub(super) fn header_error(path: &Path, fault: HeaderFault) -> Error {
    let path = path.to_path_buf();
    match fault {
        HeaderFault::Damaged { offset, expected, found } => Error::Corrupt { path, offset, expected, found },
        HeaderFault::Foreign { version } => Error::Foreign { path, found: version, supported: VERSION },
    }
}

/// Reads one log file that is in memory: the way in for inspection and for fuzzing.
#[derive(Debug, Clone)]
pub struct Reader<'bytes> {
    bytes: &'bytes [u8],
    scan: Scan,
    tail: Option<Tail>,
}

/// One part of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'bytes> {
    /// A sound frame.
    Frame {
        /// Its sequence number.
        lsn: u64,
        /// Its kind, 1 to 127.
        kind: u8,
        /// What its writer put in.
        payload: &'bytes [u8],
        /// Where it starts in the file.
        offset: u64,
    },
    /// Damaged bytes; reading goes on behind them.
    Hole {
        /// Where they lie in the file.
        range: Range<u64>,
    },
}

impl<'bytes> Reader<'bytes> {
    /// The one version of the layout that is written and read.
    pub const FORMAT: u32 = VERSION;

    /// Reads the header. `path` is for the error's message only.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when `bytes` does not start with a sound header of this version.
    pub fn new(path: &Path, bytes: &'bytes [u8], stop: Stop) -> Result<Self> {
        let header = Header::decode(bytes).map_err(|fault| header_error(path, fault))?;
        let scan = Scan::new(header, bytes.len(), None, stop == Stop::Clean);
        Ok(Self { bytes, scan, tail: None })
    }

    /// What follows the last frame, once the parts are through.
    #[must_use]
    pub fn tail(&self) -> Option<Tail> {
        self.tail
    }

    /// Where reading stands, in bytes from the start of the file.
    #[must_use]
    pub fn position(&self) -> u64 {
        offset(self.scan.position)
    }
}

impl<'bytes> Iterator for Reader<'bytes> {
    type Item = Part<'bytes>;

    fn next(&mut self) -> Option<Part<'bytes>> {
        if self.tail.is_some() {
            return None;
        }
        match self.scan.step(self.bytes) {
            Step::Frame(frame) => Some(Part::Frame {
                lsn: frame.lsn,
                kind: frame.kind(),
                payload: &self.bytes[frame.payload.clone()],
                offset: offset(frame.start),
            }),
            Step::Hole(range) => Some(Part::Hole { range: offset(range.start)..offset(range.end) }),
            Step::End(tail) => {
                self.tail = Some(tail);
                None
            }
        }
    }
}
