//! What an owner of the engine decides.

use std::sync::Arc;
use std::time::Duration;

use model::{Budget, Clock};

use crate::limits::{
    GENERATION_WAL_BYTES, HEAD_BUDGET_DIVISOR, IDLE_FREEZE, MERGE_BYTES_PER_SECOND, OPEN_SEGMENTS_MAX,
    SERIES_MAX, WAL_PREALLOCATE_BYTES, WAL_RETRY,
};

/// When a write is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SyncPolicy {
    /// After fdatasync: an acknowledged write outlives a power cut.
    #[default]
    Always,
    /// After the write to the system, with fdatasync at least this often: a power cut costs at most so much.
    Interval(Duration),
    /// After the write to the system, which syncs when it likes; a crash of this process alone costs nothing.
    Os,
}

/// How an engine behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where memory is leased.
    pub budget: Budget,
    /// When a write is acknowledged.
    pub sync: SyncPolicy,
    /// Bytes of WAL after which a generation is frozen.
    pub generation_wal_bytes: u64,
    /// Bytes of memory after which a generation is frozen.
    pub generation_head_bytes: u64,
    /// A generation that nobody wrote to for so long is frozen; a large one sooner
    /// ([`IDLE_FREEZE_LARGE`](crate::limits::IDLE_FREEZE_LARGE)).
    pub idle_freeze: Duration,
    /// Step in which WAL files are extended ahead of their frames, in bytes; 0 for not at all.
    pub wal_preallocate_bytes: u64,
    /// First pause before a WAL that takes no writes, as when the disk is full, tries again by itself; it
    /// doubles with each attempt.
    pub wal_retry: Duration,
    /// Bytes of the disk that ingest leaves free; with fewer, points are refused for a while. None for a share of the
    /// disk: 1 %, at least 64 MiB, but never more than 5 %.
    pub disk_reserve: Option<u64>,
    /// Series of one shard from which on points that would make another one are rejected, while those of known series
    /// are taken; 0 for no limit. Until segments are merged what is counted may be fewer than there are
    /// (`docs/configuration.md`).
    pub series_max: u64,
    /// Segments that are open at a time.
    pub open_segments_max: usize,
    /// Bytes that merging may write in a second; none for as fast as possible. A shard in which very many
    /// segments overlap is merged as fast as possible.
    pub merge_bytes_per_second: Option<u64>,
    /// Whether threads freeze, merge and drop what is past. Without it the owner calls
    /// [`Engine::maintain_once`](crate::Engine::maintain_once).
    pub background: bool,
}

impl Options {
    /// Defaults for everything but time and memory.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, budget: Budget) -> Self {
        let generation_head_bytes = (budget.limit() / HEAD_BUDGET_DIVISOR) as u64;
        Self {
            clock,
            budget,
            sync: SyncPolicy::Always,
            generation_wal_bytes: GENERATION_WAL_BYTES,
            generation_head_bytes,
            idle_freeze: IDLE_FREEZE,
            wal_preallocate_bytes: WAL_PREALLOCATE_BYTES,
            wal_retry: WAL_RETRY,
            disk_reserve: None,
            series_max: SERIES_MAX,
            open_segments_max: OPEN_SEGMENTS_MAX,
            merge_bytes_per_second: Some(MERGE_BYTES_PER_SECOND),
            background: true,
        }
    }
}
