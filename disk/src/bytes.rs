//! A slice of bytes, owned or mapped, that is cheap to clone and to cut.
//!
//! What lies behind is shared through an `Arc` and freed (or unmapped) with the last slice into it. Mapping a file is
//! sound only as long as nobody changes it, which is why only immutable files are mapped (see [`crate::Fs::map`]).
//!
//! Should somebody cut such a file all the same, or the disk fail under it, readers are given zeros for what is gone
//! ([`crate::mapped`] tells of the guard), and [`Bytes::broken_at`] says so. Whoever answers from mapped bytes looks
//! at it *after* it has read them: a checksum that was right an hour ago does not help.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::{Deref, Range};
use std::sync::Arc;

use memmap2::{Advice, Mmap};

use crate::guard::Watch;
use crate::width::offset;

/// An immutable run of bytes.
#[derive(Clone)]
pub struct Bytes {
    owner: Owner,
    range: Range<usize>,
}

#[derive(Clone)]
enum Owner {
    Memory(Arc<Vec<u8>>),
    Mapped(Arc<Mapping>),
}

/// A mapped file and the watch over it. The watch ends before the mapping does: fields are dropped in their order.
struct Mapping {
    watch: Watch,
    map: Mmap,
    /// The file's last byte. A file that was cut inside its last page does not fault: the rest of the page reads as
    /// zeros, this byte among them.
    last: u8,
}

impl Mapping {
    fn new(map: Mmap) -> io::Result<Self> {
        let watch = Watch::over(map.as_ptr().addr(), map.len())?;
        // Under watch already: the file may have been cut since it was measured.
        let last = read_now(&map[map.len() - 1]);
        let mapping = Self { watch, map, last };
        if mapping.broken_from().is_some() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file was cut while it was mapped"));
        }
        Ok(mapping)
    }

    /// Where the bytes stop being the file's. A look at the last byte finds a cut whose pages nobody has read yet.
    fn broken_from(&self) -> Option<usize> {
        let end = self.map.len() - 1;
        if read_now(&self.map[end]) != self.last {
            self.watch.mark(end);
        }
        self.watch.broken_from()
    }
}

/// Reads a byte from memory at this point of the program, neither sooner nor later.
fn read_now(byte: &u8) -> u8 {
    #[expect(unsafe_code, reason = "a read that the compiler may not move or leave out")]
    // SAFETY: a reference is a valid pointer for reads.
    unsafe {
        std::ptr::read_volatile(byte)
    }
}

impl Bytes {
    /// No bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self::from(Vec::new())
    }

    /// Maps the whole of `file`, whose length counts as fixed from here on.
    pub(crate) fn map(file: &File) -> io::Result<Self> {
        if file.metadata()?.len() == 0 {
            return Ok(Self::empty());
        }
        #[expect(
            unsafe_code,
            reason = "mapping a file cannot be expressed safely; mapped reads save a copy of every page"
        )]
        // SAFETY: callers map immutable files only: written beside, synced, renamed into place, and from then on
        // unlinked but never truncated or written. The data directory's lock keeps other processes of ours out, and
        // what strangers cut off is zeros, by the guard.
        let map = unsafe { Mmap::map(file)? };
        let range = 0..map.len();
        Ok(Self { owner: Owner::Mapped(Arc::new(Mapping::new(map)?)), range })
    }

    /// Whether bytes of the file behind are gone, cut off or unreadable, and from which offset of the file on: from
    /// there readers were given zeros. Looked at after reading; what was read before the look is the file's if this is
    /// `None`. It stays so: a new mapping may fare better. Bytes in memory are never broken.
    #[must_use]
    pub fn broken_at(&self) -> Option<u64> {
        match &self.owner {
            Owner::Memory(_) => None,
            Owner::Mapped(mapping) => mapping.broken_from().map(offset),
        }
    }

    /// The bytes of `range`, counted from the start of this slice, sharing what lies behind; `None` if it
    /// reaches beyond the end or is reversed.
    #[must_use]
    pub fn get(&self, range: Range<usize>) -> Option<Self> {
        if range.start > range.end || range.end > self.range.len() {
            return None;
        }
        let start = self.range.start + range.start;
        Some(Self { owner: self.owner.clone(), range: start..start + range.len() })
    }

    /// Like [`Bytes::get`], for a range that the caller knows to be inside.
    ///
    /// # Panics
    /// As indexing a slice does, if the range is not inside.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let len = self.range.len();
        self.get(range.clone()).unwrap_or_else(|| panic!("range {range:?} is not inside {len} bytes"))
    }

    /// Whether the bytes are backed by a file rather than by anonymous memory.
    #[must_use]
    pub fn is_mapped(&self) -> bool {
        matches!(self.owner, Owner::Mapped(_))
    }

    /// Tells the system that these bytes are about to be read. A hint: it cannot fail and promises nothing.
    pub fn prefetch(&self) {
        if let Owner::Mapped(mapping) = &self.owner {
            // A kernel that refuses the hint still serves the reads.
            let _ = mapping.map.advise_range(Advice::WillNeed, self.range.start, self.range.len());
        }
    }

    /// The bytes as a plain slice.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        let whole: &[u8] = match &self.owner {
            Owner::Memory(bytes) => bytes,
            Owner::Mapped(mapping) => &mapping.map,
        };
        &whole[self.range.clone()]
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let range = 0..bytes.len();
        Self { owner: Owner::Memory(Arc::new(bytes)), range }
    }
}

impl Default for Bytes {
    fn default() -> Self {
        Self::empty()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Bytes").field("len", &self.len()).field("mapped", &self.is_mapped()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn a_slice_of_a_slice_counts_from_the_slice() {
        let bytes = Bytes::from(b"0123456789".to_vec());
        let middle = bytes.slice(2..8);
        assert_eq!(&*middle.slice(1..3), b"34");
        assert_eq!(middle.get(0..7), None);
        assert_eq!(middle.get(6..6), Some(Bytes::empty()));
    }

    #[test]
    fn a_slice_outlives_what_it_was_cut_from() {
        let tail = { Bytes::from(vec![7; 100]).slice(90..100) };
        assert_eq!(&*tail, &[7; 10]);
    }
}
