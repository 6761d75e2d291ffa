//! Looking into a data directory from outside: what is in it, what it costs, and whether it is sound.
//!
//! Every function takes a [`disk::Fs`] and the directory, goes by the MANIFEST and gives plain facts. Nothing is
//! locked, written or repaired, so that it works on a copy, on a stopped store and beside a running one: files that
//! a flush or a merge takes away meanwhile lead to another look at the MANIFEST, not to an error.
//!
//! * [`formats`]: which versions the files have, and what the next start does about it.
//!
//! It does not open an [`Engine`](crate::Engine), which locks and repairs.

mod formats;
mod store;

pub use formats::{Formats, SegmentFormats, formats};
