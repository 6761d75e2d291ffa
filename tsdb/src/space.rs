//! The low-water mark of the disk: below it no points are taken, so that what was taken can still be put in order.
//!
//! Writing segments of the heads in memory, a MANIFEST, the effects of a DELETE: all of that takes room for a moment,
//! even when it frees room in the end. A disk that ingest has filled to the last byte leaves none. So ingest stops
//! while [`reserve`](Space::reserve_bytes) bytes are free, and goes on by itself when there are some more.
//!
//! What the reserve must be enough for: the segments of one generation at a time, whose WAL files go right after. A
//! segment takes less than the frames that its rows came in, therefore a generation is sealed when its WAL reaches
//! half of the reserve ([`generation_wal_bytes`](Space::generation_wal_bytes)); a quarter of the rest is the WAL's
//! preallocated step ([`preallocate_bytes`](Space::preallocate_bytes)), and what is left is for MANIFEST and marks.
//!
//! Other programs can use the reserve up. Then the WAL itself meets the full disk, as `disk::log` tells.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use disk::Fs;

use crate::error::{Error, Result};
use crate::limits::{DISK_RESERVE_DIVISOR, DISK_RESERVE_MIN, DISK_RESERVE_SMALL_DIVISOR};

/// The space of the disk that a data directory is on, as it was at the last look.
#[derive(Debug)]
pub(crate) struct Space {
    fs: Arc<dyn Fs>,
    dir: PathBuf,
    /// What the owner wants to stay free; nothing for a share of the disk.
    wanted: Option<u64>,
    free: AtomicU64,
    reserve: AtomicU64,
    is_low: AtomicBool,
    /// Bytes taken in since the last look.
    taken: AtomicU64,
}

impl Space {
    /// The space of `dir`, looked at once.
    pub(crate) fn new(fs: Arc<dyn Fs>, dir: &Path, wanted: Option<u64>) -> Self {
        let space = Self {
            fs,
            dir: dir.to_path_buf(),
            wanted,
            free: AtomicU64::new(u64::MAX),
            reserve: AtomicU64::new(0),
            is_low: AtomicBool::new(false),
            taken: AtomicU64::new(0),
        };
        space.look();
        space
    }

    /// Measures the disk, and says so when points stop or begin to be taken.
    pub(crate) fn look(&self) {
        self.taken.store(0, Ordering::Relaxed);
        let found = match self.fs.space(&self.dir) {
            Ok(found) => found,
            // The state stays as it was; a disk that is gone fails whatever comes next.
            Err(error) => return tracing::debug!(%error, "the disk's space cannot be measured"),
        };
        let reserve = self.wanted.unwrap_or_else(|| default_reserve(found.total));
        self.free.store(found.available, Ordering::Relaxed);
        self.reserve.store(reserve, Ordering::Relaxed);
        let was_low = self.is_low.load(Ordering::Relaxed);
        let is_low = found.available < if was_low { resume_at(reserve) } else { reserve };
        self.is_low.store(is_low, Ordering::Relaxed);
        let (free, dir) = (found.available, self.dir.display());
        match (was_low, is_low) {
            (false, true) => {
                tracing::error!(%dir, free, reserve, "the disk is almost full: no points are taken");
            }
            (true, false) => tracing::info!(%dir, free, reserve, "the disk has room: points are taken again"),
            _ => {}
        }
    }

    /// Whether `bytes` more may be taken in. A low disk is measured at each call, one with room after every part of
    /// the reserve that was taken in, so that no burst between two rounds of upkeep uses it up.
    ///
    /// # Errors
    /// [`Error::DiskLow`].
    pub(crate) fn admit(&self, bytes: usize) -> Result<()> {
        let reserve = self.reserve.load(Ordering::Relaxed);
        let taken = self.taken.fetch_add(bytes as u64, Ordering::Relaxed).saturating_add(bytes as u64);
        if reserve > 0 && (self.is_low() || taken >= reserve / 16) {
            self.look();
        }
        if !self.is_low() {
            return Ok(());
        }
        Err(Error::DiskLow { dir: self.dir.clone(), free: self.free_bytes(), needed: self.resume_bytes() })
    }

