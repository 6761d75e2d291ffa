//! The guard over mapped files: a page that cannot be had any more fails its reader, not the process.
//!
//! Reading a mapped page whose file was cut under the reader, or which the disk cannot deliver, raises SIGBUS, and
//! SIGBUS ends a process. The guard is a signal handler, installed with the first mapping, and a table of the mappings
//! that are ours. A fault inside one of them puts zeros in the place of the rest of the mapping and marks it as
//! broken; the reader goes on over the zeros and must look at the mark before it believes what it read
//! ([`Bytes::broken_at`](crate::Bytes::broken_at)). A fault anywhere else goes to whoever had the signal before.
//!
//! The handler takes no lock and allocates nothing: it may only look into the table, call `mmap` and return.

mod handler;
mod table;

use std::io;

use table::{Claim, TABLE};

/// Files that are mapped now, over the whole process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// How many.
    pub mappings: usize,
    /// Their length in bytes. It is address space: what of it is in memory, the system decides.
    pub bytes: usize,
}

/// What is mapped now.
#[must_use]
pub fn mapped() -> Mapped {
    TABLE.mapped()
}

/// A mapping under guard, until this is dropped; drop it before the mapping goes.
#[derive(Debug)]
pub(crate) struct Watch(Claim);

impl Watch {
    /// Puts `len` mapped bytes from address `start` under guard.
    ///
    /// # Errors
    /// When [`MAPPINGS_MAX`](crate::limits::MAPPINGS_MAX) are, or the system takes no handler.
    pub(crate) fn over(start: usize, len: usize) -> io::Result<Self> {
        handler::install()?;
        let claim = TABLE.claim(start, len);
        claim.map(Self).ok_or_else(|| io::Error::new(io::ErrorKind::OutOfMemory, "too many files are mapped"))
    }

    /// The first byte of the mapping that a reader was given zeros for, if there is one.
    pub(crate) fn broken_from(&self) -> Option<usize> {
        self.0.broken_from()
    }

    /// Says that bytes from `offset` on are not the file's.
    pub(crate) fn mark(&self, offset: usize) {
        self.0.mark(offset);
    }
}
