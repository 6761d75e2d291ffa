//! Counters of an engine, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the histogram of syncs, in microseconds; one more bucket counts what is slower.
pub const SYNC_BUCKETS_US: [u64; 12] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000];

/// What an engine counts since it was opened, and what it holds now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Points accepted.
    pub points_written: u64,
    /// Field values accepted.
    pub values_written: u64,
    /// Points rejected: type conflicts, beyond the retention policy, or of a series too many.
    pub points_rejected: u64,
    /// Points rejected because they would have made a series too many.
    pub points_over_series_max: u64,
    /// Accepted points that lie in the future.
    pub points_future: u64,
    /// Frames committed to the WAL.
    pub wal_frames: u64,
    /// Bytes committed to the WAL.
    pub wal_bytes_written: u64,
    /// Bytes of WAL that a restart would read.
    pub wal_bytes: u64,
    /// How long ago the oldest frame of it was logged; one of an earlier run counts from the start of this one.
    pub wal_age: Duration,
    /// Bytes of frames that wait for the committer.
    pub wal_queued_bytes: u64,
    /// Whether no points are taken now: the disk is almost full, or the WAL met a full or failing one.
    pub read_only: bool,
    /// Bytes of the disk that were free at the last look.
    pub disk_free_bytes: u64,
    /// Bytes of the disk that stay free of points.
    pub disk_reserve_bytes: u64,
    /// Bytes of the disk that must be free before points are taken again.
    pub disk_resume_bytes: u64,
    /// Whether the wall clock is in doubt, so that nothing is dropped for its age.
    pub clock_is_doubted: bool,
    /// Syncs of WAL files.
    pub syncs: u64,
    /// How long they took: a count for each of [`SYNC_BUCKETS_US`], not cumulated, then the slower ones.
    pub sync_histogram: [u64; SYNC_BUCKETS_US.len() + 1],
    /// How long they took together, in microseconds.
    pub sync_us: u64,
    /// The highest LSN given.
    pub last_lsn: u64,
    /// Generations in memory: the one that is written and the sealed ones.
    pub generations: u64,
    /// Bytes that heads hold.
    pub head_bytes: u64,
    /// Bytes of heads that wait to be written into segments.
    pub flush_debt_bytes: u64,
    /// Rows in heads.
    pub head_rows: u64,
    /// Shards of all databases.
    pub shards: u64,
    /// Segments that count.
    pub segments: u64,
    /// Their bytes: file-backed memory when it is mapped.
    pub segment_bytes: u64,
    /// Their rows; one that was written anew counts twice until it is merged.
    pub segment_rows: u64,
    /// Segments that are open.
    pub segments_open: u64,
    /// Places of files that readers found damaged and that are still in use.
    pub damage_marks: u64,
    /// How often readers met damage.
    pub damage_met: u64,
    /// Series over all segments and heads; one that is in several counts several times.
    pub series: u64,
    /// Databases.
    pub databases: u64,
    /// Generations that went into segments.
    pub freezes: u64,
    /// Attempts of that which failed and are to be repeated.
    pub freeze_failures: u64,
    /// Merges of segments.
    pub merges: u64,
    /// Attempts of that which failed.
    pub merge_failures: u64,
    /// Those that ended early because the engine was stopped or the shard dropped.
    pub merges_cancelled: u64,
    /// Those that were put off because the disk has too little room.
    pub merges_without_space: u64,
    /// Those that failed because the memory budget had no room: the next one of the shard takes less.
    pub merges_without_memory: u64,
    /// Those that met a fault of this program.
    pub merge_panics: u64,
    /// Shards and segments that merges leave alone for a while after failures, as of the last look.
    pub merges_paused: u64,
    /// Merges under way: 0 or 1.
    pub merges_running: u64,
    /// Bytes of segments that merges have read.
    pub merge_bytes_read: u64,
    /// Bytes of segments that merges have written.
    pub merge_bytes_written: u64,
    /// Bytes that the next merge of each shard would read, as of the last look.
    pub merge_debt_bytes: u64,
    /// Shards whose writers are held back until merges have caught up.
    pub shards_held: u64,
    /// Shards dropped: by retention, or with their policy or database.
    pub shards_dropped: u64,
    /// Statements that deleted points.
    pub deletes: u64,
    /// Those of them that are not carried out in every segment yet.
    pub tombstones: u64,
    /// Batches in memory for those who follow the store.
    pub stream_batches: u64,
    /// Their bytes.
    pub stream_bytes: u64,
}

/// What threads count as they go.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) points_written: AtomicU64,
    pub(crate) values_written: AtomicU64,
    pub(crate) points_rejected: AtomicU64,
    pub(crate) points_over_series_max: AtomicU64,
    pub(crate) points_future: AtomicU64,
    pub(crate) freezes: AtomicU64,
    pub(crate) freeze_failures: AtomicU64,
    pub(crate) merges: AtomicU64,
    pub(crate) merge_failures: AtomicU64,
    pub(crate) merges_cancelled: AtomicU64,
    pub(crate) merges_without_space: AtomicU64,
    pub(crate) merge_bytes_read: AtomicU64,
    pub(crate) merge_bytes_written: AtomicU64,
    pub(crate) merges_without_memory: AtomicU64,
    pub(crate) merge_panics: AtomicU64,
    pub(crate) merges_paused: AtomicU64,
    pub(crate) merge_debt_bytes: AtomicU64,
    pub(crate) shards_dropped: AtomicU64,
    pub(crate) deletes: AtomicU64,
    wal_frames: AtomicU64,
    wal_bytes: AtomicU64,
    syncs: AtomicU64,
    sync_us: AtomicU64,
    sync_histogram: [AtomicU64; SYNC_BUCKETS_US.len() + 1],
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, more: u64) {
    counter.fetch_add(more, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn committed(&self, frames: usize, bytes: usize) {
        add(&self.wal_frames, frames as u64);
        add(&self.wal_bytes, bytes as u64);
    }

    pub(crate) fn synced(&self, elapsed: Duration) {
        let us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let bucket = SYNC_BUCKETS_US.partition_point(|bound| *bound < us);
        add(&self.syncs, 1);
        add(&self.sync_us, us);
        add(&self.sync_histogram[bucket], 1);
    }

    /// Fills in what is counted here.
    pub(crate) fn report(&self) -> EngineStats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        EngineStats {
            points_written: get(&self.points_written),
            values_written: get(&self.values_written),
            points_rejected: get(&self.points_rejected),
            points_over_series_max: get(&self.points_over_series_max),
            points_future: get(&self.points_future),
            wal_frames: get(&self.wal_frames),
            wal_bytes_written: get(&self.wal_bytes),
            syncs: get(&self.syncs),
            sync_us: get(&self.sync_us),
            sync_histogram: std::array::from_fn(|index| get(&self.sync_histogram[index])),
            freezes: get(&self.freezes),
            freeze_failures: get(&self.freeze_failures),
            merges: get(&self.merges),
            merge_failures: get(&self.merge_failures),
            merges_cancelled: get(&self.merges_cancelled),
            merges_without_space: get(&self.merges_without_space),
            merges_without_memory: get(&self.merges_without_memory),
            merge_panics: get(&self.merge_panics),
            merges_paused: get(&self.merges_paused),
            merge_bytes_read: get(&self.merge_bytes_read),
            merge_bytes_written: get(&self.merge_bytes_written),
            merge_debt_bytes: get(&self.merge_debt_bytes),
            shards_dropped: get(&self.shards_dropped),
            deletes: get(&self.deletes),
            ..EngineStats::default()
        }
    }
}
