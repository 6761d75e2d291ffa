//! The table of guarded mappings: of fixed size, written under a lock, read by the signal handler without one.
//!
//! A slot that changes while the handler reads it is told by its version, as in a seqlock, and passed over: the mapping
//! in which a thread faults is kept by that very thread, so its own slot does not change meanwhile.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering, fence};

use parking_lot::Mutex;

use super::Mapped;
use crate::limits::MAPPINGS_MAX;

/// [`Slot::broken_from`] of a mapping that nothing happened to.
const WHOLE: usize = usize::MAX;

/// The one table of the process.
pub(super) static TABLE: Table = Table {
    slots: [const { Slot::empty() }; MAPPINGS_MAX],
    used: AtomicUsize::new(0),
    free: Mutex::new(Vec::new()),
    mappings: AtomicUsize::new(0),
    bytes: AtomicUsize::new(0),
};

#[derive(Debug)]
pub(super) struct Table {
    slots: [Slot; MAPPINGS_MAX],
    /// Slots from this one on were never used.
    used: AtomicUsize,
    /// Slots below it that are free again; the handler does not look at it.
    free: Mutex<Vec<usize>>,
    mappings: AtomicUsize,
    bytes: AtomicUsize,
}

#[derive(Debug)]
struct Slot {
    /// Odd while the slot changes.
    version: AtomicU32,
    /// Address of the first byte; 0 for none.
    start: AtomicUsize,
    len: AtomicUsize,
    /// Offset of the first byte that is not the file's.
    broken_from: AtomicUsize,
}

/// A slot that is in use.
#[derive(Debug)]
pub(super) struct Claim {
    slot: usize,
}

/// A guarded mapping, as the handler finds it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    slot: usize,
    pub(super) start: usize,
    pub(super) len: usize,
}

impl Slot {
    const fn empty() -> Self {
        Self {
            version: AtomicU32::new(0),
            start: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            broken_from: AtomicUsize::new(WHOLE),
        }
    }

    fn set(&self, start: usize, len: usize) {
        self.version.fetch_add(1, Ordering::SeqCst);
        self.start.store(start, Ordering::SeqCst);
        self.len.store(len, Ordering::SeqCst);
        self.broken_from.store(WHOLE, Ordering::SeqCst);
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    /// Start and length, unless the slot is changing.
    fn get(&self) -> Option<(usize, usize)> {
        let before = self.version.load(Ordering::SeqCst);
        let found = (self.start.load(Ordering::SeqCst), self.len.load(Ordering::SeqCst));
        let after = self.version.load(Ordering::SeqCst);
        (before == after && before.is_multiple_of(2) && found.0 != 0).then_some(found)
    }
}

impl Table {
    /// Takes a slot for a mapping; none when all are taken.
    pub(super) fn claim(&self, start: usize, len: usize) -> Option<Claim> {
        let mut free = self.free.lock();
        let slot = match free.pop() {
            Some(slot) => slot,
            None => {
                let next = self.used.load(Ordering::SeqCst);
                if next == MAPPINGS_MAX {
                    return None;
                }
                self.used.store(next + 1, Ordering::SeqCst);
                next
            }
        };
        self.slots[slot].set(start, len);
        self.mappings.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(len, Ordering::Relaxed);
        Some(Claim { slot })
    }

    /// The mapping that `address` lies in. For the handler.
    pub(super) fn find(&self, address: usize) -> Option<Found> {
        let used = self.used.load(Ordering::SeqCst).min(MAPPINGS_MAX);
        self.slots[..used].iter().enumerate().find_map(|(slot, content)| {
            let (start, len) = content.get()?;
            // The system maps whole pages: what lies behind the last byte of a file is in the mapping, too.
            (address >= start && address - start < len).then_some(Found { slot, start, len })
        })
    }

    /// Marks a mapping as broken. For the handler, and before the zeros are there: whoever sees a zero sees the mark.
    pub(super) fn break_from(&self, found: Found, offset: usize) {
        self.slots[found.slot].broken_from.fetch_min(offset, Ordering::SeqCst);
    }

    pub(super) fn mapped(&self) -> Mapped {
        Mapped { mappings: self.mappings.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

impl Claim {
    pub(super) fn broken_from(&self) -> Option<usize> {
        // What was read before this call is read before the mark is.
        fence(Ordering::Acquire);
        Some(TABLE.slots[self.slot].broken_from.load(Ordering::SeqCst)).filter(|from| *from != WHOLE)
    }

    pub(super) fn mark(&self, offset: usize) {
        TABLE.slots[self.slot].broken_from.fetch_min(offset, Ordering::SeqCst);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut free = TABLE.free.lock();
        let len = TABLE.slots[self.slot].len.load(Ordering::SeqCst);
        TABLE.slots[self.slot].set(0, 0);
        TABLE.mappings.fetch_sub(1, Ordering::Relaxed);
        TABLE.bytes.fetch_sub(len, Ordering::Relaxed);
        free.push(self.slot);
    }
}
