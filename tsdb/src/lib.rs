//! The storage engine: points in, typed columns out, and nothing acknowledged is ever lost.
//!
//! * An [`Engine`] owns a data directory. [`Engine::append`] takes a batch of points and gives a [`Ticket`]
//!   that resolves when they are durable; databases and retention policies change through it as well.
//! * A [`Snapshot`] is what one reader sees of one retention policy at one moment. It answers what
//!   measurements, fields, tags and series there are, and starts a [`Scan`].
//! * A [`Backup`] is the store at one moment, to be copied while it goes on; [`restore`] makes a data directory of it.
//! * A [`StreamCursor`] follows the accepted batches in their order.
//!
//! The way of a point: the write lock resolves its series to the ids of the current *generation*, gives the
//! write its LSN, queues a frame for the WAL and adds the row to the *head* of its *shard*. When the generation
//! is full it is *sealed* and *frozen*: each head becomes a *segment*, one edit of the MANIFEST makes them
//! count, and the generation goes with its WAL files. Segments of a shard are *merged*, and dropped with it
//! when its time is past.
//!
//! It knows no query language, no wire form and no async runtime.
//!
//! Invariant: what a restart replays is what was there: the LSN is the one order of everything.
//! Invariant: a file counts from the edit of the MANIFEST that names it, and not before.
//! Invariant: files are reached through [`disk::Fs`] and time through [`model::Clock`] only.

#![forbid(unsafe_code)]

mod backup;
mod catalog;
mod clock_guard;
mod codec;
mod columns;
mod compaction;
mod damage;
mod decode;
mod directory;
mod engine;
mod error;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod generation;
mod head;
pub mod inspect;
pub mod limits;
mod manifest;
mod merge;
mod options;
mod readers;
mod rejected;
mod retention;
mod run;
mod scan;
mod segment;
mod shard;
mod snapshot;
mod space;
mod stats;
mod stream;
mod ticket;
mod tombstone;
mod view;
mod wal;

pub use backup::{
    Backup, BackupFile, BackupFolder, BackupList, CONTENTS_NAME, Checksum, LIST_NAME, OwnedFile, Restored,
    Restoring, restore, verify,
};
pub use catalog::{PolicySpec, PolicyUpdate};
pub use damage::DamageMark;
pub use engine::{DatabaseInfo, Engine, MeasurementSeries, PolicyInfo, RecoveryReport, Written};
pub use error::{Error, Obstacle, Result};
pub use options::{Options, SyncPolicy};
pub use rejected::{RejectReason, Rejected};
pub use scan::{Scan, SummaryScan};
pub use snapshot::Snapshot;
pub use stats::{EngineStats, SYNC_BUCKETS_US};
pub use stream::{StreamCursor, StreamRead};
pub use ticket::Ticket;
