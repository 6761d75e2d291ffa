//! Looking into a data directory from outside: what is in it, what it costs, and whether it is sound.
//!
//! Every function takes a [`disk::Fs`] and the directory, goes by the MANIFEST and gives plain facts. Nothing is
//! held, written or repaired, so that it works on a copy, on a stopped store and beside a running one: files that
//! a flush or a merge takes away meanwhile lead to another look at the MANIFEST, not to an error.
//!
//! * [`summary`]: databases, policies, shards, segments, the WAL, and what each part of the files takes.
//! * [`wal`]: the frames of the write-ahead log, and their rows.
//! * [`segment`] and [`series`]: one segment, its fields with their codecs, its series.
//! * [`index`]: how many series, tag values and fields there are, exactly.
//! * [`verify`]: whether every byte is as it was written.
//! * [`formats`]: which versions the files have, and what the next start does about it.
//!
//! It does not open an [`Engine`](crate::Engine), which locks and repairs.

mod distinct;
mod finding;
mod formats;
mod index;
mod segment;
mod store;
mod summary;
mod verify;
mod wal;

pub use finding::Finding;
pub use formats::{Formats, SegmentFormats, formats};
pub use index::{DatabaseIndex, IndexReport, MeasurementIndex, index};
pub use segment::{
    CodecShare, ColumnReport, MeasurementReport, SegmentChoice, SegmentReport, SeriesReport, segment, series,
};
pub use summary::{
    DatabaseSummary, ManifestSummary, PolicySummary, SegmentSummary, ShardSummary, Summary, summary,
};
pub use verify::{Progress, Verification, verify};
pub use wal::{WalContent, WalDefinitions, WalFile, WalFrame, WalReport, WalRequest, WalRow, WalStep, wal};
