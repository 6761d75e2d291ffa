//! All segments that the MANIFEST lists, also while a running server merges them.

use std::collections::BTreeSet;
use std::path::Path;

use super::chunks::{self, Decoded};
use super::{Progress, Verification};
use crate::error::{Error, Result};
use crate::inspect::finding::{Finding, Findings};
use crate::inspect::store::Store;
use crate::limits::INSPECT_ATTEMPTS_MAX;
use crate::manifest::SegmentInfo;
use crate::segment::SegmentReader;

/// Blocks between two reports of progress: 4 MiB.
const PROGRESS_BLOCKS: usize = 1024;

/// The work on segments.
pub(super) struct Segments<'a> {
    quick: bool,
    findings: &'a mut Findings,
    progress: &'a mut dyn FnMut(Progress),
    seen: BTreeSet<u64>,
    bytes_done: u64,
    bytes_total: u64,
    verified: u64,
    decoded: Decoded,
}

impl<'a> Segments<'a> {
    pub(super) fn new(
        quick: bool,
        findings: &'a mut Findings,
        progress: &'a mut dyn FnMut(Progress),
    ) -> Self {
        let seen = BTreeSet::new();
        let (bytes_done, bytes_total, verified) = (0, 0, 0);
        Self {
            quick,
            findings,
            progress,
            seen,
            bytes_done,
            bytes_total,
            verified,
            decoded: Decoded::default(),
        }
    }

    pub(super) fn report(&self, verified: &mut Verification) {
        verified.segments = self.verified;
        verified.segment_bytes = self.bytes_done;
        verified.pages = self.decoded.pages;
        verified.values = self.decoded.values;
    }

    /// Verifies all segments, then those that took the place of some that went meanwhile.
    pub(super) fn run(&mut self, mut store: Store<'_>) -> Result<()> {
        for _ in 0..INSPECT_ATTEMPTS_MAX {
            let infos = store.manifest.state.segments.values();
            let new: Vec<SegmentInfo> = infos.filter(|info| !self.seen.contains(&info.id)).copied().collect();
            self.bytes_total += new.iter().map(|info| info.bytes).sum::<u64>();
            let mut any_gone = false;
            for info in &new {
                self.seen.insert(info.id);
                any_gone |= !self.verify(&store, info)?;
            }
            if !any_gone {
                return Ok(());
            }
            store = Store::read(store.fs, store.directory.root())?;
        }
        Ok(())
    }

    /// Verifies a segment; false if a server took it away.
    fn verify(&mut self, store: &Store<'_>, info: &SegmentInfo) -> Result<bool> {
        let path = store.directory.segment(info.id);
        match SegmentReader::open(store.fs, &path) {
            Err(Error::Disk(error)) if error.is_not_found() => return self.missing(store, info, &path),
            Err(error @ Error::NewerFormat { .. }) => return Err(error),
            Err(error) => self.findings.add(Finding::of(&path, error)),
            Ok(reader) => {
                self.check_totals(&path, &reader, info);
                self.check_blocks(&path, &reader);
                if !self.quick {
                    let (findings, decoded) = (&mut *self.findings, &mut self.decoded);
                    chunks::check(&path, &reader, findings, decoded);
                }
                self.verified += 1;
            }
        }
        Ok(true)
    }

    /// A file that is not there is damage if the MANIFEST still lists it.
    fn missing(&mut self, store: &Store<'_>, info: &SegmentInfo, path: &Path) -> Result<bool> {
        let now = Store::read(store.fs, store.directory.root())?;
        if !now.manifest.state.segments.contains_key(&info.id) {
            self.bytes_total -= info.bytes;
            return Ok(false);
        }
        self.findings.add(Finding::new(path, None, "a segment that the MANIFEST lists", "no file"));
        Ok(true)
    }

    /// What header and footer say is what the MANIFEST knows.
    fn check_totals(&mut self, path: &Path, reader: &SegmentReader, info: &SegmentInfo) {
        let totals = reader.totals();
        let (lsn, time) = (reader.lsn(), reader.time());
        let pairs = [
            ("number", reader.id().0, info.id),
            ("shard", reader.shard(), info.shard),
            ("first LSN", lsn.start().0, info.lsn_start.0),
            ("last LSN", lsn.end().0, info.lsn_end.0),
            ("length", reader.bytes(), info.bytes),
            ("rows", totals.rows, info.rows),
            ("values", totals.values, info.values),
            ("series", totals.series, info.series),
        ];
        for (what, found, listed) in pairs.into_iter().filter(|(_, found, listed)| found != listed) {
            let expected = format!("{what} {listed}, as the MANIFEST says");
            self.findings.add(Finding::new(path, None, expected, found.to_string()));
        }
        if totals.rows > 0 && time != info.time {
            let expected = format!("times {} to {}, as the MANIFEST says", info.time.start, info.time.end);
            self.findings.add(Finding::new(path, None, expected, format!("{} to {}", time.start, time.end)));
        }
    }

    fn check_blocks(&mut self, path: &Path, reader: &SegmentReader) {
        let before = self.bytes_done;
        for (number, offset) in reader.block_offsets().enumerate() {
            if let Err(error) = reader.check_block(offset) {
                self.findings.add(Finding::of(path, error));
            }
            if number.is_multiple_of(PROGRESS_BLOCKS) {
                self.bytes_done = before + offset;
                self.tell();
            }
        }
        self.bytes_done = before + reader.bytes();
        self.tell();
    }

    fn tell(&mut self) {
        let progress = Progress { bytes_done: self.bytes_done, bytes_total: self.bytes_total };
        (self.progress)(progress);
    }
}
