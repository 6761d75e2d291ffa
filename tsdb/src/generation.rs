//! A generation: one lifetime of ids, with its heads and its WAL files.
//!
//! Ids of series, fields and shapes are dense and local to a generation; the WAL logs the key of each at
//! its first use, so that a generation's files can be read without any other. When it is sealed nobody
//! writes to it any more; when its segments are in the MANIFEST it goes, with its files.
//!
//! Readers take the lock of [`Generation::data`] for the time it takes to collect blocks; the writer for
//! one batch. What a reader may see is bounded by [`Generation::rows`], taken with its snapshot.

mod definition;
mod index;
mod names;
mod order;
mod shapes;
mod tables;
mod texts;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use model::{Lease, Lsn, ValueRef};
use threads::atomic::{AtomicU32, AtomicU64, Ordering};
use threads::{Mutex, RwLock};

pub(crate) use definition::{Definition, Definitions};
pub(crate) use index::{Asker, Chains, Facet, Index, Texts as IndexTexts};
pub(crate) use order::sort_by_key;
pub(crate) use shapes::{Layout, Shape, ShapePart};
pub(crate) use tables::Tables;

use crate::catalog::Change;
use crate::error::Result;
use crate::head::Head;
use crate::shard::{ShardId, ShardInfo};
use crate::tombstone::Tombstones;

/// The identity of a generation over the whole life of a data directory.
pub(crate) type GenerationId = u64;
/// A series within a generation.
pub(crate) type SeriesId = u32;
/// A measurement within a generation.
pub(crate) type MeasurementId = u32;
/// A field of a measurement with its type, within a generation.
pub(crate) type FieldId = u32;
/// A set of fields that came together, within a generation.
pub(crate) type ShapeId = u32;
/// The place of a row in the order of arrival within a generation.
pub(crate) type RowNumber = u32;

/// One lifetime of ids.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) id: GenerationId,
    /// The first LSN that it may hold.
    pub(crate) first_lsn: Lsn,
    pub(crate) data: RwLock<GenerationData>,
    /// Finds its series by their tags.
    pub(crate) index: Index,
    rows: AtomicU32,
    last_lsn: AtomicU64,
    wal_bytes: AtomicU64,
    /// The monotonic time of its first frame, unless that is of an earlier run.
    first_frame: OnceLock<Duration>,
    head_bytes: AtomicU64,
    /// The memory that it leased; returned when the last reader lets it go.
    lease: Mutex<Option<Lease>>,
    /// WAL files of an earlier run of the program, to be deleted with it.
    pub(crate) old_files: Vec<OldFile>,
}

/// A WAL file of an earlier run of the program.
#[derive(Debug, Clone)]
pub(crate) struct OldFile {
    pub(crate) path: PathBuf,
    /// The lowest LSN that may be in it.
    pub(crate) first_lsn: Lsn,
}

/// What the writer fills.
#[derive(Debug, Default)]
pub(crate) struct GenerationData {
    pub(crate) tables: Tables,
    pub(crate) heads: BTreeMap<ShardId, Head>,
    /// The shards that its rows lie in.
    pub(crate) shards: BTreeMap<ShardId, ShardInfo>,
    /// Changes of the catalog in this generation.
    pub(crate) changes: Vec<Change>,
    /// The deletes among them, each with its place among the rows.
    pub(crate) deletes: Tombstones,
    /// Rows taken so far.
    pub(crate) rows: RowNumber,
    row_bytes: usize,
}

impl Generation {
    pub(crate) fn new(id: GenerationId, first_lsn: Lsn, old_files: Vec<OldFile>) -> Self {
        Self {
            id,
            first_lsn,
            data: RwLock::default(),
            index: Index::default(),
            rows: AtomicU32::new(0),
            last_lsn: AtomicU64::new(first_lsn.0.saturating_sub(1)),
            wal_bytes: AtomicU64::new(0),
            first_frame: OnceLock::new(),
            head_bytes: AtomicU64::new(0),
            lease: Mutex::new(None),
            old_files,
        }
    }

    /// How many rows are there for readers.
    pub(crate) fn rows(&self) -> RowNumber {
        self.rows.load(Ordering::Acquire)
    }

    /// The last LSN in it; the one before the first where there is none.
    pub(crate) fn last_lsn(&self) -> Lsn {
        Lsn(self.last_lsn.load(Ordering::Acquire))
    }

    /// Bytes of its frames.
    pub(crate) fn wal_bytes(&self) -> u64 {
        self.wal_bytes.load(Ordering::Relaxed)
    }

    /// Notes the monotonic time at which a frame of it was logged.
    pub(crate) fn logged_at(&self, now: Duration) {
        let _ = self.first_frame.set(now);
    }

    /// The monotonic time of its first frame, unless that is of an earlier run.
    pub(crate) fn first_frame(&self) -> Option<Duration> {
        self.first_frame.get().copied()
    }

    /// Roughly the memory that it holds.
    pub(crate) fn head_bytes(&self) -> u64 {
        self.head_bytes.load(Ordering::Relaxed)
    }

    /// Whether nothing was written to it.
    pub(crate) fn is_empty(&self) -> bool {
        self.last_lsn() < self.first_lsn
    }

    /// Holds `lease` in addition to what it leased before.
    pub(crate) fn hold(&self, lease: Lease) -> Result<()> {
        let mut held = self.lease.lock();
        match held.as_mut() {
            Some(held) => {
                let bytes = lease.bytes();
                drop(lease);
                held.grow(bytes)?;
            }
            None => *held = Some(lease),
        }
        Ok(())
    }

    /// Brings the lease to what is really held. What is there already stays, even if the budget has no room
    /// for it: the next write is refused then.
    fn settle_lease(&self, bytes: usize) {
        if let Some(held) = self.lease.lock().as_mut() {
            held.shrink_to(bytes);
            let _ = held.grow(bytes - held.bytes());
        }
    }

    /// Makes what `data` holds by now visible to readers.
    pub(crate) fn publish(&self, data: &GenerationData, lsn: Lsn, frame_bytes: usize) {
        self.wal_bytes.fetch_add(frame_bytes as u64, Ordering::Relaxed);
        self.head_bytes.store(data.bytes() as u64, Ordering::Relaxed);
        self.settle_lease(data.bytes());
        self.last_lsn.store(lsn.0, Ordering::Release);
        self.rows.store(data.rows, Ordering::Release);
    }
}

impl GenerationData {
    /// Adds a row: one value for each field of the shape, in its order.
    pub(crate) fn push_row<'a>(
        &mut self,
        shard: ShardId,
        shape: ShapeId,
        series: SeriesId,
        ts: i64,
        values: impl Iterator<Item = ValueRef<'a>> + Clone,
    ) {
        let (row, tables) = (self.rows, &self.tables);
        self.row_bytes += ROW_BYTES + values.clone().map(value_bytes).sum::<usize>();
        let head = self.heads.entry(shard).or_default();
        let before = head.fixed_bytes();
        head.arena(shape, || tables.shape_types(shape).collect(), row).push(series, ts, row, values);
        head.note(series, ts, row);
        self.row_bytes += head.fixed_bytes() - before;
        self.rows += 1;
    }

    /// Roughly the memory that the tables and heads hold.
    pub(crate) fn bytes(&self) -> usize {
        self.tables.bytes() + self.row_bytes
    }
}

/// A row's series, time and number.
const ROW_BYTES: usize = size_of::<SeriesId>() + size_of::<i64>() + size_of::<RowNumber>();

const fn value_bytes(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Boolean(_) => 1,
        ValueRef::String(text) => 4 + text.len(),
        _ => 8,
    }
}
