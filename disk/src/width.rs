//! The crossing between file offsets (`u64`) and memory indexes (`usize`).
//!
//! Both are 64 bits wide on every machine this runs on; the assertion makes that a promise of the compiler,
//! so that a narrowing cast is written once, here.

const _: () = assert!(usize::BITS == 64, "file offsets are used as memory indexes");

/// A file offset or length as a memory index.
pub(crate) fn index(offset: u64) -> usize {
    usize::try_from(offset).expect("usize is 64 bits wide")
}

/// A memory index or length as a file offset.
pub(crate) fn offset(index: usize) -> u64 {
    u64::try_from(index).expect("usize is 64 bits wide")
}