    /// Whether points are refused.
    pub(crate) fn is_low(&self) -> bool {
        self.is_low.load(Ordering::Relaxed)
    }

    /// Bytes that were free at the last look.
    pub(crate) fn free_bytes(&self) -> u64 {
        self.free.load(Ordering::Relaxed)
    }

    /// Bytes that ingest leaves free.
    pub(crate) fn reserve_bytes(&self) -> u64 {
        self.reserve.load(Ordering::Relaxed)
    }

    /// Bytes that must be free before ingest goes on.
    pub(crate) fn resume_bytes(&self) -> u64 {
        resume_at(self.reserve_bytes())
    }

    /// WAL bytes after which a generation is sealed, at most `wanted`.
    pub(crate) fn generation_wal_bytes(&self, wanted: u64) -> u64 {
        self.at_most_share(wanted, 2)
    }

    /// The step in which WAL files are extended, at most `wanted`.
    pub(crate) fn preallocate_bytes(&self, wanted: u64) -> u64 {
        self.at_most_share(wanted, 8)
    }

    fn at_most_share(&self, wanted: u64, divisor: u64) -> u64 {
        match self.reserve_bytes() {
            0 => wanted,
            reserve => wanted.min(reserve / divisor),
        }
    }
}

/// What stays free without the owner's word: a share of a large disk, less of a small one.
fn default_reserve(total: u64) -> u64 {
    DISK_RESERVE_MIN.max(total / DISK_RESERVE_DIVISOR).min(total / DISK_RESERVE_SMALL_DIVISOR)
}

/// Points are taken again when a quarter more than the reserve is free: a disk at the mark does not go to and fro with
/// every write.
const fn resume_at(reserve: u64) -> u64 {
    reserve.saturating_add(reserve / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use disk::SimFs;

    const MIB: u64 = 1 << 20;

    #[test]
    fn a_small_disk_keeps_a_twentieth_free_and_a_large_one_a_hundredth() {
        assert_eq!(default_reserve(64 * MIB), 64 * MIB / 20);
        assert_eq!(default_reserve(1 << 30), (1 << 30) / 20);
        assert_eq!(default_reserve(2 << 30), 64 * MIB);
        assert_eq!(default_reserve(100 << 30), 1 << 30);
        assert_eq!(default_reserve(0), 0);
    }

    #[test]
    fn a_disk_at_the_mark_does_not_go_to_and_fro() {
        let sim = SimFs::new(1);
        sim.set_capacity(200);
        let space = Space::new(Arc::new(sim.clone()), Path::new(""), Some(100));
        assert!(space.admit(1).is_ok() && space.free_bytes() == 200 && space.reserve_bytes() == 100);
        sim.set_capacity(99);
        let error = space.admit(7).unwrap_err();
        assert!(
            matches!(error, Error::DiskLow { free: 99, needed: 125, .. }) && error.is_temporary(),
            "{error}"
        );
        sim.set_capacity(124);
        assert!(space.admit(1).is_err());
        sim.set_capacity(125);
        assert!(space.admit(1).is_ok());
        sim.set_capacity(100);
        space.look();
        assert!(space.admit(1).is_ok(), "only below the reserve");
    }

    #[test]
    fn a_burst_is_noticed_before_it_has_used_the_reserve() {
        let sim = SimFs::new(1);
        let space = Space::new(Arc::new(sim.clone()), Path::new(""), Some(1_600));
        sim.set_capacity(0);
        assert!((0..10).any(|_| space.admit(20).is_err()));
    }

    #[test]
    fn without_a_reserve_nothing_is_refused_or_made_smaller() {
        let sim = SimFs::new(1);
        sim.set_capacity(0);
        let space = Space::new(Arc::new(sim), Path::new(""), Some(0));
        assert!(space.admit(usize::MAX).is_ok());
        assert_eq!((space.generation_wal_bytes(5), space.preallocate_bytes(7)), (5, 7));
    }
}
