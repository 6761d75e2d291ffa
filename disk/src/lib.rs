//! Files, durability and the record log: the floor that everything on disk stands on.
//!
//! The crate stores bytes and knows nothing of points, series or tasks. Its principal types:
//!
//! * [`Fs`] is the only door to files. [`StdFs`] is the machine's own file system; [`SimFs`] is one in
//!   memory, driven by a seed, that can cut the power after any operation, fail any call, fill up or rot.
//! * [`Bytes`] is what reading gives: a slice, owned or mapped, that is cheap to clone and to cut. A mapped file that
//!   is cut, or that the disk cannot read any more, fails its readers and not the process.
//! * [`replace`] changes a small file as a whole: after a power cut the old or the new content is there.
//! * [`log`] is the record log: checksummed frames, appended by a [`log::Writer`] or, for many threads at
//!   once, by a [`log::GroupCommit`]; read back after a crash by [`log::recover`].
//!
//! Invariant: no other crate opens a file except through [`Fs`].
//! Invariant: a failed sync retires its file; nothing here ever retries a sync on the same handle.
//! Invariant: nothing here deletes a byte that a caller may have been promised.

#![deny(unsafe_code)]

mod bytes;
mod checksum;
mod error;
mod fs;
mod guard;
mod limits;
pub mod log;
mod memory;
mod replace;
mod sim;
pub mod varint;
mod width;

pub use bytes::Bytes;
pub use checksum::{Crc32, crc32};
pub use error::{Error, Result};
pub use fs::{DirLock, Entry, File, Fs, Space, StdFs};
pub use guard::{Mapped, mapped};
pub use limits::LOCK_FILE_NAME;
pub use memory::release_memory;
pub use replace::{replace, temporary_path};
pub use sim::{Fault, SECTOR_BYTES, SimFs};
