//! A segment's file, whether it is open or not.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use threads::ArcSwapOption;

use super::Readers;
use crate::error::{Error, Result};
use crate::manifest::SegmentInfo;
use crate::segment::SegmentReader;

/// A segment's file. It stays in its folder as long as this lives.
#[derive(Debug)]
pub(crate) struct SegmentFile {
    readers: Readers,
    info: SegmentInfo,
    path: PathBuf,
    open: ArcSwapOption<SegmentReader>,
    /// The time of [`Readers`] at which it was used last.
    used: AtomicU64,
}

impl SegmentFile {
    pub(super) fn new(readers: Readers, info: SegmentInfo, path: PathBuf) -> Self {
        Self { readers, info, path, open: ArcSwapOption::empty(), used: AtomicU64::new(0) }
    }

    /// The reader, open until the caller lets go of it. Cheap when it is open already.
    ///
    /// # Errors
    /// When the file is damaged or missing; when there is room for one more neither among the open ones nor in the
    /// budget.
    pub(crate) fn reader(self: &Arc<Self>) -> Result<Arc<SegmentReader>> {
        if let Some(reader) = self.open.load_full() {
            if reader.is_whole() {
                self.used.store(self.readers.now(), Ordering::Relaxed);
                return Ok(reader);
            }
            // It was cut under its readers, or a page could not be read: perhaps it can be by now.
            self.open.store(None);
        }
        let reader = Arc::new(self.readers.open(self)?);
        self.used.store(self.readers.now(), Ordering::Relaxed);
        self.open.store(Some(reader.clone()));
        self.readers.remember(self);
        Ok(reader)
    }

    /// Opens the file, beside the bounds, and sees whether it is the one that the MANIFEST means.
    ///
    /// # Errors
    /// When it is damaged, missing, another one or of a later format.
    pub(crate) fn look_into(&self) -> Result<SegmentReader> {
        let opened = SegmentReader::open(self.readers.fs(), &self.path).and_then(|reader| {
            let (expected, found) = (self.info, told_by(&reader, self.info));
            if found == expected { Ok(reader) } else { Err(self.another(&expected, &found)) }
        });
        opened.inspect_err(|error| self.readers.damage().note(error))
    }

    /// As [`look_into`](Self::look_into), and at the places that were found damaged before: somebody may have brought
    /// the file back. Whoever reads from what this opened could meet what broke on the way, so nobody does.
    ///
    /// # Errors
    /// As [`look_into`](Self::look_into).
    pub(crate) fn look_again(&self) -> Result<()> {
        let reader = self.look_into()?;
        self.readers.damage().look_again(&self.path, |offset| reader.is_sound_at(offset));
        Ok(())
    }

    fn another(&self, expected: &SegmentInfo, found: &SegmentInfo) -> Error {
        Error::corrupt(&self.path, 0, words(expected), words(found))
    }

    /// When it was used last, if it is open and nobody reads it now.
    pub(super) fn idle_since(&self) -> Option<u64> {
        // One holder is the file, the other one this function.
        let is_idle = self.open.load_full().is_some_and(|reader| Arc::strong_count(&reader) <= 2);
        is_idle.then(|| self.used.load(Ordering::Relaxed))
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.load().is_some()
    }

    /// Closes the file, when whoever reads it now lets go.
    pub(super) fn close(&self) -> Option<Arc<SegmentReader>> {
        self.open.swap(None)
    }
}

/// What the MANIFEST would say of this file, as far as the file knows.
fn told_by(reader: &SegmentReader, info: SegmentInfo) -> SegmentInfo {
    SegmentInfo {
        id: reader.id().0,
        shard: reader.shard(),
        lsn_start: *reader.lsn().start(),
        lsn_end: *reader.lsn().end(),
        time: reader.time(),
        rows: reader.rows(),
        series: reader.series_count(),
        bytes: reader.bytes(),
        ..info
    }
}

fn words(info: &SegmentInfo) -> String {
    format!(
        "segment {} of shard {} with {} rows from numbers {} to {}",
        info.id, info.shard, info.rows, info.lsn_start.0, info.lsn_end.0
    )
}
