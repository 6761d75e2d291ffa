//! Open segments: a bounded number of them, the least recently used closed first.
//!
//! A shard knows its segments as [`SegmentFile`]s, which cost a few words each; a file is opened when somebody reads
//! it, and stays open until room is needed. Two things are bounded: how many segments are open, because the system
//! bounds the mappings of a process, and the memory that open ones hold for their directories, which is leased from
//! the budget. A reader that is in use is never closed under its user.

mod file;
mod held;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use disk::Fs;
use model::{Budget, Lease, Share};
use threads::Mutex;

pub(crate) use file::SegmentFile;
pub(crate) use held::Held;
use held::{Place, Places};

use crate::damage::Damage;
use crate::directory::Directory;
use crate::error::{Error, Result};
use crate::limits::READER_BUDGET_DIVISOR;
use crate::manifest::{SegmentId, SegmentInfo};
use crate::segment::SegmentReader;
use crate::shard::Segment;

/// Opens segments and closes them; clones speak of the same ones.
#[derive(Debug, Clone)]
pub(crate) struct Readers(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    fs: Arc<dyn Fs>,
    directory: Directory,
    budget: Budget,
    damage: Damage,
    places: Places,
    /// Bytes that open segments may hold before some are closed.
    bytes_max: usize,
    /// Rises with each opening: what was used at a lower time was used longer ago.
    time: AtomicU64,
    /// The files that somebody may read, by the numbers of their segments.
    files: Mutex<HashMap<SegmentId, Weak<SegmentFile>>>,
    /// The files that are open, and some that were.
    opened: Mutex<Vec<Weak<SegmentFile>>>,
}

impl Readers {
    /// Readers of the segments in `directory`, of which `open_max` may be open.
    pub(crate) fn new(
        fs: Arc<dyn Fs>,
        directory: Directory,
        budget: &Budget,
        damage: Damage,
        open_max: usize,
    ) -> Self {
        Self(Arc::new(Shared {
            fs,
            directory,
            budget: budget.clone(),
            damage,
            places: Places::new(open_max),
            bytes_max: budget.limit() / READER_BUDGET_DIVISOR,
            time: AtomicU64::new(0),
            files: Mutex::default(),
            opened: Mutex::default(),
        }))
    }

    /// The segment that the MANIFEST knows by `info`. It is not looked at yet.
    pub(crate) fn segment(&self, info: SegmentInfo) -> Segment {
        let path = self.0.directory.segment(info.id);
        let file = Arc::new(SegmentFile::new(self.clone(), info, path));
        self.0.files.lock().insert(info.id, Arc::downgrade(&file));
        Segment::new(info, file)
    }

    /// Whether somebody may still read a segment's file, in a view that is not the present one.
    pub(crate) fn is_used(&self, id: SegmentId) -> bool {
        let mut files = self.0.files.lock();
        let is_used = files.get(&id).is_some_and(|file| file.strong_count() > 0);
        if !is_used {
            files.remove(&id);
        }
        is_used
    }

    /// A segment that was just written: it is looked into before anything builds on it.
    ///
    /// # Errors
    /// When it cannot be opened, or is not the one that `info` describes.
    pub(crate) fn admit(&self, info: SegmentInfo) -> Result<Segment> {
        let segment = self.segment(info);
        segment.look_into()?;
        Ok(segment)
    }

    /// How many segments are open.
    pub(crate) fn open_count(&self) -> usize {
        self.0.places.taken()
    }

    fn fs(&self) -> &dyn Fs {
        &*self.0.fs
    }

    fn damage(&self) -> &Damage {
        &self.0.damage
    }

    fn now(&self) -> u64 {
        self.0.time.load(Ordering::Relaxed)
    }

    /// Opens a file within the bounds, closing others if need be.
    fn open(&self, file: &SegmentFile) -> Result<SegmentReader> {
        let place = self.take_place()?;
        let reader = file.look_into()?;
        let lease = self.lease(reader.memory_bytes())?;
        self.0.time.fetch_add(1, Ordering::Relaxed);
        Ok(reader.held(Held::new(place, lease), self.0.damage.clone()))
    }

    fn take_place(&self) -> Result<Place> {
        loop {
            match self.0.places.take() {
                Some(place) => return Ok(place),
                None if self.close_some() => {}
                None => return Err(Error::Busy { what: "reading of segments" }),
            }
        }
    }

    fn lease(&self, bytes: usize) -> Result<Lease> {
        let budget = &self.0.budget;
        while budget.used_by(Share::Reader) + bytes > self.0.bytes_max && self.close_some() {}
        loop {
            match budget.lease(Share::Reader, bytes) {
                Ok(lease) => return Ok(lease),
                Err(_) if self.close_some() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Closes the eighth of the idle segments that was used longest ago; false when none is idle.
    fn close_some(&self) -> bool {
        let closed: Vec<_> = {
            let mut opened = self.0.opened.lock();
            forget_closed(&mut opened);
            let mut idle: Vec<(u64, Arc<SegmentFile>)> = opened
                .iter()
                .filter_map(Weak::upgrade)
                .filter_map(|file| Some((file.idle_since()?, file)))
                .collect();
            idle.sort_by_key(|(since, _)| *since);
            idle.truncate(idle.len().div_ceil(8));
            idle.iter().filter_map(|(_, file)| file.close()).collect()
        };
        // They are unmapped here, when the lock is let go.
        !closed.is_empty()
    }

    fn remember(&self, file: &Arc<SegmentFile>) {
        let mut opened = self.0.opened.lock();
        if opened.len() >= 2 * self.0.places.max() {
            forget_closed(&mut opened);
        }
        opened.push(Arc::downgrade(file));
    }
}

/// Leaves each open file once.
fn forget_closed(opened: &mut Vec<Weak<SegmentFile>>) {
    opened.retain(|file| file.upgrade().is_some_and(|file| file.is_open()));
    opened.sort_unstable_by_key(|file| file.as_ptr().addr());
    opened.dedup_by(|one, other| one.ptr_eq(other));
}

#[cfg(test)]
mod tests;
